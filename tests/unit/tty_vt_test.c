/*
 * tty_vt_test.c: the terminal on a screen: a small screen that only believes what it is
 * told to draw, compared with what a VT would show.
 */
// link: kernel/tty/vt.c
// link: kernel/tty/vt_sequences.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/tty/vt.h"

enum { COLUMNS = 10, ROWS = 4, HISTORY = 6 };

struct bench {
	struct vt vt;
	struct screen screen;
	struct cell cells[ROWS][COLUMNS]; /* as drawn */
	unsigned drawn;			  /* cells, since the last look */
	unsigned cursor_x, cursor_y;
	bool cursor_visible;
	void *memory;
};

static void draw(struct screen *screen, unsigned column, unsigned row,
		 const struct cell *cells, unsigned n)
{
	struct bench *b = container_of(screen, struct bench, screen);

	assert_true(row < ROWS && column < COLUMNS && n > 0 && column + n <= COLUMNS);
	memcpy(&b->cells[row][column], cells, n * sizeof(*cells));
	b->drawn += n;
}

static void cursor(struct screen *screen, unsigned column, unsigned row,
		   const struct cell *under, bool visible)
{
	struct bench *b = container_of(screen, struct bench, screen);

	assert_true(row < ROWS && column < COLUMNS);
	assert_memory_equal(under, &b->cells[row][column], sizeof(*under));
	b->cursor_x = column;
	b->cursor_y = row;
	b->cursor_visible = visible;
}

static const struct screen_ops ops = { .draw = draw, .cursor = cursor };

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	b->screen = (struct screen){ .columns = COLUMNS, .rows = ROWS, .ops = &ops };
	for (unsigned i = 0; i < ROWS * COLUMNS; i++)
		b->cells[i / COLUMNS][i % COLUMNS] =
			(struct cell){ .code = ' ', .foreground = 7 };
	b->memory = malloc(vt_memory(&b->screen, HISTORY));
	vt_init(&b->vt, &b->screen, b->memory, HISTORY);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	free(b->memory);
	free(b);
	return 0;
}

static void feed(struct bench *b, const char *text)
{
	vt_feed(&b->vt, (const uint8_t *)text, strlen(text));
	vt_flush(&b->vt);
}

/* Rows without the blanks at their ends; '.' for what is not ASCII, '_' right halves. */
static void expect(struct bench *b, const char *a, const char *c, const char *d,
		   const char *e)
{
	const char *expected[ROWS] = { a, c, d, e };

	for (unsigned y = 0; y < ROWS; y++) {
		char row[COLUMNS + 1] = "";
		unsigned end = 0;

		for (unsigned x = 0; x < COLUMNS; x++) {
			uint32_t code = b->cells[y][x].code;

			row[x] = code == 0 ? '_' : code < 0x7f ? (char)code : '.';
			end = row[x] == ' ' ? end : x + 1;
		}
		row[end] = '\0';
		assert_string_equal(row, expected[y]);
	}
}

static void expect_cursor(struct bench *b, unsigned x, unsigned y)
{
	assert_int_equal(b->cursor_x, x);
	assert_int_equal(b->cursor_y, y);
}

static void test_text(void **state)
{
	struct bench *b = *state;

	feed(b, "one\r\ntwo\b\bx\tz");
	expect(b, "one", "txo     z", "", "");
	expect_cursor(b, 9, 1);
	/* Nothing is drawn twice. */
	b->drawn = 0;
	feed(b, "\r\033[A\ronX");
	assert_int_equal(b->drawn, 1);
	expect(b, "onX", "txo     z", "", "");
}

static void test_wrap(void **state)
{
	struct bench *b = *state;

	feed(b, "0123456789");
	expect_cursor(b, 9, 0);
	feed(b, "\r\n"); /* the wrap that waits does not double the newline */
	expect_cursor(b, 0, 1);
	feed(b, "0123456789a");
	expect(b, "0123456789", "0123456789", "a", "");
	feed(b, "\033[H\033[?7l0123456789abc\033[?7h");
	expect(b, "012345678c", "0123456789", "a", "");
}

static void test_scroll(void **state)
{
	struct bench *b = *state;

	feed(b, "1\r\n2\r\n3\r\n4\r\n5\r\n6");
	expect(b, "3", "4", "5", "6");
	vt_look_back(&b->vt, 1);
	vt_flush(&b->vt);
	expect(b, "2", "3", "4", "5");
	assert_false(b->cursor_visible);
	vt_look_back(&b->vt, 100);
	vt_flush(&b->vt);
	expect(b, "1", "2", "3", "4");
	vt_look_back(&b->vt, -1);
	vt_flush(&b->vt);
	expect(b, "2", "3", "4", "5");
	feed(b, "!");
	expect(b, "3", "4", "5", "6!");
	assert_true(b->cursor_visible);
}

static void test_long_history(void **state)
{
	struct bench *b = *state;
	char line[16];

	for (unsigned i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "%u\r\n", i);
		feed(b, line);
	}
	expect(b, "97", "98", "99", "");
	vt_look_back(&b->vt, 100);
	vt_flush(&b->vt);
	expect(b, "91", "92", "93", "94"); /* HISTORY rows back */
}

static void test_region(void **state)
{
	struct bench *b = *state;

	feed(b, "a\r\nb\r\nc\r\nd\033[2;3r");
	expect_cursor(b, 0, 0);
	feed(b, "\033[3;1H\n");
	expect(b, "a", "c", "", "d");
	feed(b, "\033[2;1H\033M");
	expect(b, "a", "", "c", "d");
	feed(b, "\033[?6h\033[1;1Hx\033[9;1Hy\033[?6l");
	expect(b, "a", "x", "y", "d");
	/* The region keeps its rows out of the history. */
	assert_int_equal(b->vt.past, 0);
	feed(b, "\033[r\033[4;1H\n");
	expect(b, "x", "y", "d", "");
}

static void test_lines(void **state)
{
	struct bench *b = *state;

	feed(b, "a\r\nb\r\nc\r\nd\033[2;1H\033[L");
	expect(b, "a", "", "b", "c");
	feed(b, "\033[2M");
	expect(b, "a", "c", "", "");
	feed(b, "\033[99L");
	expect(b, "a", "", "", "");
	feed(b, "\033[H\033[SX\033[2TY");
	expect(b, " Y", "", "X", "");
}

static void test_characters(void **state)
{
	struct bench *b = *state;

	feed(b, "abcdefghij\033[1;3H\033[2P");
	expect(b, "abefghij", "", "", "");
	feed(b, "\033[3@");
	expect(b, "ab   efghi", "", "", "");
	feed(b, "\033[4hXY\033[4l\033[2X");
	expect(b, "abXY   efg", "", "", "");
	feed(b, "\033[1;1H\033[99P");
	expect(b, "", "", "", "");
}

static void test_erase(void **state)
{
	struct bench *b = *state;

	feed(b, "aaaa\r\nbbbb\r\ncccc\r\ndddd\033[2;3H\033[K");
	expect(b, "aaaa", "bb", "cccc", "dddd");
	feed(b, "\033[3;2H\033[1K");
	expect(b, "aaaa", "bb", "  cc", "dddd");
	feed(b, "\033[1J");
	expect(b, "", "", "  cc", "dddd");
	feed(b, "\033[3;4H\033[J");
	expect(b, "", "", "  c", "");
	feed(b, "x\033[2J");
	expect(b, "", "", "", "");
}

static void test_style(void **state)
{
	struct bench *b = *state;
	const struct cell *row = b->cells[0];

	feed(b, "\033[1;31mr\033[0;44mb\033[7mi\033[27;4;93;49mu\033[38;5;196mp\033[mn");
	assert_int_equal(row[0].foreground, 9);
	assert_int_equal(row[1].foreground, 7);
	assert_int_equal(row[1].background, 4);
	assert_int_equal(row[2].foreground, 4);
	assert_int_equal(row[2].background, 7);
	assert_int_equal(row[3].foreground, 11);
	assert_int_equal(row[3].underline, 1);
	assert_int_equal(row[4].foreground, 9);
	assert_int_equal(row[5].foreground, 7);
	assert_int_equal(row[5].underline, 0);
	feed(b, "\033[48;2;0;0;255m\033[K");
	assert_int_equal(row[9].background, 12);
}

static void test_cursor(void **state)
{
	struct bench *b = *state;

	feed(b, "\033[3;5H\0337\033[H\0338");
	expect_cursor(b, 4, 2);
	feed(b, "\033[99A\033[99D");
	expect_cursor(b, 0, 0);
	feed(b, "\033[99B\033[99C");
	expect_cursor(b, 9, 3);
	feed(b, "\033[2d\033[3G\033[E");
	expect_cursor(b, 0, 2);
	feed(b, "\033[F\033[2I\033[Z");
	expect_cursor(b, 8, 1);
	feed(b, "\033[?25l");
	assert_false(b->cursor_visible);
	feed(b, "\033[9999;9999H\033c");
	expect_cursor(b, 0, 0);
	assert_true(b->cursor_visible);
}

static void test_replies(void **state)
{
	struct bench *b = *state;
	uint8_t bytes[64];

	feed(b, "\033[3;4H\033[6n");
	assert_int_equal(vt_replies(&b->vt, bytes, sizeof(bytes)), 6);
	assert_memory_equal(bytes, "\033[3;4R", 6);
	assert_int_equal(vt_replies(&b->vt, bytes, sizeof(bytes)), 0);
	/* Too many at once: whole ones only. */
	for (unsigned i = 0; i < 50; i++)
		feed(b, "\033[5n");
	assert_int_equal(vt_replies(&b->vt, bytes, sizeof(bytes)) % 4, 0);
}

static void test_wide(void **state)
{
	struct bench *b = *state;

	feed(b, "a\xe6\xbc\xa2z");
	expect(b, "a._z", "", "", "");
	feed(b, "\033[1;3Hx"); /* over the right half */
	expect(b, "a xz", "", "", "");
	feed(b, "\r\xe6\xbc\xa2\033[1;1Hy"); /* over the left half */
	expect(b, "y xz", "", "", "");
	feed(b, "\033[1;10H\xe6\xbc\xa2"); /* no room in the last column: wraps */
	expect(b, "y xz", "._", "", "");
	feed(b, "\033[2;2H\033[P");
	expect(b, "y xz", "", "", "");
	feed(b, "\033[2;1He\xcc\x81."); /* an accent that combines */
	expect(b, "y xz", "e.", "", "");
}

static void test_graphics(void **state)
{
	struct bench *b = *state;

	feed(b, "\033(0q\033(Bq");
	assert_int_equal(b->cells[0][0].code, 0x2500);
	assert_int_equal(b->cells[0][1].code, 'q');
}

/* A record of the log in the midst of a sequence and of a character. */
static void test_aside(void **state)
{
	struct bench *b = *state;

	feed(b, "\033[31m\xc3");
	vt_feed_aside(&b->vt, "log\r\n", 5);
	feed(b, "\xa9\033[3");
	vt_feed_aside(&b->vt, "two\r\n", 5);
	feed(b, "2mg");
	expect(b, "log", ".two", "g", "");
	assert_int_equal(b->cells[0][0].foreground, 7);
	assert_int_equal(b->cells[1][0].code, 0xe9);
	assert_int_equal(b->cells[1][0].foreground, 1);
	assert_int_equal(b->cells[2][0].foreground, 2);
	feed(b, "\033[3;1H\033(0\033[4h");
	vt_feed_aside(&b->vt, "q\r", 2);
	feed(b, "q");
	assert_int_equal(b->cells[2][0].code, 0x2500);
	assert_int_equal(b->cells[2][1].code, 'q');
}

/* Any bytes: no sanitizer speaks, and what is drawn is what the cells hold. */
static void test_noise(void **state)
{
	struct bench *b = *state;
	static const char likely[] =
		"\033[;0123456789ABCDHJKLMPSTXhlmnrsu@\r\n\t\xe6\xbc\xa2x";
	unsigned seed = 5;

	for (unsigned i = 0; i < 200000; i++) {
		uint8_t byte;

		seed = seed * 1103515245 + 12345;
		byte = seed >> 28 ? (uint8_t)likely[(seed >> 16) % (sizeof(likely) - 1)]
				  : (uint8_t)(seed >> 16);
		vt_feed(&b->vt, &byte, 1);
		if (i % 7)
			continue;
		if (i % 1001 == 0)
			vt_look_back(&b->vt, (int)(seed >> 16) % 20 - 5);
		vt_flush(&b->vt);
		assert_true(b->vt.cursor.x < COLUMNS && b->vt.cursor.y < ROWS);
		for (unsigned y = 0; y < ROWS && b->vt.view == 0; y++)
			assert_memory_equal(b->cells[y], vt_row(&b->vt, y),
					    sizeof(b->cells[y]));
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_text),	 CASE(test_wrap),    CASE(test_scroll),
		CASE(test_long_history), CASE(test_region),  CASE(test_lines),
		CASE(test_characters),	 CASE(test_erase),   CASE(test_style),
		CASE(test_cursor),	 CASE(test_replies), CASE(test_wide),
		CASE(test_graphics),	 CASE(test_aside),   CASE(test_noise),
	};

	return cmocka_run_group_tests_name("tty_vt", tests, NULL, NULL);
}
