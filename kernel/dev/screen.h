/*
 * screen.h: the contract of a text display: cells of a glyph and two colours. tty/vt
 * interprets what programs write and tells the screen which cells change; a screen that
 * scrolls is one of which many cells change.
 */
#ifndef KERNEL_DEV_SCREEN_H
#define KERNEL_DEV_SCREEN_H

#include "kernel/boot_info.h"

enum { SCREEN_COLUMNS_MAX = 512, SCREEN_ROWS_MAX = 256 };

/* Colours: 0-7 black red green yellow blue magenta cyan white (ECMA-48), +8 bright. */
struct cell {
	uint32_t code; /* Unicode code point; 0 is the right half of a wide one */
	uint8_t foreground, background;
	uint8_t underline;
	uint8_t reserved;
};

struct screen;

struct screen_ops {
	/* Draws n cells from (column, row) rightward. Any context, under tty's lock. */
	void (*draw)(struct screen *screen, unsigned column, unsigned row,
		     const struct cell *cells, unsigned n);
	/* Shows the cursor there or nowhere; `under` is the cell as last drawn. */
	void (*cursor)(struct screen *screen, unsigned column, unsigned row,
		       const struct cell *under, bool visible);
	/* Whether a code point has a glyph of its own here (else '?' or a likeness). */
	bool (*can_draw)(struct screen *screen, uint32_t code);
};

struct screen {
	const char *name;	/* "vga", "fb" */
	unsigned columns, rows; /* at most the limits above */
	const struct screen_ops *ops;
	bool utf8; /* draws most of what UTF-8 can say */
};

/*
 * One screen: the first to register, black all over, is it; -EBUSY for others. -EINVAL
 * for one beyond the limits.
 */
MUST_CHECK int screen_register(struct screen *screen);
struct screen *screen_get(void); /* NULL: none */
/* The one that the loader left, for the drivers to recognise theirs. */
const struct boot_framebuffer *screen_of_loader(void);

/* One function that hears of the screen, at once when it is there already. */
void screen_watch(void (*added)(struct screen *screen));

#endif
