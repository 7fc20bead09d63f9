/*
 * tty_ldisc_test.c: the line discipline: editing, echo, ends of lines, signals, flow
 * control, raw mode, limits, and pastes that lose nothing.
 */
// link: kernel/tty/ldisc.c
// link: kernel/tty/ldisc_output.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/tty/ldisc.h"

enum { OUT_SIZE = 16384 };

struct bench {
	struct ldisc ld;
	struct ldisc_memory memory;
	struct ring out;
	uint8_t out_bytes[OUT_SIZE];
	char text[OUT_SIZE + 1];
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	ring_init(&b->out, b->out_bytes, OUT_SIZE);
	ldisc_init(&b->ld, &b->memory, &b->out);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static unsigned feed(struct bench *b, const char *text)
{
	return ldisc_receive(&b->ld, (const uint8_t *)text, strlen(text));
}

static void feed_n(struct bench *b, int byte, size_t n)
{
	uint8_t one = (uint8_t)byte;

	while (n-- > 0)
		(void)ldisc_receive(&b->ld, &one, 1);
}

/* What the terminal was sent since the last call. */
static const char *shown(struct bench *b)
{
	b->text[ring_get(&b->out, b->text, OUT_SIZE)] = '\0';
	return b->text;
}

static void change(struct bench *b, uint32_t lflag_off, uint32_t lflag_on)
{
	struct termios t = b->ld.termios;

	t.lflag = (t.lflag & ~lflag_off) | lflag_on;
	(void)ldisc_set_termios(&b->ld, &t);
}

/* One read; the expected bytes, and whether it is complete. */
static void expect_read(struct bench *b, size_t max, const char *expected, bool complete)
{
	uint8_t bytes[8192];
	bool end;
	size_t n = ldisc_read(&b->ld, bytes, max, &end);

	assert_int_equal(n, strlen(expected));
	assert_memory_equal(bytes, expected, n);
	assert_int_equal(end, complete);
}

static void expect_line(struct bench *b, const char *expected)
{
	assert_true(ldisc_readable(&b->ld));
	expect_read(b, 8192, expected, true);
}

static void test_line(void **state)
{
	struct bench *b = *state;

	assert_int_equal(feed(b, "hello"), 0);
	assert_false(ldisc_readable(&b->ld));
	assert_string_equal(shown(b), "hello");
	assert_int_equal(feed(b, "\rtwo\n"), LDISC_READABLE);
	assert_string_equal(shown(b), "\r\ntwo\r\n");
	assert_int_equal(ldisc_pending(&b->ld), 10);
	expect_line(b, "hello\n");
	expect_line(b, "two\n");
	assert_false(ldisc_readable(&b->ld));
}

static void test_short_reads(void **state)
{
	struct bench *b = *state;

	feed(b, "abcdef\nx\n");
	expect_read(b, 4, "abcd", false);
	expect_read(b, 3, "ef\n", true);
	expect_line(b, "x\n");
}

static void test_erase(void **state)
{
	struct bench *b = *state;

	feed(b, "ab\x7f");
	assert_string_equal(shown(b), "ab\b \b");
	feed(b, "\x7f\x7f\x7f");
	assert_string_equal(shown(b), "\b \b");
	feed(b, "c\r");
	expect_line(b, "c\n");
}

static void test_erase_utf8(void **state)
{
	struct bench *b = *state;

	feed(b, "a\xc3\xa9\x7f"); /* e acute: one column */
	assert_string_equal(shown(b), "a\xc3\xa9\b \b");
	feed(b, "\xe6\xbc\xa2\x7f"); /* a wide character: two */
	assert_string_equal(shown(b), "\xe6\xbc\xa2\b\b  \b\b");
	feed(b, "e\xcc\x81\x7f"); /* an accent that combines: none */
	assert_string_equal(shown(b), "e\xcc\x81");
	feed(b, "\x7f");
	assert_string_equal(shown(b), "\b \b");
	feed(b, "\xf0\x9f\x98\x80\x7f\r");
	expect_line(b, "a\n");
}

/* Bytes that are not UTF-8 are erased one by one, and never more than there are. */
static void test_erase_broken_utf8(void **state)
{
	struct bench *b = *state;

	feed(b, "x\x80\x80\x80\x80\x80\x7f\x7f\x7f\r");
	expect_line(b, "x\x80\x80\n");
	feed(b, "\xe6\xbc\x7fy\r"); /* a cut character goes as one */
	expect_line(b, "y\n");
	feed(b, "\x80\x7f\x7fz\r");
	expect_line(b, "z\n");
}

static void test_erase_latin1(void **state)
{
	struct bench *b = *state;

	b->ld.termios.iflag &= ~IUTF8;
	feed(b, "a\xc3\xa9\x7f\r");
	assert_string_equal(shown(b), "a\xc3\xa9\b \b\r\n");
	expect_line(b, "a\xc3\n");
}

static void test_erase_tab_and_control(void **state)
{
	struct bench *b = *state;

	assert_int_equal(ldisc_write(&b->ld, (const uint8_t *)"$ ", 2), 2);
	shown(b);
	feed(b, "abc\t\x7f"); /* from column 5 to 8 */
	assert_string_equal(shown(b), "abc\t\b\b\b");
	feed(b, "\x01\x7f");
	assert_string_equal(shown(b), "^A\b\b  \b\b");
	feed(b, "\t\td\x7f\x7f");
	assert_string_equal(shown(b), "\t\td\b \b\b\b\b\b\b\b\b\b");
	feed(b, "\r");
	expect_line(b, "abc\t\n");
	/* From column 2 to 8, 9 to 16, 18 to 24: what is before a tab is not counted. */
	assert_int_equal(ldisc_write(&b->ld, (const uint8_t *)"\r$ ", 3), 3);
	feed(b, "\ta\t\x01\t");
	shown(b);
	feed(b, "\x7f");
	assert_string_equal(shown(b), "\b\b\b\b\b\b");
	feed(b, "\x7f\x7f");
	assert_string_equal(shown(b), "\b\b  \b\b"
				      "\b\b\b\b\b\b\b");
	feed(b, "\x7f\x7f");
	assert_string_equal(shown(b), "\b \b"
				      "\b\b\b\b\b\b");
}

static void test_kill(void **state)
{
	struct bench *b = *state;

	feed(b, "abc\x15");
	assert_string_equal(shown(b), "abc\b \b\b \b\b \b");
	change(b, ECHOKE, 0);
	feed(b, "abc\x15");
	assert_string_equal(shown(b), "abc^U\r\n");
	feed(b, "d\r");
	expect_line(b, "d\n");
}

static void test_word_erase(void **state)
{
	struct bench *b = *state;

	feed(b, "one two_2, \x17\r");
	expect_line(b, "one \n");
	feed(b, "\x17 .\x17x\r");
	expect_line(b, "x\n");
	feed(b, "caf\xc3\xa9 na\xc3\xafve\x17\r");
	expect_line(b, "caf\xc3\xa9 \n");
}

static void test_erase_without_echoe(void **state)
{
	struct bench *b = *state;

	change(b, ECHOE, 0);
	b->ld.termios.cc[VERASE] = '#';
	feed(b, "ab#\r");
	assert_string_equal(shown(b), "ab#\r\n");
	expect_line(b, "a\n");
}

static void test_eof(void **state)
{
	struct bench *b = *state;

	assert_int_equal(feed(b, "\x04"), LDISC_READABLE);
	assert_string_equal(shown(b), "");
	expect_line(b, "");
	feed(b, "ab\x04\x04");
	assert_int_equal(ldisc_pending(&b->ld), 2);
	expect_line(b, "ab");
	expect_line(b, "");
	/* A read that takes exactly the bytes takes the mark too. */
	feed(b, "cd\x04");
	expect_read(b, 2, "cd", true);
	assert_false(ldisc_readable(&b->ld));
}

static void test_eol(void **state)
{
	struct bench *b = *state;

	b->ld.termios.cc[VEOL] = ';';
	feed(b, "a;b\r");
	expect_line(b, "a;");
	expect_line(b, "b\n");
}

static void test_literal(void **state)
{
	struct bench *b = *state;

	feed(b, "\x16\x03\x16\x7f\x16\x04");
	assert_string_equal(shown(b), "^\b^C^\b^?^\b^D");
	feed(b, "\r");
	expect_line(b, "\x03\x7f\x04\n");
	/* A NUL is data, not an end of file. */
	feed(b, "\x16");
	feed_n(b, 0, 1);
	feed(b, "x\r");
	assert_int_equal(ldisc_pending(&b->ld), 3);
}

static void test_reprint(void **state)
{
	struct bench *b = *state;

	feed(b, "ab\x12"
		"c\r");
	assert_string_equal(shown(b), "ab^R\r\nabc\r\n");
	expect_line(b, "abc\n");
}

static void test_signals(void **state)
{
	struct bench *b = *state;

	feed(b, "lost\nlost too");
	assert_int_equal(feed(b, "\x03"), LDISC_INTERRUPT | LDISC_ROOM);
	assert_false(ldisc_readable(&b->ld));
	assert_string_equal(shown(b), "^C");
	assert_int_equal(feed(b, "\x1c"), LDISC_QUIT | LDISC_ROOM);
	assert_int_equal(feed(b, "\x1a"), LDISC_SUSPEND | LDISC_ROOM);
	shown(b);
	change(b, 0, NOFLSH);
	feed(b, "kept\n");
	assert_int_equal(feed(b, "\x03"), LDISC_INTERRUPT);
	assert_string_equal(shown(b), "kept\r\n^C");
	expect_line(b, "kept\n");
	change(b, ISIG, 0);
	assert_int_equal(feed(b, "\x03\r"), LDISC_READABLE);
	expect_line(b, "\x03\n");
}

static void test_flow(void **state)
{
	struct bench *b = *state;

	assert_int_equal(feed(b, "\x13"), LDISC_FLOW);
	assert_true(b->ld.stopped);
	assert_int_equal(feed(b, "\x13"), 0);
	assert_int_equal(feed(b, "x"), 0);
	assert_true(b->ld.stopped);
	assert_int_equal(feed(b, "\x11"), LDISC_FLOW);
	assert_false(b->ld.stopped);
	b->ld.termios.iflag |= IXANY;
	feed(b, "\x13");
	assert_int_equal(feed(b, "y"), LDISC_FLOW);
	/* Who takes IXON away must not leave output stopped for good. */
	feed(b, "\x13");
	b->ld.termios.iflag &= ~IXANY;
	struct termios t = b->ld.termios;
	t.iflag &= ~IXON;
	assert_int_equal(ldisc_set_termios(&b->ld, &t), LDISC_FLOW);
	assert_int_equal(feed(b, "\x13\r"), LDISC_READABLE);
	expect_line(b, "xy\x13\n");
}

static void test_input_mapping(void **state)
{
	struct bench *b = *state;

	b->ld.termios.iflag |= IGNCR;
	feed(b, "a\rb\n");
	expect_line(b, "ab\n");
	b->ld.termios.iflag = (b->ld.termios.iflag & ~(IGNCR | ICRNL)) | INLCR;
	assert_int_equal(feed(b, "a\n"), 0);
	b->ld.termios.iflag = ISTRIP | ICRNL;
	feed(b, "\xe1\r");
	expect_line(b, "a\ra\n");
}

static void test_no_echo(void **state)
{
	struct bench *b = *state;

	change(b, ECHO, 0);
	feed(b, "secret\x7f\x7f\x17\x15x\r");
	assert_string_equal(shown(b), "");
	expect_line(b, "x\n");
	change(b, 0, ECHONL);
	feed(b, "y\r");
	assert_string_equal(shown(b), "\r\n");
}

static void test_raw(void **state)
{
	struct bench *b = *state;

	change(b, ICANON | ISIG | ECHO, 0);
	b->ld.termios.iflag = 0;
	assert_int_equal(feed(b, "\x03\x04\x7f\r\x13"), LDISC_READABLE);
	assert_string_equal(shown(b), "");
	expect_read(b, 2, "\x03\x04", false);
	expect_read(b, 8, "\x7f\r\x13", false);
	assert_false(ldisc_readable(&b->ld));
}

static void test_mode_changes(void **state)
{
	struct bench *b = *state;
	uint8_t byte = 'q';

	feed(b, "par");
	change(b, ICANON, 0);
	assert_true(ldisc_readable(&b->ld));
	feed(b, "t");
	change(b, 0, ICANON);
	expect_line(b, "part");
	assert_false(ldisc_readable(&b->ld));
	/* With no room for a mark the last byte ends the line. */
	change(b, ICANON, 0);
	feed_n(b, byte, LDISC_READY);
	change(b, 0, ICANON);
	uint8_t bytes[LDISC_READY];
	bool end;
	assert_int_equal(ldisc_read(&b->ld, bytes, sizeof(bytes), &end), LDISC_READY);
	assert_true(end);
	feed(b, "\r");
	expect_line(b, "\n");
}

static void test_long_line(void **state)
{
	struct bench *b = *state;
	uint8_t bytes[LDISC_READY];
	bool end;

	feed_n(b, 'a', LDISC_LINE);
	assert_false(ldisc_full(&b->ld));
	shown(b);
	feed(b, "bb");
	assert_string_equal(shown(b), "\a\a");
	feed(b, "\r");
	assert_int_equal(ldisc_read(&b->ld, bytes, sizeof(bytes), &end), LDISC_LINE + 1);
	assert_int_equal(bytes[LDISC_LINE - 1], 'a');
	assert_int_equal(bytes[LDISC_LINE], '\n');
	b->ld.termios.iflag &= ~IMAXBEL;
	feed_n(b, 'a', LDISC_LINE);
	shown(b);
	feed(b, "b");
	assert_string_equal(shown(b), "");
}

/* A sender that does not pause loses whole lines, and every line that comes is whole. */
static void test_overrun(void **state)
{
	struct bench *b = *state;
	unsigned lines = 0;

	for (unsigned i = 0; i < 3000; i++)
		feed(b, "0123456\n");
	while (ldisc_readable(&b->ld)) {
		expect_line(b, "0123456\n");
		lines++;
	}
	assert_int_equal(lines, LDISC_READY / 8);
	feed(b, "again\r");
	expect_line(b, "again\n");
}

/* A paste by a sender that pauses when asked, with a slow reader: nothing is lost. */
static void paste(struct bench *b, size_t total, unsigned line_max)
{
	size_t in = 0, out = 0;
	unsigned seed = line_max;
	bool paused = false;
	uint8_t *sent = malloc(total + 1), *got = malloc(total + 1);

	assert_true(sent && got);
	for (size_t i = 0, left = line_max; i < total; i++) {
		seed = seed * 1103515245 + 12345;
		sent[i] = left-- > 0 ? (uint8_t)('a' + (seed >> 16) % 26) : '\n';
		if (sent[i] == '\n')
			left = (seed >> 16) % (line_max + 1);
	}
	sent[total - 1] = '\n';
	while (out < total) {
		bool end;

		if (!paused && in < total) {
			size_t n = MIN(total - in, 64);
			(void)ldisc_receive(&b->ld, sent + in, n);
			in += n;
			paused = ldisc_full(&b->ld);
			shown(b);
			continue;
		}
		assert_true(ldisc_readable(&b->ld)); /* else bytes were lost */
		out += ldisc_read(&b->ld, got + out, MIN(total - out, 100), &end);
		if (paused && ldisc_has_room(&b->ld))
			paused = false;
		assert_true(ldisc_readable(&b->ld) || !paused);
	}
	assert_memory_equal(sent, got, total);
	free(sent);
	free(got);
}

static void test_paste(void **state)
{
	paste(*state, 65536, 79);
	paste(*state, 65536, LDISC_LINE);
	paste(*state, 65536, 1);
	change(*state, ICANON, 0);
	paste(*state, 65536, 79);
}

static void test_output(void **state)
{
	struct bench *b = *state;
	static const uint8_t text[] = "a\n\tb\xc3\xa9\t|";

	assert_int_equal(ldisc_write(&b->ld, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_string_equal(shown(b), "a\r\n\tb\xc3\xa9\t|");
	b->ld.termios.oflag |= XTABS;
	b->ld.column = 0;
	assert_int_equal(ldisc_write(&b->ld, text + 2, 6), 6);
	assert_string_equal(shown(b), "        b\xc3\xa9      |");
	b->ld.termios.oflag = OPOST | OCRNL | ONOCR;
	b->ld.column = 0;
	assert_int_equal(ldisc_write(&b->ld, (const uint8_t *)"\rx\r", 3), 3);
	assert_string_equal(shown(b), "x\n");
	b->ld.termios.oflag = 0;
	assert_int_equal(ldisc_write(&b->ld, text, 4), 4);
	assert_string_equal(shown(b), "a\n\tb");
}

/* Writers leave room for the echo, and a full ring loses echo only. */
static void test_output_full(void **state)
{
	struct bench *b = *state;
	static const uint8_t lines[OUT_SIZE] = "";
	size_t n = ldisc_write(&b->ld, lines, sizeof(lines));

	assert_true(n >= OUT_SIZE - LDISC_ECHO_ROOM - 8 &&
		    n <= OUT_SIZE - LDISC_ECHO_ROOM);
	assert_false(ldisc_writable(&b->ld));
	assert_int_equal(ldisc_write(&b->ld, lines, 1), 0);
	feed_n(b, 'e', 1000);
	assert_true(ring_space(&b->out) < 8);
	feed(b, "\x7f\x15ok\r");
	expect_line(b, "ok\n");
	shown(b);
	assert_true(ldisc_writable(&b->ld));
}

/* Any bytes at any settings: no sanitizer speaks, and ready never breaks its promise. */
static void test_noise(void **state)
{
	struct bench *b = *state;
	unsigned seed = 1;

	for (unsigned i = 0; i < 300000; i++) {
		uint8_t byte;
		bool end;
		uint8_t bytes[37];

		seed = seed * 1103515245 + 12345;
		byte = (uint8_t)(seed >> 16);
		(void)ldisc_receive(&b->ld, &byte, 1);
		if (i % 50 == 0)
			shown(b);
		if (i % 11 == 0)
			(void)ldisc_read(&b->ld, bytes, 1 + byte % 37, &end);
		if (i % 997 == 0) {
			struct termios t = b->ld.termios;
			t.lflag ^= 1u << seed % 16;
			t.iflag ^= 1u << (seed >> 8) % 16;
			t.oflag ^= 1u << (seed >> 4) % 13;
			t.cc[seed % TERMIOS_CONTROLS] = byte;
			(void)ldisc_set_termios(&b->ld, &t);
		}
		assert_true(b->ld.line_len <= LDISC_LINE);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_line),
		CASE(test_short_reads),
		CASE(test_erase),
		CASE(test_erase_utf8),
		CASE(test_erase_broken_utf8),
		CASE(test_erase_latin1),
		CASE(test_erase_tab_and_control),
		CASE(test_kill),
		CASE(test_word_erase),
		CASE(test_erase_without_echoe),
		CASE(test_eof),
		CASE(test_eol),
		CASE(test_literal),
		CASE(test_reprint),
		CASE(test_signals),
		CASE(test_flow),
		CASE(test_input_mapping),
		CASE(test_no_echo),
		CASE(test_raw),
		CASE(test_mode_changes),
		CASE(test_long_line),
		CASE(test_overrun),
		CASE(test_paste),
		CASE(test_output),
		CASE(test_output_full),
		CASE(test_noise),
	};

	return cmocka_run_group_tests_name("tty_ldisc", tests, NULL, NULL);
}
