/*
 * lib_ansi_test.c: the parser's calls, written down as text: a character as itself,
 * a control as <7>, a control sequence as [marker params intermediate final], an
 * escape sequence as {intermediate final}.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lib/ansi.h"
#include "lib/hash.h"

struct recorder {
	struct ansi ansi;
	char text[512];
	size_t n;
};

static void note(struct ansi *ansi, const char *text)
{
	struct recorder *r = container_of(ansi, struct recorder, ansi);

	r->n += (size_t)snprintf(r->text + r->n, sizeof(r->text) - r->n, "%s", text);
	assert_true(r->n < sizeof(r->text));
}

static void on_print(struct ansi *ansi, uint32_t code)
{
	char text[16];

	snprintf(text, sizeof(text), code < 0x7f ? "%c" : "U+%X", code);
	note(ansi, text);
}

static void on_control(struct ansi *ansi, uint8_t byte)
{
	char text[8];

	snprintf(text, sizeof(text), "<%u>", byte);
	note(ansi, text);
}

static void on_csi(struct ansi *ansi, const struct ansi_csi *csi)
{
	char text[160] = "[";

	if (csi->marker)
		strncat(text, &csi->marker, 1);
	for (unsigned i = 0; i < csi->nparams; i++)
		snprintf(text + strlen(text), 8, i ? ";%u" : "%u", csi->params[i]);
	if (csi->intermediate)
		strncat(text, &csi->intermediate, 1);
	strncat(text, &csi->final, 1);
	strcat(text, "]");
	note(ansi, text);
}

static void on_esc(struct ansi *ansi, char intermediate, char final)
{
	char text[8] = "{";

	if (intermediate)
		strncat(text, &intermediate, 1);
	strncat(text, &final, 1);
	strcat(text, "}");
	note(ansi, text);
}

static const struct ansi_ops recording = { on_print, on_control, on_csi, on_esc };

static void check_n(const char *bytes, size_t n, const char *want)
{
	struct recorder r = { .n = 0 };

	ansi_init(&r.ansi, &recording);
	for (size_t i = 0; i < n; i++)
		ansi_feed(&r.ansi, (uint8_t)bytes[i]);
	assert_string_equal(r.text, want);
}

static void check(const char *bytes, const char *want)
{
	check_n(bytes, strlen(bytes), want);
}

static void test_text_and_controls(void **state)
{
	check("", "");
	check("a~ b\r\n\t\b\x07", "a~ b<13><10><9><8><7>");
	check("a\x7f", "a<127>");
	check_n("\0a", 2, "<0>a");
	check("\xe9\x80\x9f\xa0", "U+E9U+A0");
}

static void test_csi(void **state)
{
	check("\033[m", "[m]");
	check("\033[0m", "[0m]");
	check("\033[1;31mred\033[0m", "[1;31m]red[0m]");
	check("\033[;5H", "[0;5H]");
	check("\033[5;H", "[5;0H]");
	check("\033[;;H", "[0;0;0H]");
	check("\033[?25l\033[>c\033[=1c", "[?25l][>c][=1c]");
	check("\033[2 q\033[!p", "[2 q][!p]");
	check("\033[99999999999999999999A", "[9999A]");
	check("\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18m",
	      "[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16m]");
	check("\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18$x",
	      "[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16$x]");
}

static void test_csi_dropped(void **state)
{
	check("\033[38:2:1mx", "x");
	check("\033[:1mx", "x");
	check("\033[1?2mx", "x");
	check("\033[1$$mx", "x");
	check("\033[1$2mx", "x");
	check("\033[??1mx", "x");
}

static void test_esc(void **state)
{
	check("\0337x\0338\033M\033c", "{7}x{8}{M}{c}");
	check("\033(B\033#8", "{(B}{#8}");
	check("\033((Bx", "x");
	check("\033\033[A", "[A]");
	check("\033\\x", "x");
}

static void test_interrupted(void **state)
{
	check("\033[1\r;2H", "<13>[1;2H]");
	check("\033[1\x18;2H", ";2H");
	check("\033[1\x1a;2H", ";2H");
	check("\033[1\033[2A", "[2A]");
	check("\033[1\xe9mx", "U+E9mx");
	check("\033\xe9mx", "U+E9mx");
	check("\033[1\x7f;2H", "[1;2H]");
	check("\033(\n0x", "<10>{(0}x");
}

static void test_strings(void **state)
{
	check("\033]0;title\007x", "x");
	check("\033]0;title\033\\x", "x");
	check("\033Pq\r\n\xe9#1\033\\x", "x");
	check("\033_a\033[1mx", "[1m]x");
	check("\033Xa\x18x", "x");
}

static void test_string_ends(void **state)
{
	struct recorder r = { .n = 0 };

	ansi_init(&r.ansi, &recording);
	ansi_feed(&r.ansi, 033);
	ansi_feed(&r.ansi, ']');
	for (unsigned i = 0; i < ANSI_MAX_STRING; i++)
		ansi_feed(&r.ansi, 'x');
	assert_string_equal(r.text, "");
	ansi_feed(&r.ansi, 'y');
	assert_string_equal(r.text, "y");
}

static void test_param(void **state)
{
	struct ansi_csi csi = { .nparams = 2, .params = { 0, 7, 9 } };

	assert_int_equal(ansi_param(&csi, 0, 1), 1);
	assert_int_equal(ansi_param(&csi, 1, 1), 7);
	assert_int_equal(ansi_param(&csi, 2, 1), 1);
	assert_int_equal(ansi_param(&csi, 999, 3), 3);
}

static void checked_csi(struct ansi *ansi, const struct ansi_csi *csi)
{
	assert_true(csi->nparams <= ANSI_MAX_PARAMS);
	assert_in_range(csi->final, 0x40, 0x7e);
	for (unsigned i = 0; i < csi->nparams; i++)
		assert_true(csi->params[i] <= ANSI_MAX_VALUE);
}

static void checked_print(struct ansi *ansi, uint32_t code)
{
	assert_true(code >= 0x20 && code != 0x7f && (code < 0x80 || code >= 0xa0));
	assert_int_equal(ansi->state, ANSI_TEXT);
}

static void checked_control(struct ansi *ansi, uint8_t byte)
{
	assert_true((byte < 0x20 && byte != 0x1b && byte != 0x18 && byte != 0x1a) ||
		    byte == 0x7f);
}

static void checked_esc(struct ansi *ansi, char intermediate, char final)
{
	assert_in_range(final, 0x30, 0x7e);
	assert_true(intermediate == 0 || (intermediate >= 0x20 && intermediate <= 0x2f));
}

/* Random sequences never give the operations anything they were not promised. */
static void test_random(void **state)
{
	static const struct ansi_ops checking = { checked_print, checked_control,
						  checked_csi, checked_esc };
	static const char likely_bytes[] =
		"\033\033[[;;0123456789?$m]P\\\007\030HA:( x\r";
	struct ansi ansi;

	ansi_init(&ansi, &checking);
	for (unsigned step = 0; step < 500000; step++) {
		uint64_t random = hash_u64(step);
		uint32_t code =
			(uint8_t)likely_bytes[(random >> 8) % (sizeof(likely_bytes) - 1)];

		if (random % 8 == 0)
			code = (random >> 32) % (random % 16 ? 0x110000 : 0x100);
		ansi_feed(&ansi, code);
	}
	ansi_feed(&ansi, 0x18);
	assert_int_equal(ansi.state, ANSI_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_and_controls),
		cmocka_unit_test(test_csi),
		cmocka_unit_test(test_csi_dropped),
		cmocka_unit_test(test_esc),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_ends),
		cmocka_unit_test(test_param),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
