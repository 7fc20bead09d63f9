/*
 * vt_sequences.c: control characters and escape sequences (ECMA-48; what goes beyond is
 * the VT102's and Linux's, console_codes(4)). One function for each family.
 */
#include "kernel/tty/vt.h"
#include "lib/printf.h"
#include "lib/string.h"

static struct vt *vt_of(struct ansi *ansi)
{
	return container_of(ansi, struct vt, ansi);
}

/* DEC special graphics, 0x60 to 0x7e. */
static const uint16_t dec_graphics[] = {
	0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1,
	0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba,
	0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c,
	0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

static void on_print(struct ansi *ansi, uint32_t code)
{
	struct vt *vt = vt_of(ansi);

	if (vt->cursor.graphics && code >= 0x60 && code <= 0x7e)
		code = dec_graphics[code - 0x60];
	vt_print(vt, code);
}

static void on_control(struct ansi *ansi, uint8_t byte)
{
	struct vt *vt = vt_of(ansi);

	switch (byte) {
	case '\b':
		vt_move(vt, vt->cursor.x - (vt->cursor.x > 0), vt->cursor.y);
		break;
	case '\t':
		vt_tab(vt, 1);
		break;
	case '\n':
	case '\v':
	case '\f':
		vt_line_feed(vt);
		if (vt->newline_mode)
			vt->cursor.x = 0;
		break;
	case '\r':
		vt_move(vt, 0, vt->cursor.y);
		break;
	default:
		break;
	}
}

/* A cursor address, 1-based; in origin mode it stays in the scrolling region. */
static void move_to(struct vt *vt, unsigned column, unsigned row)
{
	unsigned y = row - 1;

	if (vt->cursor.origin)
		y = MIN(y + vt->region_top, vt->region_bottom - 1);
	vt_move(vt, column - 1, y);
}

/* Up and down stop at the region's edge when they start inside it. */
static void move_rows(struct vt *vt, int n)
{
	int y = (int)vt->cursor.y;
	int first = y >= (int)vt->region_top ? (int)vt->region_top : 0;
	int last = (int)(y < (int)vt->region_bottom ? vt->region_bottom : vt->rows) - 1;

	vt_move(vt, vt->cursor.x, (unsigned)MAX(MIN(y + n, last), first));
}

static void move_columns(struct vt *vt, int n)
{
	int x = (int)vt->cursor.x + n;

	vt_move(vt, (unsigned)MAX(x, 0), vt->cursor.y);
}

static bool move_cursor(struct vt *vt, const struct ansi_csi *csi)
{
	int n = (int)ansi_param(csi, 0, 1);

	switch (csi->final) {
	case 'A':
		move_rows(vt, -n);
		break;
	case 'B':
	case 'e':
		move_rows(vt, n);
		break;
	case 'C':
	case 'a':
		move_columns(vt, n);
		break;
	case 'D':
		move_columns(vt, -n);
		break;
	case 'E':
	case 'F':
		move_rows(vt, csi->final == 'E' ? n : -n);
		vt->cursor.x = 0;
		break;
	case 'G':
	case '`':
		vt_move(vt, (unsigned)n - 1, vt->cursor.y);
		break;
	case 'd':
		move_to(vt, vt->cursor.x + 1, (unsigned)n);
		break;
	case 'H':
	case 'f':
		move_to(vt, ansi_param(csi, 1, 1), (unsigned)n);
		break;
	case 'I':
		vt_tab(vt, n);
		break;
	case 'Z':
		vt_tab(vt, -n);
		break;
	default:
		return false;
	}
	return true;
}

static void erase_display(struct vt *vt, unsigned how)
{
	unsigned x = vt->cursor.x, y = vt->cursor.y;
	unsigned first = how == 0 ? y + 1 : 0;
	unsigned last = how == 1 ? y : vt->rows;

	if (how == 0)
		vt_erase(vt, y, x, vt->columns);
	else if (how == 1)
		vt_erase(vt, y, 0, x + 1);
	for (unsigned i = first; i < last; i++)
		vt_erase(vt, i, 0, vt->columns);
	if (how == 3)
		vt->past = 0;
}

static void erase_line(struct vt *vt, unsigned how)
{
	unsigned x = vt->cursor.x;

	vt_erase(vt, vt->cursor.y, how == 0 ? x : 0, how == 1 ? x + 1 : vt->columns);
}

/* Lines come and go only where the region scrolls. */
static void change_lines(struct vt *vt, char final, unsigned n)
{
	unsigned y = vt->cursor.y;

	if (y < vt->region_top || y >= vt->region_bottom)
		return;
	if (final == 'L')
		vt_scroll_down(vt, y, vt->region_bottom, n);
	else
		vt_scroll_up(vt, y, vt->region_bottom, n);
}

static bool edit(struct vt *vt, const struct ansi_csi *csi)
{
	unsigned n = ansi_param(csi, 0, 1);
	unsigned how = ansi_param(csi, 0, 0);

	switch (csi->final) {
	case 'J':
		if (how <= 3)
			erase_display(vt, how);
		break;
	case 'K':
		if (how <= 2)
			erase_line(vt, how);
		break;
	case 'L':
	case 'M':
		change_lines(vt, csi->final, n);
		break;
	case 'P':
		vt_delete_cells(vt, n);
		break;
	case '@':
		vt_insert_cells(vt, n);
		break;
	case 'X':
		vt_erase(vt, vt->cursor.y, vt->cursor.x,
			 MIN(vt->cursor.x + n, vt->columns));
		break;
	case 'S':
		vt_scroll_up(vt, vt->region_top, vt->region_bottom, n);
		break;
	case 'T':
		vt_scroll_down(vt, vt->region_top, vt->region_bottom, n);
		break;
	default:
		return false;
	}
	return true;
}

/* The nearest of the 8 colours, or of the bright ones, to 8 bits each. */
static uint8_t nearest(unsigned red, unsigned green, unsigned blue)
{
	unsigned high = MAX(MAX(red, green), blue);
	unsigned half = high / 2;
	uint8_t colour;

	if (high < 0x40)
		return 0;
	colour = (uint8_t)((red > half) | (green > half) << 1 | (blue > half) << 2);
	return colour | (high > 0xc0 ? 8 : 0);
}

/* xterm's 256: 16 of ours, a cube of 6 x 6 x 6, and 24 greys. */
static uint8_t from_palette(unsigned index)
{
	unsigned grey;

	if (index < 16)
		return (uint8_t)index;
	if (index < 232) {
		index -= 16;
		return nearest(index / 36 * 51, index / 6 % 6 * 51, index % 6 * 51);
	}
	grey = MIN(index, 255u) * 10 - 2312;
	return nearest(grey, grey, grey);
}

/* 38 or 48 at *i: "5;index" or "2;red;green;blue" follow. False: neither does. */
static bool extended_colour(const struct ansi_csi *csi, unsigned *i, uint8_t *colour)
{
	unsigned at = *i;

	if (ansi_param(csi, at + 1, 0) == 5) {
		*i = at + 2;
		*colour = from_palette(ansi_param(csi, at + 2, 0));
		return true;
	}
	if (ansi_param(csi, at + 1, 0) == 2) {
		*i = at + 4;
		*colour = nearest(ansi_param(csi, at + 2, 0), ansi_param(csi, at + 3, 0),
				  ansi_param(csi, at + 4, 0));
		return true;
	}
	*i = csi->nparams;
	return false;
}

static void set_colour(struct vt_style *style, unsigned n)
{
	if (n >= 30 && n <= 37)
		style->foreground = (uint8_t)(n - 30);
	else if (n == 39)
		style->foreground = 7;
	else if (n >= 40 && n <= 47)
		style->background = (uint8_t)(n - 40);
	else if (n == 49)
		style->background = 0;
	else if (n >= 90 && n <= 97)
		style->foreground = (uint8_t)(n - 90 + 8);
	else if (n >= 100 && n <= 107)
		style->background = (uint8_t)(n - 100 + 8);
}

/* Select graphic rendition, ECMA-48 section 8.3.117. */
static void set_style(struct vt *vt, const struct ansi_csi *csi)
{
	struct vt_style *style = &vt->cursor.style;

	for (unsigned i = 0; i < MAX(csi->nparams, 1); i++) {
		unsigned n = ansi_param(csi, i, 0);

		switch (n) {
		case 0:
			*style = (struct vt_style){ .foreground = 7 };
			break;
		case 1:
			style->bold = true;
			break;
		case 4:
			style->underline = true;
			break;
		case 7:
			style->reverse = true;
			break;
		case 21:
		case 22:
			style->bold = false;
			break;
		case 24:
			style->underline = false;
			break;
		case 27:
			style->reverse = false;
			break;
		case 38:
			(void)extended_colour(csi, &i, &style->foreground);
			break;
		case 48:
			(void)extended_colour(csi, &i, &style->background);
			break;
		default:
			set_colour(style, n);
		}
	}
}

static void set_region(struct vt *vt, const struct ansi_csi *csi)
{
	unsigned top = ansi_param(csi, 0, 1);
	unsigned bottom = MIN(ansi_param(csi, 1, vt->rows), vt->rows);

	if (top >= bottom)
		return;
	vt->region_top = top - 1;
	vt->region_bottom = bottom;
	move_to(vt, 1, 1);
}

static void set_mode(struct vt *vt, unsigned mode, bool private_, bool on)
{
	if (!private_) {
		if (mode == 4)
			vt->insert = on;
		else if (mode == 20)
			vt->newline_mode = on;
		return;
	}
	switch (mode) {
	case 6:
		vt->cursor.origin = on;
		move_to(vt, 1, 1);
		break;
	case 7:
		vt->autowrap = on;
		break;
	case 25:
		vt->cursor_visible = on;
		break;
	default:
		break;
	}
}

static void reply(struct vt *vt, const char *fmt, unsigned a, unsigned b)
{
	size_t room = sizeof(vt->reply) - vt->reply_len;
	int n = fmt_snprintf(vt->reply + vt->reply_len, room, fmt, a, b);

	/* One that has no room is not sent in part. */
	if ((size_t)n < room)
		vt->reply_len += (size_t)n;
}

static void report_status(struct vt *vt, unsigned what)
{
	unsigned y = vt->cursor.y;

	if (vt->cursor.origin)
		y -= MIN(y, vt->region_top);
	if (what == 5)
		reply(vt, "\033[0n", 0, 0);
	else if (what == 6)
		reply(vt, "\033[%u;%uR", y + 1, vt->cursor.x + 1);
}

static void clear_tabs(struct vt *vt, unsigned how)
{
	if (how == 0)
		vt->tabs[vt->cursor.x / 8] &= (uint8_t) ~(1u << vt->cursor.x % 8);
	else if (how == 3)
		memset(vt->tabs, 0, sizeof(vt->tabs));
}

static void restore_cursor(struct vt *vt)
{
	vt->cursor = vt->saved;
}

static void others(struct vt *vt, const struct ansi_csi *csi)
{
	switch (csi->final) {
	case 'm':
		set_style(vt, csi);
		break;
	case 'r':
		set_region(vt, csi);
		break;
	case 'n':
		report_status(vt, ansi_param(csi, 0, 0));
		break;
	case 'c': /* "a VT102", as Linux says */
		if (ansi_param(csi, 0, 0) == 0)
			reply(vt, "\033[?6c", 0, 0);
		break;
	case 'g':
		clear_tabs(vt, ansi_param(csi, 0, 0));
		break;
	case 's':
		vt->saved = vt->cursor;
		break;
	case 'u':
		restore_cursor(vt);
		break;
	default:
		break;
	}
}

static void on_csi(struct ansi *ansi, const struct ansi_csi *csi)
{
	struct vt *vt = vt_of(ansi);
	bool on = csi->final == 'h';

	if (csi->intermediate)
		return;
	if ((on || csi->final == 'l') && (csi->marker == 0 || csi->marker == '?')) {
		for (unsigned i = 0; i < csi->nparams; i++)
			set_mode(vt, csi->params[i], csi->marker == '?', on);
		return;
	}
	if (csi->marker)
		return;
	if (!move_cursor(vt, csi) && !edit(vt, csi))
		others(vt, csi);
}

static void on_esc(struct ansi *ansi, char intermediate, char final)
{
	struct vt *vt = vt_of(ansi);

	if (intermediate == '(') {
		vt->cursor.graphics = final == '0';
		return;
	}
	if (intermediate)
		return;
	switch (final) {
	case '7':
		vt->saved = vt->cursor;
		break;
	case '8':
		restore_cursor(vt);
		break;
	case 'D':
		vt_line_feed(vt);
		break;
	case 'E':
		vt->cursor.x = 0;
		vt_line_feed(vt);
		break;
	case 'M':
		vt_reverse_line_feed(vt);
		break;
	case 'H':
		vt->tabs[vt->cursor.x / 8] |= (uint8_t)(1u << vt->cursor.x % 8);
		break;
	case 'Z':
		reply(vt, "\033[?6c", 0, 0);
		break;
	case 'c':
		vt_reset(vt);
		break;
	default:
		break;
	}
}

const struct ansi_ops vt_ansi_ops = {
	.print = on_print,
	.control = on_control,
	.csi = on_csi,
	.esc = on_esc,
};
