/*
 * lib_parse_test.c: numbers, sizes, words with quotes, segments and boot
 * parameters, and that no text makes any of them run off its end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "lib/parse.h"

struct number_case {
	const char *text;
	unsigned base;
	int err;
	uint64_t value;
};

static void test_u64(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0, 0, 0 },
		{ "010", 0, 0, 10 },
		{ "0x1F", 0, 0, 31 },
		{ "0X1f", 16, 0, 31 },
		{ "ff", 16, 0, 255 },
		{ "777", 8, 0, 511 },
		{ "z", 36, 0, 35 },
		{ "18446744073709551615", 0, 0, UINT64_MAX },
		{ "0xffffffffffffffff", 0, 0, UINT64_MAX },
		{ "00000000000000000000000001", 0, 0, 1 },
		{ "18446744073709551616", 0, -ERANGE, 0 },
		{ "99999999999999999999999", 10, -ERANGE, 0 },
		{ "0x10000000000000000", 0, -ERANGE, 0 },
		{ "99999999999999999999999x", 10, -EINVAL, 0 },
		{ "", 0, -EINVAL, 0 },
		{ "0x", 0, -EINVAL, 0 },
		{ "-1", 0, -EINVAL, 0 },
		{ "+1", 0, -EINVAL, 0 },
		{ " 1", 0, -EINVAL, 0 },
		{ "1 ", 0, -EINVAL, 0 },
		{ "0x1g", 0, -EINVAL, 0 },
		{ "8", 8, -EINVAL, 0 },
		{ "0x1", 10, -EINVAL, 0 },
		{ "1", 1, -EINVAL, 0 },
		{ "1", 37, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct number_case *c = &cases[i];
		uint64_t value = 77;

		assert_int_equal(parse_u64(c->text, c->base, &value), c->err);
		assert_int_equal(value, c->err ? 77 : c->value);
	}
}

static void test_size(void **state)
{
	static const struct number_case cases[] = {
		{ "12", 0, 0, 12 },
		{ "4K", 0, 0, 4096 },
		{ "4k", 0, 0, 4096 },
		{ "3M", 0, 0, 3 << 20 },
		{ "2g", 0, 0, 2ULL << 30 },
		{ "0x10k", 0, 0, 16384 },
		{ "17179869183G", 0, 0, 17179869183ULL << 30 },
		{ "17179869184G", 0, -ERANGE, 0 },
		{ "99999999999999999999K", 0, -ERANGE, 0 },
		{ "", 0, -EINVAL, 0 },
		{ "K", 0, -EINVAL, 0 },
		{ "4KB", 0, -EINVAL, 0 },
		{ "4 K", 0, -EINVAL, 0 },
		{ "1T", 0, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = 77;

		assert_int_equal(parse_size(cases[i].text, &value), cases[i].err);
		assert_int_equal(value, cases[i].err ? 77 : cases[i].value);
	}
}

/* The words of text, each as [word], or the error's number. */
static void check_words(const char *text, const char *want)
{
	char *line = strdup(text);
	char *words[4];
	char got[128] = "";
	int n = parse_words(line, words, ARRAY_SIZE(words));

	if (n < 0)
		strcpy(got, n == -EINVAL ? "EINVAL" : "E2BIG");
	for (int i = 0; i < n; i++) {
		strcat(got, "[");
		strcat(got, words[i]);
		strcat(got, "]");
	}
	assert_string_equal(got, want);
	free(line);
}

static void test_words(void **state)
{
	check_words("", "");
	check_words(" \t\r\n ", "");
	check_words("ls /dev", "[ls][/dev]");
	check_words("  a\tb  ", "[a][b]");
	check_words("write 'a  b' \"c d\"", "[write][a  b][c d]");
	check_words("a'b'\"c\"d", "[abcd]");
	check_words("'' \"\"", "[][]");
	check_words("a\\ b \\' \\\"", "[a b]['][\"]");
	check_words("'a\\b' \"a\\nb\" \"\\\"\\\\\\'\"", "[a\\b][a\\nb][\"\\']");
	check_words("\"it's\" 'a \"b\"'", "[it's][a \"b\"]");
	check_words("a\\\\", "[a\\]");
	check_words("\xc3\xa9 \xff", "[\xc3\xa9][\xff]");
	check_words("a b c d", "[a][b][c][d]");
}

static void test_words_errors(void **state)
{
	check_words("a b c d e", "E2BIG");
	check_words("a b c d ", "[a][b][c][d]");
	check_words("a 'b", "EINVAL");
	check_words("a \"b", "EINVAL");
	check_words("a \"b'", "EINVAL");
	check_words("a\\", "EINVAL");
	check_words("\"a\\", "EINVAL");
	check_words("\"a\\\"", "EINVAL");
	check_words("'", "EINVAL");
}

static void check_segments(const char *text, const char *want)
{
	char *line = strdup(text), *cursor = line, *segment;
	char got[128] = "";
	int err;

	for (err = parse_next_segment(&cursor, &segment); err == 1;
	     err = parse_next_segment(&cursor, &segment)) {
		strcat(got, "[");
		strcat(got, segment);
		strcat(got, "]");
	}
	if (err == -EINVAL) {
		strcat(got, "EINVAL");
		err = parse_next_segment(&cursor, &segment);
	}
	assert_int_equal(err, 0);
	assert_string_equal(got, want);
	free(line);
}

static void test_segments(void **state)
{
	check_segments("", "");
	check_segments(" ; ;; ", "");
	check_segments("a; b \"x;y\"", "[a][b \"x;y\"]");
	check_segments("a b ;c;", "[a b][c]");
	check_segments("'a;b'  ;  c\\;d ", "['a;b'][c\\;d]");
	check_segments("a\\ ;b", "[a\\ ][b]");
	check_segments("\"a ';' b\";c", "[\"a ';' b\"][c]");
	check_segments("a;b 'c;d", "[a]EINVAL");
	check_segments("a;b\\", "[a]EINVAL");
	check_segments("\"a \"", "[\"a \"]");
}

static void check_params(const char *text, const char *want)
{
	char *line = strdup(text), *cursor = line;
	struct parse_param param;
	char got[128] = "";
	int err;

	for (err = parse_next_param(&cursor, &param); err == 1;
	     err = parse_next_param(&cursor, &param)) {
		strcat(got, "[");
		strcat(got, param.key);
		if (param.value) {
			strcat(got, "|");
			strcat(got, param.value);
		}
		strcat(got, "]");
	}
	if (err == -EINVAL) {
		strcat(got, "EINVAL");
		err = parse_next_param(&cursor, &param);
	}
	assert_int_equal(err, 0);
	assert_string_equal(got, want);
	free(line);
}

static void test_params(void **state)
{
	check_params("", "");
	check_params("run=\"ls /dev; ps\" quiet seed=5",
		     "[run|ls /dev; ps][quiet][seed|5]");
	/* As GRUB hands on what stood in quotes. */
	check_params("\"run=write 'a b'; ps\" quiet", "[run|write 'a b'; ps][quiet]");
	check_params("\"run=write \\'a b\\'\"", "[run|write 'a b']");
	check_params("a= =b a=b=c", "[a|][|b][a|b=c]");
	check_params("a=1 b=\"2", "[a|1]EINVAL");
}

/* No text of these characters makes the parsers leave their buffer. */
static void test_random_text(void **state)
{
	static const char alphabet[] = "ab '\"\\;=";
	uint32_t x = 12345;

	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)round % 12;
		char *line = malloc(n + 1), *cursor = line, *words[16];
		struct parse_param param;
		char *segment;
		int r = 0;

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			line[i] = alphabet[x >> 29];
		}
		line[n] = '\0';
		if (round % 3 == 0)
			r = parse_words(line, words, 16);
		for (int left = 16; round % 3 == 1 && left > 0; left--)
			r = parse_next_param(&cursor, &param);
		for (int left = 16; round % 3 == 2 && left > 0; left--)
			r = parse_next_segment(&cursor, &segment);
		assert_true(r <= 16);
		if (round % 3)
			assert_int_equal(r, 0);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),	    cmocka_unit_test(test_size),
		cmocka_unit_test(test_words),	    cmocka_unit_test(test_words_errors),
		cmocka_unit_test(test_segments),    cmocka_unit_test(test_params),
		cmocka_unit_test(test_random_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
