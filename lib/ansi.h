/*
 * ansi.h: a parser of terminal output (and of what a terminal's keys send) after
 * ECMA-48 with the VT100's and VT220's habits, as pure logic: it takes code points
 * and calls operations. Whatever comes in, it stays bounded and finds back to
 * plain text: CAN, SUB and ESC end any sequence, and so does a character that
 * cannot be in one.
 *
 * Controls inside a sequence take effect at once, as on a VT100. Strings for the
 * terminal (OSC, DCS, SOS, PM, APC) are swallowed.
 */
#ifndef LIB_ANSI_H
#define LIB_ANSI_H

#include "lib/base.h"

#define ANSI_MAX_PARAMS 16
/* Greater numbers become this one. */
#define ANSI_MAX_VALUE 9999
/* A string longer than this many characters is over. */
#define ANSI_MAX_STRING 4096

/* A control sequence, ECMA-48 section 5.4. */
struct ansi_csi {
	uint16_t params[ANSI_MAX_PARAMS]; /* 0 for one that is left out */
	uint8_t nparams;		  /* further ones were dropped */
	char marker;			  /* one of < = > ? in front of them, or 0 */
	char intermediate;		  /* 0x20 to 0x2f in front of final, or 0 */
	char final;			  /* which function, 0x40 to 0x7e */
};

struct ansi;

struct ansi_ops {
	/* A character to show; never a control character. */
	void (*print)(struct ansi *ansi, uint32_t code);
	/* A control character: 0x00 to 0x1f but ESC, CAN and SUB, or 0x7f. */
	void (*control)(struct ansi *ansi, uint8_t byte);
	/* ESC [ ... final */
	void (*csi)(struct ansi *ansi, const struct ansi_csi *csi);
	/* ESC intermediate final, intermediate 0x20 to 0x2f or 0 */
	void (*esc)(struct ansi *ansi, char intermediate, char final);
};

enum ansi_state {
	ANSI_TEXT,
	ANSI_ESCAPE,
	ANSI_ESCAPE_IGNORE,
	ANSI_CSI_START,
	ANSI_CSI_PARAMS,
	ANSI_CSI_INTERMEDIATE,
	ANSI_CSI_IGNORE,
	ANSI_STRING,
};

/* Lies in the caller's own struct, which the operations find by container_of. */
struct ansi {
	const struct ansi_ops *ops;
	enum ansi_state state;
	unsigned string_length;
	char escape_intermediate;
	struct ansi_csi csi;
};

void ansi_init(struct ansi *ansi, const struct ansi_ops *ops);

/* Takes one code point, as utf8_decode gives it. */
void ansi_feed(struct ansi *ansi, uint32_t code);

/* A parameter, or fallback where it is left out or 0. */
static inline unsigned ansi_param(const struct ansi_csi *csi, unsigned index,
				  unsigned fallback)
{
	if (index >= csi->nparams || csi->params[index] == 0)
		return fallback;
	return csi->params[index];
}

#endif
