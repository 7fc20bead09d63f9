/*
 * lib_printf_test.c: formatted output. What C defines is compared with the host's
 * snprintf over all combinations of flags, widths and precisions; the rest is
 * written out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/printf.h"

/* The formats are made here, or wrong on purpose. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"

#define CHECK(want, ...)                                                \
	do {                                                            \
		char buf_[256];                                         \
		int n_ = fmt_snprintf(buf_, sizeof(buf_), __VA_ARGS__); \
		assert_string_equal(buf_, want);                        \
		assert_int_equal(n_, strlen(want));                     \
	} while (0)

/* The host prints the same. */
#define SAME(...)                                            \
	do {                                                 \
		char want_[256];                             \
		snprintf(want_, sizeof(want_), __VA_ARGS__); \
		CHECK(want_, __VA_ARGS__);                   \
	} while (0)

static const char *const fields[] = { "",   "1",  "5",	"12",  ".",
				      ".0", ".1", ".7", "9.4", "3.12" };

/* Calls use(format) for each combination of flags, field and the conversion. */
static void each_format(const char *flags, const char *conversion,
			void (*use)(const char *fmt))
{
	size_t n = strlen(flags);

	for (unsigned set = 0; set < 1U << n; set++) {
		for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
			char fmt[64] = "<%";

			for (size_t i = 0; i < n; i++) {
				if (set >> i & 1)
					strncat(fmt, flags + i, 1);
			}
			strcat(fmt, fields[f]);
			strcat(fmt, conversion);
			strcat(fmt, ">");
			use(fmt);
		}
	}
}

static void same_int(const char *fmt)
{
	static const int values[] = { 0, 1, -1, 7, 255, 123456, INT_MAX, INT_MIN };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		SAME(fmt, values[i]);
}

static void same_long(const char *fmt)
{
	static const long values[] = { 0, 1, -1, 8, LONG_MAX, LONG_MIN, 0x123456789abL };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		SAME(fmt, values[i]);
}

static void same_string(const char *fmt)
{
	SAME(fmt, "");
	SAME(fmt, "a");
	SAME(fmt, "quarto, in a kernel");
}

static void test_numbers_like_the_host(void **state)
{
	static const char *const ints[] = { "d", "i", "hd", "hhd" };
	static const char *const unsigneds[] = { "x", "X", "o", "hx", "hho", "hhX" };
	static const char *const longs[] = { "ld", "lli", "zd", "td", "jd" };
	static const char *const ulongs[] = { "lu", "llx", "zX", "to", "ju" };

	for (int i = 0; i < 4; i++)
		each_format("-0+ ", ints[i], same_int);
	for (int i = 0; i < 6; i++)
		each_format("-0#", unsigneds[i], same_int);
	each_format("-0", "u", same_int);
	each_format("-0", "hhu", same_int);
	for (int i = 0; i < 5; i++)
		each_format("-0+ ", longs[i], same_long);
	for (int i = 0; i < 5; i++)
		each_format("-0", ulongs[i], same_long);
}

static void test_strings_like_the_host(void **state)
{
	each_format("-", "s", same_string);
	SAME("%c|%3c|%-3c|", 'x', 'y', 'z');
	SAME("100%% %s%%", "sure");
}

static void test_star(void **state)
{
	SAME("%*d|%-*d|%*d|", 5, 42, 5, 42, -5, 42);
	SAME("%.*d|%.*d|%*.*d|", 3, 7, -1, 7, 6, 3, 7);
	SAME("%.*s|%.*s|", 2, "abc", -1, "abc");
}

static void test_string_not_terminated(void **state)
{
	const char raw[3] = { 'a', 'b', 'c' };

	CHECK("abc|ab", "%.3s|%.*s", raw, 2, raw);
}

static void test_pointer_and_null(void **state)
{
	CHECK("0xb8000|  0x1f|0x0", "%p|%6p|%p", (void *)0xb8000, (void *)0x1f, NULL);
	CHECK("(null)|   (nu", "%s|%6.3s", (char *)NULL, (char *)NULL);
}

static void test_unknown_is_literal(void **state)
{
	CHECK("1 %y %d", "%d %y %d", 1, 2);
	CHECK("a%", "a%");
	CHECK("%5.3", "%5.3");
	CHECK("%n", "%n", NULL);
	CHECK("%f", "%f", 1.5);
	CHECK("%ll", "%ll");
}

static void test_buffer_too_small(void **state)
{
	char buf[8] = "zzzzzzz";

	assert_int_equal(fmt_snprintf(buf, 4, "%d", 12345), 5);
	assert_string_equal(buf, "123");
	assert_int_equal(buf[4], 'z');
	assert_int_equal(fmt_snprintf(buf, 1, "%s", "abc"), 3);
	assert_string_equal(buf, "");
	assert_int_equal(fmt_snprintf(NULL, 0, "%s-%u", "abc", 12), 6);
	assert_int_equal(fmt_snprintf(buf, 4, "abc"), 3);
	assert_string_equal(buf, "abc");
}

static void test_bounds(void **state)
{
	char buf[4];

	assert_int_equal(fmt_snprintf(buf, 4, "%99999999999d", 1), 4095);
	assert_int_equal(fmt_snprintf(buf, 4, "%*d", INT_MIN, 1), 4095);
	assert_int_equal(fmt_snprintf(buf, 4, "%.2000000000d", 1), 4095);
	assert_int_equal(fmt_snprintf(buf, 4, "%-2000000000s|", ""), 4096);
}

/* A sink that counts its pieces and keeps the text. */
struct counting_sink {
	struct fmt_sink sink;
	unsigned pieces;
	size_t n;
	char text[64];
};

static void counting_put(struct fmt_sink *sink, const char *text, size_t n)
{
	struct counting_sink *c = container_of(sink, struct counting_sink, sink);

	assert_true(n > 0);
	memcpy(c->text + c->n, text, n);
	c->n += n;
	c->pieces++;
}

static void test_sink(void **state)
{
	struct counting_sink c = { .sink = { counting_put } };

	assert_int_equal(fmt_print(&c.sink, "%s=%20d%s", "x", 7, ""), 22);
	assert_int_equal(c.n, 22);
	assert_memory_equal(c.text, "x=                   7", 22);
	assert_int_equal(fmt_print(&c.sink, "%s", ""), 0);
	assert_int_equal(c.n, 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_like_the_host),
		cmocka_unit_test(test_strings_like_the_host),
		cmocka_unit_test(test_star),
		cmocka_unit_test(test_string_not_terminated),
		cmocka_unit_test(test_pointer_and_null),
		cmocka_unit_test(test_unknown_is_literal),
		cmocka_unit_test(test_buffer_too_small),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
