/*
 * lineedit_view.c: draws the line editor's line. Typing and erasing at the end of a
 * line that fits take a few bytes; anything else draws the row again: prompt, the
 * part of the line that fits, and the cursor. The last column stays free, for
 * terminals differ in what they do after writing there.
 */
#include "lib/lineedit_view.h"
#include "lib/string.h"

/* The least room for the line, however long the prompt is. */
#define ROOM_MIN 8

/* Decodes the character at pos, which is well-formed; returns where it ends. */
static size_t decode(const char *line, size_t len, size_t pos, uint32_t *code)
{
	struct utf8_decoder d = { 0 };
	uint32_t out[2] = { 0, 0 };

	while (pos < len && utf8_decode(&d, (uint8_t)line[pos++], out) == 0)
		;
	*code = out[0];
	return pos;
}

static unsigned text_width(const char *text, size_t from, size_t to)
{
	unsigned width = 0;
	uint32_t code;

	while (from < to) {
		from = decode(text, to, from, &code);
		width += utf8_width(code);
	}
	return width;
}

unsigned lineedit_width(const struct lineedit *ed, size_t from, size_t to)
{
	return text_width(ed->line, from, to);
}

static bool is_combining_at(const struct lineedit *ed, size_t pos)
{
	uint32_t code;

	if (pos >= ed->len)
		return false;
	decode(ed->line, ed->len, pos, &code);
	return utf8_width(code) == 0;
}

size_t lineedit_previous(const struct lineedit *ed, size_t pos)
{
	while (pos > 0) {
		pos--;
		if (!utf8_is_continuation(ed->line[pos]) && !is_combining_at(ed, pos))
			break;
	}
	return pos;
}

size_t lineedit_next(const struct lineedit *ed, size_t pos)
{
	while (pos < ed->len) {
		pos++;
		if (pos == ed->len ||
		    (!utf8_is_continuation(ed->line[pos]) && !is_combining_at(ed, pos)))
			break;
	}
	return pos;
}

static unsigned prompt_width(const struct lineedit *ed)
{
	return text_width(ed->prompt, 0, strlen(ed->prompt));
}

/* The columns that the line may take. */
static unsigned room(const struct lineedit *ed)
{
	unsigned taken = prompt_width(ed) + 1;

	return ed->columns > taken + ROOM_MIN ? ed->columns - taken : ROOM_MIN;
}

/* Moves the view so that the cursor is in it and no room is wasted. */
static void scroll(struct lineedit *ed)
{
	unsigned columns = room(ed);

	ed->view = MIN(ed->view, ed->cursor);
	while (lineedit_width(ed, ed->view, ed->cursor) > columns)
		ed->view = lineedit_next(ed, ed->view);
	while (ed->view > 0) {
		size_t before = lineedit_previous(ed, ed->view);

		if (lineedit_width(ed, before, ed->len) > columns)
			break;
		ed->view = before;
	}
}

static void put(struct lineedit *ed, const char *text, size_t n)
{
	if (n)
		ed->out->put(ed->out, text, n);
}

/* The cursor stands somewhere in the row: puts it where it belongs. */
static void place_cursor(struct lineedit *ed)
{
	unsigned at = prompt_width(ed) + lineedit_width(ed, ed->view, ed->cursor);

	fmt_print(ed->out, "\r");
	if (at > 0)
		fmt_print(ed->out, "\033[%uC", at);
}

static void draw(struct lineedit *ed)
{
	unsigned columns = room(ed);
	size_t end = ed->view;

	while (end < ed->len) {
		size_t next = lineedit_next(ed, end);

		if (lineedit_width(ed, ed->view, next) > columns)
			break;
		end = next;
	}
	fmt_print(ed->out, "\r%s", ed->prompt);
	put(ed, ed->line + ed->view, end - ed->view);
	fmt_print(ed->out, "\033[K");
	if (ed->cursor != end)
		place_cursor(ed);
}

void lineedit_redraw(struct lineedit *ed)
{
	scroll(ed);
	draw(ed);
}

void lineedit_show_moved(struct lineedit *ed)
{
	size_t view = ed->view;

	scroll(ed);
	if (ed->view == view)
		place_cursor(ed);
	else
		draw(ed);
}

void lineedit_show_inserted(struct lineedit *ed, size_t n)
{
	if (ed->cursor == ed->len && lineedit_width(ed, ed->view, ed->len) <= room(ed))
		put(ed, ed->line + ed->cursor - n, n);
	else
		lineedit_redraw(ed);
}

void lineedit_show_removed(struct lineedit *ed, unsigned columns)
{
	if (columns == 0 || columns > 2 || ed->view > 0) {
		lineedit_redraw(ed);
		return;
	}
	fmt_print(ed->out, columns == 1 ? "\b \b" : "\b\b  \b\b");
}
