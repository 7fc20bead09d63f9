/*
 * lineedit.c: the keys of the line editor. Bytes become code points and key
 * sequences by utf8.h and ansi.h; each key is a small change of line, len and
 * cursor, drawn afterwards by lineedit_view.c. Invariant: cursor <= len <
 * LINEEDIT_LINE, and cursor and view stand where a character starts.
 */
#include "lib/lineedit.h"
#include "lib/lineedit_view.h"
#include "lib/string.h"

#define CTRL(letter) ((letter)&0x1f)
#define DEL 0x7f

static void bell(struct lineedit *ed)
{
	fmt_print(ed->out, "\a");
}

static bool is_blank_at(const struct lineedit *ed, size_t pos)
{
	return ed->line[pos] == ' ';
}

static size_t word_before(const struct lineedit *ed)
{
	size_t pos = ed->cursor;

	while (pos > 0 && is_blank_at(ed, pos - 1))
		pos--;
	while (pos > 0 && !is_blank_at(ed, pos - 1))
		pos--;
	return pos;
}

static size_t word_after(const struct lineedit *ed)
{
	size_t pos = ed->cursor;

	while (pos < ed->len && is_blank_at(ed, pos))
		pos++;
	while (pos < ed->len && !is_blank_at(ed, pos))
		pos++;
	return pos;
}

static void move_to(struct lineedit *ed, size_t pos)
{
	ed->cursor = pos;
	lineedit_show_moved(ed);
}

/* Removes what lies from from to to; the cursor is at one of them. */
static void erase(struct lineedit *ed, size_t from, size_t to)
{
	bool at_end = ed->cursor == ed->len;
	unsigned width = lineedit_width(ed, from, to);

	if (from == to) {
		bell(ed);
		return;
	}
	memmove(ed->line + from, ed->line + to, ed->len - to);
	ed->len -= to - from;
	ed->cursor = from;
	lineedit_show_removed(ed, at_end ? width : 0);
}

/* Inserts n bytes, whole characters, at the cursor; false when there is no room. */
static bool insert(struct lineedit *ed, const char *text, size_t n)
{
	if (n > LINEEDIT_LINE - 1 - ed->len) {
		bell(ed);
		return false;
	}
	memmove(ed->line + ed->cursor + n, ed->line + ed->cursor, ed->len - ed->cursor);
	memcpy(ed->line + ed->cursor, text, n);
	ed->len += n;
	ed->cursor += n;
	lineedit_show_inserted(ed, n);
	return true;
}

/* Replaces the whole line by another one of less than LINEEDIT_LINE bytes. */
static void replace_line(struct lineedit *ed, const char *text)
{
	ed->len = strnlen(text, LINEEDIT_LINE - 1);
	memcpy(ed->line, text, ed->len);
	ed->cursor = ed->len;
	ed->view = 0;
	lineedit_redraw(ed);
}

static void show_older(struct lineedit *ed)
{
	bool new_line = ed->history_pos == ed->history.used;
	const char *line = history_previous(&ed->history, &ed->history_pos);

	if (!line) {
		bell(ed);
		return;
	}
	if (new_line) {
		memcpy(ed->draft, ed->line, ed->len);
		ed->draft[ed->len] = '\0';
	}
	replace_line(ed, line);
}

static void show_newer(struct lineedit *ed)
{
	const char *line;

	if (ed->history_pos == ed->history.used) {
		bell(ed);
		return;
	}
	line = history_next(&ed->history, &ed->history_pos);
	replace_line(ed, line ? line : ed->draft);
}

/* Ends the line: the cursor goes behind it and then to a new row. */
static void finish(struct lineedit *ed, enum lineedit_result result, const char *mark)
{
	if (ed->cursor != ed->len)
		move_to(ed, ed->len);
	fmt_print(ed->out, "%s\r\n", mark);
	if (result == LINEEDIT_INTERRUPTED)
		ed->len = 0;
	ed->line[ed->len] = '\0';
	if (result == LINEEDIT_LINE_READY)
		history_add(&ed->history, ed->line);
	ed->result = result;
}

/* What the candidates of a completion have in common. */
struct candidates {
	size_t word;
	unsigned count;
	size_t common; /* bytes of first that all share */
	char first[LINEEDIT_WORD];
};

static bool is_typable(const char *text)
{
	for (; *text; text++) {
		if ((uint8_t)*text < 0x20 || *text == DEL)
			return false;
	}
	return true;
}

/* Gets the next candidate that the word really starts; false when there is none. */
static bool next_candidate(struct lineedit *ed, size_t word, unsigned *index, char *out)
{
	size_t len = ed->cursor - word;

	while (*index < LINEEDIT_CANDIDATES) {
		if (!ed->complete(ed->complete_arg, ed->line, word, ed->cursor,
				  (*index)++, out))
			return false;
		out[LINEEDIT_WORD - 1] = '\0';
		if (strncmp(out, ed->line + word, len) == 0 && is_typable(out))
			return true;
	}
	return false;
}

static void gather(struct lineedit *ed, struct candidates *found)
{
	char candidate[LINEEDIT_WORD];
	unsigned index = 0;

	while (next_candidate(ed, found->word, &index, candidate)) {
		size_t same = 0;

		if (found->count++ == 0) {
			memcpy(found->first, candidate, sizeof(candidate));
			found->common = strlen(candidate);
		}
		while (same < found->common && candidate[same] == found->first[same])
			same++;
		found->common = same;
	}
	while (utf8_is_continuation(found->first[found->common]))
		found->common--;
}

static void list_candidates(struct lineedit *ed, size_t word)
{
	char candidate[LINEEDIT_WORD];
	unsigned index = 0;
	const char *separator = "\r\n";

	while (next_candidate(ed, word, &index, candidate)) {
		fmt_print(ed->out, "%s%s", separator, candidate);
		separator = "  ";
	}
	fmt_print(ed->out, "\r\n");
	lineedit_redraw(ed);
}

static void complete(struct lineedit *ed)
{
	struct candidates found = { .word = ed->cursor };
	size_t typed;

	while (found.word > 0 && !is_blank_at(ed, found.word - 1))
		found.word--;
	typed = ed->cursor - found.word;
	if (ed->complete && typed < LINEEDIT_WORD)
		gather(ed, &found);
	if (found.count == 0)
		bell(ed);
	else if (found.common > typed &&
		 !insert(ed, found.first + typed, found.common - typed))
		return;
	else if (found.count == 1 && found.common > 0 &&
		 found.first[found.common - 1] != '/')
		insert(ed, " ", 1);
	else if (found.count > 1 && found.common == typed)
		list_candidates(ed, found.word);
}

static void delete_forward(struct lineedit *ed)
{
	erase(ed, ed->cursor, lineedit_next(ed, ed->cursor));
}

static void delete_backward(struct lineedit *ed)
{
	erase(ed, lineedit_previous(ed, ed->cursor), ed->cursor);
}

static void end_of_file(struct lineedit *ed)
{
	if (ed->len == 0)
		finish(ed, LINEEDIT_EOF, "");
	else
		delete_forward(ed);
}

static void clear_screen(struct lineedit *ed)
{
	fmt_print(ed->out, "\033[H\033[2J");
	lineedit_redraw(ed);
}

static void on_control(struct ansi *keys, uint8_t byte)
{
	struct lineedit *ed = container_of(keys, struct lineedit, keys);

	switch (byte) {
	case '\r':
	case '\n':
		finish(ed, LINEEDIT_LINE_READY, "");
		break;
	case '\t':
		complete(ed);
		break;
	case '\b':
	case DEL:
		delete_backward(ed);
		break;
	case CTRL('A'):
		move_to(ed, 0);
		break;
	case CTRL('B'):
		move_to(ed, lineedit_previous(ed, ed->cursor));
		break;
	case CTRL('C'):
		finish(ed, LINEEDIT_INTERRUPTED, "^C");
		break;
	case CTRL('D'):
		end_of_file(ed);
		break;
	case CTRL('E'):
		move_to(ed, ed->len);
		break;
	case CTRL('F'):
		move_to(ed, lineedit_next(ed, ed->cursor));
		break;
	case CTRL('K'):
		erase(ed, ed->cursor, ed->len);
		break;
	case CTRL('L'):
		clear_screen(ed);
		break;
	case CTRL('N'):
		show_newer(ed);
		break;
	case CTRL('P'):
		show_older(ed);
		break;
	case CTRL('U'):
		erase(ed, 0, ed->cursor);
		break;
	case CTRL('W'):
		erase(ed, word_before(ed), ed->cursor);
		break;
	}
}

/* A key that sends ESC [ letter or ESC O letter. */
static void on_letter_key(struct lineedit *ed, char letter)
{
	switch (letter) {
	case 'A':
		show_older(ed);
		break;
	case 'B':
		show_newer(ed);
		break;
	case 'C':
		move_to(ed, lineedit_next(ed, ed->cursor));
		break;
	case 'D':
		move_to(ed, lineedit_previous(ed, ed->cursor));
		break;
	case 'F':
		move_to(ed, ed->len);
		break;
	case 'H':
		move_to(ed, 0);
		break;
	}
}

static void on_print(struct ansi *keys, uint32_t code)
{
	struct lineedit *ed = container_of(keys, struct lineedit, keys);
	char text[UTF8_MAX_BYTES];

	if (ed->after_ss3) {
		ed->after_ss3 = false;
		on_letter_key(ed, (char)MIN(code, DEL));
		return;
	}
	insert(ed, text, utf8_encode(code, text));
}

static void on_csi(struct ansi *keys, const struct ansi_csi *csi)
{
	struct lineedit *ed = container_of(keys, struct lineedit, keys);

	if (csi->marker || csi->intermediate)
		return;
	if (csi->final != '~') {
		on_letter_key(ed, csi->final);
		return;
	}
	switch (ansi_param(csi, 0, 0)) {
	case 1:
	case 7:
		move_to(ed, 0);
		break;
	case 3:
		delete_forward(ed);
		break;
	case 4:
	case 8:
		move_to(ed, ed->len);
		break;
	}
}

static void on_esc(struct ansi *keys, char intermediate, char final)
{
	struct lineedit *ed = container_of(keys, struct lineedit, keys);

	if (intermediate)
		return;
	switch (final) {
	case 'O':
		ed->after_ss3 = true;
		break;
	case 'b':
		move_to(ed, word_before(ed));
		break;
	case 'f':
		move_to(ed, word_after(ed));
		break;
	}
}

static const struct ansi_ops key_ops = {
	.print = on_print,
	.control = on_control,
	.csi = on_csi,
	.esc = on_esc,
};

void lineedit_init(struct lineedit *ed, struct fmt_sink *out,
		   lineedit_complete *complete_fn, void *arg)
{
	memset(ed, 0, sizeof(*ed));
	ed->columns = LINEEDIT_COLUMNS;
	ed->out = out;
	ed->complete = complete_fn;
	ed->complete_arg = arg;
	ed->prompt = "";
	ansi_init(&ed->keys, &key_ops);
}

void lineedit_start(struct lineedit *ed, const char *prompt)
{
	ed->prompt = prompt;
	ed->len = 0;
	ed->cursor = 0;
	ed->view = 0;
	ed->line[0] = '\0';
	ed->result = LINEEDIT_MORE;
	ed->history_pos = ed->history.used;
	fmt_print(ed->out, "%s", prompt);
}

/*
 * stack: below lineedit_feed, print is lib/lineedit.c:on_print
 * stack: below lineedit_feed, control is lib/lineedit.c:on_control
 * stack: below lineedit_feed, csi is lib/lineedit.c:on_csi
 * stack: below lineedit_feed, esc is lib/lineedit.c:on_esc
 */
enum lineedit_result lineedit_feed(struct lineedit *ed, uint8_t byte)
{
	bool second_half = byte == '\n' && ed->after_cr;
	uint32_t codes[2];
	unsigned n;

	ed->after_cr = byte == '\r';
	if (second_half)
		return LINEEDIT_MORE;
	ed->result = LINEEDIT_MORE;
	n = utf8_decode(&ed->utf8, byte, codes);
	for (unsigned i = 0; i < n; i++) {
		if (byte < 0x20)
			ed->after_ss3 = false;
		ansi_feed(&ed->keys, codes[i]);
		/* A key, such as Alt-P, must not start a string that swallows others. */
		if (ed->keys.state == ANSI_STRING || ed->result != LINEEDIT_MORE)
			ansi_init(&ed->keys, &key_ops);
	}
	return ed->result;
}
