/*
 * vt.c: the cells of a terminal and how characters get into them.
 *
 * Invariant: the cursor is inside the screen, region_top < region_bottom <= rows, and a
 * wide character's left cell is followed by a cell with code 0; whoever overwrites one
 * half blanks the other.
 */
#include "kernel/tty/vt.h"
#include "lib/string.h"

enum { TAB_COLUMNS = 8 };

size_t vt_memory(const struct screen *screen, unsigned history)
{
	size_t rows = 2 * (size_t)screen->rows + history;

	return rows * screen->columns * sizeof(struct cell);
}

struct cell *vt_row(const struct vt *vt, unsigned y)
{
	return vt->cells +
	       (size_t)((vt->top + y) % (vt->rows + vt->history)) * vt->columns;
}

/* A cell as the cursor's style makes it; bold shows as a bright colour. */
static struct cell styled(const struct vt *vt, uint32_t code)
{
	const struct vt_style *style = &vt->cursor.style;
	uint8_t foreground = style->foreground;
	uint8_t background = style->background;

	if (style->bold && foreground < 8)
		foreground += 8;
	return (struct cell){
		.code = code,
		.foreground = style->reverse ? background : foreground,
		.background = style->reverse ? foreground & 7 : background,
		.underline = style->underline,
	};
}

/* Erased cells keep the background's colour and nothing else. */
static struct cell blank(const struct vt *vt)
{
	return (struct cell){
		.code = ' ',
		.foreground = vt->cursor.style.foreground,
		.background = vt->cursor.style.background,
	};
}

/* The cells at x-1 and x are no longer two halves of one character. */
static void cut_wide(struct vt *vt, unsigned y, unsigned x)
{
	struct cell *row = vt_row(vt, y);

	if (x == 0 || x >= vt->columns || row[x].code != 0)
		return;
	row[x - 1].code = ' ';
	row[x].code = ' ';
}

void vt_erase(struct vt *vt, unsigned y, unsigned from, unsigned to)
{
	struct cell *row = vt_row(vt, y);

	cut_wide(vt, y, from);
	cut_wide(vt, y, to);
	if (from >= to)
		return;
	/* What is blank already is copied behind itself, twice as much each time. */
	row[from] = blank(vt);
	for (unsigned n = 1; n < to - from; n *= 2)
		memcpy(row + from + n, row + from, MIN(n, to - from - n) * sizeof(*row));
	vt->dirty[y] = true;
}

static void mark_dirty(struct vt *vt, unsigned top, unsigned bottom)
{
	memset(vt->dirty + top, true, bottom - top);
}

static void erase_rows(struct vt *vt, unsigned top, unsigned bottom)
{
	for (unsigned y = top; y < bottom; y++)
		vt_erase(vt, y, 0, vt->columns);
}

void vt_scroll_up(struct vt *vt, unsigned top, unsigned bottom, unsigned n)
{
	n = MIN(n, bottom - top);
	mark_dirty(vt, top, bottom);
	if (top == 0 && bottom == vt->rows) {
		/* The ring turns, and what was on top is history. */
		vt->top = (vt->top + n) % (vt->rows + vt->history);
		vt->past = MIN(vt->past + n, vt->history);
	} else {
		for (unsigned y = top; y + n < bottom; y++)
			memcpy(vt_row(vt, y), vt_row(vt, y + n),
			       vt->columns * sizeof(struct cell));
	}
	erase_rows(vt, bottom - n, bottom);
}

void vt_scroll_down(struct vt *vt, unsigned top, unsigned bottom, unsigned n)
{
	n = MIN(n, bottom - top);
	mark_dirty(vt, top, bottom);
	for (unsigned y = bottom; y-- > top + n;)
		memcpy(vt_row(vt, y), vt_row(vt, y - n),
		       vt->columns * sizeof(struct cell));
	erase_rows(vt, top, top + n);
}

void vt_move(struct vt *vt, unsigned x, unsigned y)
{
	vt->cursor.x = MIN(x, vt->columns - 1);
	vt->cursor.y = MIN(y, vt->rows - 1);
	vt->cursor.wrap = false;
}

void vt_line_feed(struct vt *vt)
{
	vt->cursor.wrap = false;
	if (vt->cursor.y + 1 == vt->region_bottom)
		vt_scroll_up(vt, vt->region_top, vt->region_bottom, 1);
	else if (vt->cursor.y + 1 < vt->rows)
		vt->cursor.y++;
}

void vt_reverse_line_feed(struct vt *vt)
{
	vt->cursor.wrap = false;
	if (vt->cursor.y == vt->region_top)
		vt_scroll_down(vt, vt->region_top, vt->region_bottom, 1);
	else if (vt->cursor.y > 0)
		vt->cursor.y--;
}

/* Makes room for n cells at the cursor; what moves beyond the margin is gone. */
void vt_insert_cells(struct vt *vt, unsigned n)
{
	unsigned x = vt->cursor.x;
	struct cell *row = vt_row(vt, vt->cursor.y);

	n = MIN(n, vt->columns - x);
	cut_wide(vt, vt->cursor.y, x);
	cut_wide(vt, vt->cursor.y, vt->columns - n);
	memmove(row + x + n, row + x, (vt->columns - x - n) * sizeof(*row));
	vt_erase(vt, vt->cursor.y, x, x + n);
}

void vt_delete_cells(struct vt *vt, unsigned n)
{
	unsigned x = vt->cursor.x;
	struct cell *row = vt_row(vt, vt->cursor.y);

	n = MIN(n, vt->columns - x);
	cut_wide(vt, vt->cursor.y, x);
	cut_wide(vt, vt->cursor.y, x + n);
	memmove(row + x, row + x + n, (vt->columns - x - n) * sizeof(*row));
	vt_erase(vt, vt->cursor.y, vt->columns - n, vt->columns);
}

/* n stops to the right, or -n to the left. */
void vt_tab(struct vt *vt, int n)
{
	unsigned x = vt->cursor.x;

	for (; n > 0 && x + 1 < vt->columns; n--) {
		do
			x++;
		while (x + 1 < vt->columns && !(vt->tabs[x / 8] & 1u << x % 8));
	}
	for (; n < 0 && x > 0; n++) {
		do
			x--;
		while (x > 0 && !(vt->tabs[x / 8] & 1u << x % 8));
	}
	vt->cursor.x = x;
	vt->cursor.wrap = false;
}

/* Puts one character of 1 or 2 columns at the cursor. */
void vt_print(struct vt *vt, uint32_t code)
{
	struct vt_cursor *cursor = &vt->cursor;
	unsigned width = utf8_width(code);
	struct cell *row;

	/* What combines with the character before it has no cell to go to. */
	if (width == 0 || width > vt->columns)
		return;
	if (vt->autowrap && (cursor->wrap || cursor->x + width > vt->columns)) {
		cursor->x = 0;
		vt_line_feed(vt);
	}
	cursor->x = MIN(cursor->x, vt->columns - width);
	if (vt->insert)
		vt_insert_cells(vt, width);
	cut_wide(vt, cursor->y, cursor->x);
	cut_wide(vt, cursor->y, cursor->x + width);
	row = vt_row(vt, cursor->y);
	row[cursor->x] = styled(vt, code);
	if (width == 2)
		row[cursor->x + 1] = styled(vt, 0);
	vt->dirty[cursor->y] = true;
	cursor->x += width;
	cursor->wrap = cursor->x == vt->columns;
	if (cursor->wrap)
		cursor->x--;
}

void vt_reset(struct vt *vt)
{
	vt->cursor = (struct vt_cursor){ .style = { .foreground = 7 } };
	vt->saved = vt->cursor;
	vt->region_top = 0;
	vt->region_bottom = vt->rows;
	vt->autowrap = true;
	vt->cursor_visible = true;
	vt->insert = false;
	vt->newline_mode = false;
	for (unsigned x = 0; x < SCREEN_COLUMNS_MAX; x += TAB_COLUMNS)
		vt->tabs[x / 8] = 1;
	erase_rows(vt, 0, vt->rows);
}

void vt_init(struct vt *vt, struct screen *screen, void *memory, unsigned history)
{
	*vt = (struct vt){
		.screen = screen,
		.columns = screen->columns,
		.rows = screen->rows,
		.history = history,
		.cells = memory,
	};
	vt->shown = vt->cells + (size_t)(vt->rows + history) * vt->columns;
	ansi_init(&vt->ansi, &vt_ansi_ops);
	vt_reset(vt);
	memcpy(vt->shown, vt->cells, (size_t)vt->rows * vt->columns * sizeof(*vt->cells));
	memset(vt->dirty, false, sizeof(vt->dirty));
}

/*
 * stack: below vt_feed_aside, print is kernel/tty/vt_sequences.c:on_print
 * stack: below vt_feed_aside, control is kernel/tty/vt_sequences.c:on_control
 * stack: below vt_feed_aside, csi is kernel/tty/vt_sequences.c:on_csi
 * stack: below vt_feed_aside, esc is kernel/tty/vt_sequences.c:on_esc
 * stack: below vt_feed, print is kernel/tty/vt_sequences.c:on_print
 * stack: below vt_feed, control is kernel/tty/vt_sequences.c:on_control
 * stack: below vt_feed, csi is kernel/tty/vt_sequences.c:on_csi
 * stack: below vt_feed, esc is kernel/tty/vt_sequences.c:on_esc
 */
void vt_feed(struct vt *vt, const uint8_t *bytes, size_t len)
{
	uint32_t codes[2];

	vt_look_back(vt, -(int)vt->view);
	for (size_t i = 0; i < len; i++) {
		unsigned n = utf8_decode(&vt->decoder, bytes[i], codes);

		for (unsigned j = 0; j < n; j++)
			ansi_feed(&vt->ansi, codes[j]);
	}
}

void vt_feed_aside(struct vt *vt, const char *bytes, size_t len)
{
	struct ansi ansi = vt->ansi;
	struct utf8_decoder decoder = vt->decoder;
	struct vt_style style = vt->cursor.style;
	bool graphics = vt->cursor.graphics, insert = vt->insert;

	ansi_init(&vt->ansi, &vt_ansi_ops);
	vt->decoder = (struct utf8_decoder){ 0 };
	vt->cursor.style = (struct vt_style){ .foreground = 7 };
	vt->cursor.graphics = false;
	vt->insert = false;
	vt_feed(vt, (const uint8_t *)bytes, len);
	vt->ansi = ansi;
	vt->decoder = decoder;
	vt->cursor.style = style;
	vt->cursor.graphics = graphics;
	vt->insert = insert;
}

void vt_look_back(struct vt *vt, int rows)
{
	int view = (int)vt->view + rows;

	view = MAX(MIN(view, (int)vt->past), 0);
	if (view == (int)vt->view)
		return;
	vt->view = (unsigned)view;
	mark_dirty(vt, 0, vt->rows);
}

/* One word each: a whole screen is compared when it scrolls. */
static bool is_same(const struct cell *a, const struct cell *b)
{
	uint64_t x, y;

	_Static_assert(sizeof(*a) == sizeof(x), "a cell is a word");
	__builtin_memcpy(&x, a, sizeof(x));
	__builtin_memcpy(&y, b, sizeof(y));
	return x == y;
}

/* Draws the runs of cells in row y that differ from what is shown. */
static void flush_row(struct vt *vt, unsigned y)
{
	unsigned total = vt->rows + vt->history;
	const struct cell *row = vt_row(vt, y + total - vt->view);
	struct cell *shown = vt->shown + (size_t)y * vt->columns;
	unsigned x = 0;

	while (x < vt->columns) {
		unsigned end;

		if (is_same(&row[x], &shown[x])) {
			x++;
			continue;
		}
		for (end = x + 1; end < vt->columns && !is_same(&row[end], &shown[end]);)
			end++;
		/* A wide character's halves are drawn together. */
		x -= x > 0 && row[x].code == 0;
		end += end < vt->columns && row[end].code == 0;
		vt->screen->ops->draw(vt->screen, x, y, row + x, end - x);
		memcpy(shown + x, row + x, (end - x) * sizeof(*row));
		x = end;
	}
	vt->dirty[y] = false;
}

void vt_flush(struct vt *vt)
{
	for (unsigned y = 0; y < vt->rows; y++) {
		if (vt->dirty[y])
			flush_row(vt, y);
	}
	vt->screen->ops->cursor(vt->screen, vt->cursor.x, vt->cursor.y,
				vt->shown + (size_t)vt->cursor.y * vt->columns +
					vt->cursor.x,
				vt->cursor_visible && vt->view == 0);
}

size_t vt_replies(struct vt *vt, uint8_t *bytes, size_t max)
{
	size_t n = MIN(max, vt->reply_len);

	memcpy(bytes, vt->reply, n);
	vt->reply_len = 0;
	return n;
}
