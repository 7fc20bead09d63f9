/*
 * lib_lineedit_test.c: the line editor on a model of a terminal: one row, whose
 * cells hold code points, driven by the editor's output. After every key the row
 * must show what the editor's line says, however cheaply it was drawn.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/lineedit.h"

#define COLUMNS 40
#define PROMPT "> "

struct terminal {
	struct fmt_sink sink;
	struct ansi ansi;
	struct utf8_decoder utf8;
	uint32_t cells[COLUMNS];
	unsigned column;
	unsigned bells, rows, clears;
	size_t bytes; /* put since the last look */
	struct lineedit ed;
};

static struct terminal *terminal_of(struct ansi *ansi)
{
	return container_of(ansi, struct terminal, ansi);
}

static void blank(struct terminal *t, unsigned from)
{
	for (; from < COLUMNS; from++)
		t->cells[from] = ' ';
}

static void on_print(struct ansi *ansi, uint32_t code)
{
	struct terminal *t = terminal_of(ansi);
	unsigned width = utf8_width(code);

	/* The editor never writes to the last column, but for a final ^C. */
	if (t->column + width >= COLUMNS && (code == '^' || code == 'C'))
		return;
	assert_true(t->column + width < COLUMNS);
	for (unsigned i = 0; i < width; i++)
		t->cells[t->column++] = i ? 0 : code;
}

static void on_control(struct ansi *ansi, uint8_t byte)
{
	struct terminal *t = terminal_of(ansi);

	switch (byte) {
	case '\r':
		t->column = 0;
		break;
	case '\n':
		t->rows++;
		blank(t, 0);
		break;
	case '\b':
		assert_true(t->column > 0);
		t->column--;
		break;
	case '\a':
		t->bells++;
		break;
	default:
		fail_msg("control %u", byte);
	}
}

static void on_csi(struct ansi *ansi, const struct ansi_csi *csi)
{
	struct terminal *t = terminal_of(ansi);

	switch (csi->final) {
	case 'K':
		blank(t, t->column);
		break;
	case 'C':
		t->column += ansi_param(csi, 0, 1);
		assert_true(t->column < COLUMNS);
		break;
	case 'H':
		t->column = 0;
		break;
	case 'J':
		assert_int_equal(csi->params[0], 2);
		blank(t, 0);
		t->clears++;
		break;
	default:
		fail_msg("sequence ending in %c", csi->final);
	}
}

static const struct ansi_ops terminal_ops = { on_print, on_control, on_csi, NULL };

static void terminal_put(struct fmt_sink *sink, const char *text, size_t n)
{
	struct terminal *t = container_of(sink, struct terminal, sink);
	uint32_t codes[2];

	t->bytes += n;
	for (; n; n--) {
		unsigned count = utf8_decode(&t->utf8, (uint8_t)*text++, codes);

		for (unsigned i = 0; i < count; i++)
			ansi_feed(&t->ansi, codes[i]);
	}
}

static bool complete_name(void *arg, const char *line, size_t word, size_t len,
			  unsigned index, char *out)
{
	static const char *const names[] = { "help",
					     "hello",
					     "ps",
					     "/dev/",
					     "bad\nname",
					     "\xc3\xa9t\xc3\xa9",
					     "\xc3\xa9t\xc3\xa8" };
	unsigned *asked = arg;

	assert_true(word <= len);
	(*asked)++;
	if (index >= ARRAY_SIZE(names))
		return false;
	strcpy(out, names[index]);
	return true;
}

static unsigned asked;

static struct terminal *new_terminal(void)
{
	struct terminal *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->sink.put = terminal_put;
	ansi_init(&t->ansi, &terminal_ops);
	blank(t, 0);
	lineedit_init(&t->ed, &t->sink, complete_name, &asked);
	t->ed.columns = COLUMNS;
	lineedit_start(&t->ed, PROMPT);
	return t;
}

/* The row is what drawing everything again gives. */
static void check_drawn(struct terminal *t)
{
	uint32_t cells[COLUMNS];
	unsigned column = t->column;

	memcpy(cells, t->cells, sizeof(cells));
	lineedit_redraw(&t->ed);
	assert_memory_equal(cells, t->cells, sizeof(cells));
	assert_int_equal(column, t->column);
}

static enum lineedit_result feed(struct terminal *t, const char *keys)
{
	enum lineedit_result result = LINEEDIT_MORE;

	for (; *keys; keys++) {
		assert_int_equal(result, LINEEDIT_MORE);
		result = lineedit_feed(&t->ed, (uint8_t)*keys);
		if (result == LINEEDIT_MORE)
			check_drawn(t);
	}
	return result;
}

/* The keys and then Enter give the line want. */
static void check_line(struct terminal *t, const char *keys, const char *want)
{
	assert_int_equal(feed(t, keys), LINEEDIT_MORE);
	assert_int_equal(feed(t, "\r"), LINEEDIT_LINE_READY);
	assert_string_equal(t->ed.line, want);
	assert_int_equal(t->ed.len, strlen(want));
	lineedit_start(&t->ed, PROMPT);
}

static void check_row(struct terminal *t, const char *want)
{
	char row[COLUMNS * 4 + 1];
	size_t n = 0;

	for (unsigned i = 0; i < COLUMNS; i++) {
		if (t->cells[i])
			n += utf8_encode(t->cells[i], row + n);
	}
	while (n > 0 && row[n - 1] == ' ')
		n--;
	row[n] = '\0';
	assert_string_equal(row, want);
}

static void test_typing_is_cheap(void **state)
{
	struct terminal *t = new_terminal();

	lineedit_feed(&t->ed, 'a');
	t->bytes = 0;
	lineedit_feed(&t->ed, 'b');
	assert_int_equal(t->bytes, 1);
	lineedit_feed(&t->ed, 0x7f);
	assert_int_equal(t->bytes, 4);
	check_row(t, "> a");
	check_drawn(t);
	free(t);
}

static void test_editing(void **state)
{
	struct terminal *t = new_terminal();

	check_line(t, "", "");
	check_line(t, "abc", "abc");
	check_line(t, "abc\x7f\bX", "aX");
	check_line(t, "bc\001a\005d", "abcd");
	check_line(t, "abc\002\002X\006Y", "aXbYc");
	check_line(t, "abcd\033[D\033[D\013", "ab");
	check_line(t, "abcd\033[D\033[D\025", "cd");
	check_line(t, "abc def  \027X", "abc X");
	check_line(t, "abc\001\004", "bc");
	check_line(t, "abc\001\033[3~\033[3~", "c");
	check_line(t, "b\033[Ha\033[Fc\033[1~0\033[4~d", "0abcd");
	check_line(t, "b\033OHa\033OFc\033OD1", "ab1c");
	check_line(t, "b\033[7~a\033[8~c", "abc");
	check_line(t, "ab cd\033bX\033b\033bY\033fZ", "YabZ Xcd");
	free(t);
}

static void test_edges_ring_the_bell(void **state)
{
	struct terminal *t = new_terminal();

	feed(t, "\x7f\004");
	lineedit_start(&t->ed, PROMPT);
	assert_int_equal(t->bells, 1);
	feed(t, "a\004\013\001\025\027\010\033[A\033[B");
	assert_int_equal(t->bells, 8);
	check_line(t, "\033[D\033[D\002", "a");
	free(t);
}

static void test_utf8(void **state)
{
	struct terminal *t = new_terminal();

	check_line(t,
		   "h\xc3\xa9llo\002\002\002\x7f"
		   "e",
		   "hello");
	/* A combining accent goes with its letter, a wide character takes two cells. */
	check_line(t,
		   "ae\xcc\x81\x7f"
		   "b",
		   "ab");
	check_line(t, "ae\xcc\x81z\001\006\004", "az");
	feed(t, "\xe6\xbc\xa2x\xe5\xad\x97");
	assert_int_equal(t->column, 7);
	check_row(t, "> \xe6\xbc\xa2x\xe5\xad\x97");
	check_line(t, "\x7f\001\033[C\x7f", "x");
	check_line(t,
		   "a\xff"
		   "b\xc3"
		   "c",
		   "a\xef\xbf\xbd"
		   "b\xef\xbf\xbd"
		   "c");
	free(t);
}

static void test_results(void **state)
{
	struct terminal *t = new_terminal();

	assert_int_equal(feed(t, "\004"), LINEEDIT_EOF);
	lineedit_start(&t->ed, PROMPT);
	assert_int_equal(feed(t, "abc\003"), LINEEDIT_INTERRUPTED);
	assert_string_equal(t->ed.line, "");
	lineedit_start(&t->ed, PROMPT);
	assert_int_equal(feed(t, "x\n"), LINEEDIT_LINE_READY);
	lineedit_start(&t->ed, PROMPT);
	/* CR LF is one Enter, LF LF are two. */
	assert_int_equal(feed(t, "y\r"), LINEEDIT_LINE_READY);
	lineedit_start(&t->ed, PROMPT);
	assert_int_equal(feed(t, "\nz\n"), LINEEDIT_LINE_READY);
	assert_string_equal(t->ed.line, "z");
	lineedit_start(&t->ed, PROMPT);
	assert_int_equal(feed(t, "\n"), LINEEDIT_LINE_READY);
	assert_string_equal(t->ed.line, "");
	free(t);
}

static void test_history(void **state)
{
	struct terminal *t = new_terminal();

	check_line(t, "one", "one");
	check_line(t, "two", "two");
	check_line(t, "two", "two");
	check_line(t, "", "");
	check_line(t, "\033[A\033[A", "one");
	check_line(t, "\020\020\020\020", "one");
	check_line(t, "new\033[A\033[A\033[B\033[B", "new");
	check_line(t, "dr\033[A!\033[B", "dr");
	check_line(t, "\033OAx", "drx");
	free(t);
}

static void test_history_is_bounded(void **state)
{
	struct history h = { .used = 0 };
	char line[LINEEDIT_LINE];
	size_t pos;
	unsigned n = 0;

	for (unsigned i = 0; i < 1000; i++) {
		memset(line, 'a' + i % 26, sizeof(line) - 1);
		line[hash_u64(i) % (sizeof(line) - 1)] = '\0';
		line[sizeof(line) - 1] = '\0';
		history_add(&h, line);
		assert_true(h.used <= HISTORY_SIZE);
	}
	pos = h.used;
	assert_string_equal(history_previous(&h, &pos), line);
	while (history_previous(&h, &pos))
		n++;
	assert_int_equal(pos, 0);
	assert_in_range(n, 4, 60);
	while (history_next(&h, &pos))
		n--;
	assert_int_equal(n, 0);
	assert_int_equal(pos, h.used);
}

static void test_history_of_long_lines(void **state)
{
	struct history h = { .used = 0 };
	char line[HISTORY_SIZE + 1];
	size_t pos = 0;

	assert_null(history_previous(&h, &pos));
	assert_null(history_next(&h, &pos));
	memset(line, 'x', sizeof(line));
	line[HISTORY_SIZE] = '\0';
	history_add(&h, line);
	assert_int_equal(h.used, 0);
	history_add(&h, "a");
	history_add(&h, line + 1);
	assert_int_equal(h.used, HISTORY_SIZE);
	history_add(&h, "b");
	assert_int_equal(h.used, 2);
	assert_string_equal(h.text, "b");
	/* One byte too many, and none. */
	history_add(&h, line + 2);
	history_add(&h, "c");
	assert_int_equal(h.used, 2);
	history_add(&h, line + 3);
	history_add(&h, "d");
	assert_int_equal(h.used, HISTORY_SIZE);
}

static void test_completion(void **state)
{
	struct terminal *t = new_terminal();

	check_line(t, "p\t", "ps ");
	check_line(t, "cat /d\tx", "cat /dev/x");
	check_line(t, "h\tp\tx", "help x");
	check_line(t, "ps\001h\tl\t\005!", "hello ps!");
	/* Both begin with the first byte of the letter that differs, too. */
	check_line(t, "\xc3\xa9\t", "\xc3\xa9t");
	assert_int_equal(t->bells, 0);
	check_line(t, "zz\t", "zz");
	check_line(t, "bad\t", "bad");
	assert_int_equal(t->bells, 2);
	t->rows = 0;
	assert_int_equal(feed(t, "x hel\t"), LINEEDIT_MORE);
	assert_int_equal(t->rows, 2);
	check_row(t, "> x hel");
	free(t);
}

static void test_completion_asks_boundedly(void **state)
{
	struct terminal *t = new_terminal();

	asked = 0;
	feed(t, "\t");
	assert_in_range(asked, 1, 2 * (LINEEDIT_CANDIDATES + 1));
	free(t);
}

static void test_no_completion(void **state)
{
	struct terminal *t = new_terminal();

	t->column = 0;
	lineedit_init(&t->ed, &t->sink, NULL, NULL);
	t->ed.columns = COLUMNS;
	lineedit_start(&t->ed, PROMPT);
	check_line(t, "\t\tx", "x");
	assert_int_equal(t->bells, 2);
	free(t);
}

static void test_long_line_scrolls(void **state)
{
	struct terminal *t = new_terminal();

	feed(t, "0123456789012345678901234567890123456789abcdefghij");
	check_row(t, "> 345678901234567890123456789abcdefghij");
	free(t);
}

static void test_line_is_bounded(void **state)
{
	struct terminal *t = new_terminal();

	for (unsigned i = 0; i < LINEEDIT_LINE + 50; i++)
		lineedit_feed(&t->ed, 'a');
	check_drawn(t);
	assert_int_equal(t->ed.len, LINEEDIT_LINE - 1);
	assert_int_equal(t->bells, 51);
	lineedit_feed(&t->ed, 0x7f);
	lineedit_feed(&t->ed, 0xc3);
	lineedit_feed(&t->ed, 0xa9);
	assert_int_equal(t->ed.len, LINEEDIT_LINE - 2);
	assert_int_equal(feed(t, "b\r"), LINEEDIT_LINE_READY);
	assert_int_equal(strlen(t->ed.line), LINEEDIT_LINE - 1);
	free(t);
}

static void test_clear_screen(void **state)
{
	struct terminal *t = new_terminal();

	feed(t, "abc\002\014");
	assert_int_equal(t->clears, 1);
	check_row(t, "> abc");
	check_line(t, "X", "abXc");
	free(t);
}

/* No key sequence, however broken, takes the next line with it. */
static void test_broken_sequences(void **state)
{
	struct terminal *t = new_terminal();

	check_line(t, "a\033", "a");
	check_line(t, "b\033[1;", "b");
	check_line(t, "c\033O", "c");
	check_line(t, "Ad\033P", "Ad");
	check_line(t, "e\033]", "e");
	check_line(t, "Hf\033[99~\033[?1A\033[1$A\033[1;5Z", "Hf");
	free(t);
}

static void test_random(void **state)
{
	static const char *const keys[] = {
		"a",
		"b",
		"c d",
		" ",
		"\xc3\xa9",
		"\xe6\xbc\xa2",
		"e\xcc\x81",
		"\x7f",
		"\x7f",
		"\033[D",
		"\033[D",
		"\033[C",
		"\001",
		"\005",
		"\004",
		"\013",
		"\025",
		"\027",
		"\033[A",
		"\033[B",
		"\t",
		"\014",
		"\033b",
		"\033f",
		"\r",
		"\003",
		"\xff",
		"\xcc\x81",
		"long text to scroll sideways ",
		"\033[",
		"\033O",
		"\033",
	};
	struct terminal *t = new_terminal();

	for (unsigned step = 0; step < 30000; step++) {
		uint64_t random = hash_u64(step);
		const char *key = keys[random % ARRAY_SIZE(keys)];

		if (t->ed.len > 120)
			key = "\025";
		for (; *key; key++) {
			if (lineedit_feed(&t->ed, (uint8_t)*key) == LINEEDIT_MORE)
				check_drawn(t);
			else
				lineedit_start(&t->ed, PROMPT);
			assert_true(t->ed.cursor <= t->ed.len);
			assert_true(t->ed.view <= t->ed.cursor);
			assert_true(t->ed.view == t->ed.len ||
				    !utf8_is_continuation(t->ed.line[t->ed.view]));
		}
	}
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typing_is_cheap),
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_edges_ring_the_bell),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_is_bounded),
		cmocka_unit_test(test_history_of_long_lines),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_completion_asks_boundedly),
		cmocka_unit_test(test_no_completion),
		cmocka_unit_test(test_long_line_scrolls),
		cmocka_unit_test(test_line_is_bounded),
		cmocka_unit_test(test_clear_screen),
		cmocka_unit_test(test_broken_sequences),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
