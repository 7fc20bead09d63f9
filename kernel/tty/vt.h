/*
 * vt.h: a terminal on a screen: what Linux's console and a VT100 understand of ECMA-48,
 * as cells. Pure logic over a struct screen; the caller's lock guards it all.
 *
 * Rows live in a ring: the screen's last, what scrolled off it before them. Drawing is
 * lazy: vt_feed changes cells, vt_flush tells the screen what differs from what it shows.
 */
#ifndef KERNEL_TTY_VT_H
#define KERNEL_TTY_VT_H

#include "kernel/dev/screen.h"
#include "lib/ansi.h"
#include "lib/utf8.h"

enum { VT_REPLY_MAX = 32 };

struct vt_style {
	uint8_t foreground, background;
	bool bold, underline, reverse;
};

struct vt_cursor {
	unsigned x, y;
	struct vt_style style;
	bool wrap;     /* the last column is written: the next character wraps first */
	bool origin;   /* rows count from the scrolling region's top */
	bool graphics; /* DEC's line drawing characters instead of letters */
};

struct vt {
	struct screen *screen;	/* [I] */
	unsigned columns, rows; /* [I] */
	unsigned history;	/* [I] rows kept beyond the screen's */
	struct cell *cells;	/* rows + history rows */
	struct cell *shown;	/* what the screen shows */
	unsigned top;		/* the screen's first row in cells */
	unsigned past;		/* rows of history there are */
	unsigned view;		/* rows that the user looks back */
	struct vt_cursor cursor, saved;
	unsigned region_top, region_bottom; /* scrolling region, bottom not included */
	bool autowrap, insert, newline_mode, cursor_visible;
	bool dirty[SCREEN_ROWS_MAX];
	uint8_t tabs[SCREEN_COLUMNS_MAX / 8];
	struct ansi ansi;
	struct utf8_decoder decoder;
	char reply[VT_REPLY_MAX]; /* what the terminal says: reports */
	size_t reply_len;
};

/* Bytes of memory for a screen's cells with so many rows of history. */
size_t vt_memory(const struct screen *screen, unsigned history);
/* memory: vt_memory's bytes. The screen is black. */
void vt_init(struct vt *vt, struct screen *screen, void *memory, unsigned history);

/* Bytes for the screen; ends looking back. */
void vt_feed(struct vt *vt, const uint8_t *bytes, size_t len);
/* Plain text that cuts into whatever is being written: neither disturbs the other. */
void vt_feed_aside(struct vt *vt, const char *bytes, size_t len);
/* Draws what changed. */
void vt_flush(struct vt *vt);
/* Looks back (above 0) or forth by so many rows; vt_flush shows it. */
void vt_look_back(struct vt *vt, int rows);
/* Takes up to max bytes of replies. */
size_t vt_replies(struct vt *vt, uint8_t *bytes, size_t max);

/* Between vt.c and vt_sequences.c. */
extern const struct ansi_ops vt_ansi_ops;
struct cell *vt_row(const struct vt *vt, unsigned y);
void vt_reset(struct vt *vt);
void vt_print(struct vt *vt, uint32_t code);
void vt_move(struct vt *vt, unsigned x, unsigned y);
void vt_line_feed(struct vt *vt);
void vt_reverse_line_feed(struct vt *vt);
/* Blanks cells [from, to) of row y with the background colour. */
void vt_erase(struct vt *vt, unsigned y, unsigned from, unsigned to);
/* Rows [top, bottom) move up (down) by n; blank rows come in. */
void vt_scroll_up(struct vt *vt, unsigned top, unsigned bottom, unsigned n);
void vt_scroll_down(struct vt *vt, unsigned top, unsigned bottom, unsigned n);
void vt_insert_cells(struct vt *vt, unsigned n);
void vt_delete_cells(struct vt *vt, unsigned n);
void vt_tab(struct vt *vt, int n);

#endif
