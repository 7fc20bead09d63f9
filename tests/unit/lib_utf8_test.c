/*
 * lib_utf8_test.c: the decoder by Unicode's own examples (tables 3-8 to 3-11), by
 * encoding and decoding every code point, and on random bytes; widths by samples.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/hash.h"
#include "lib/string.h"
#include "lib/utf8.h"

#define BAD UTF8_REPLACEMENT

/* Decodes n bytes, which must give exactly the code points want, ended by 0. */
static void check(const char *bytes, const uint32_t *want)
{
	struct utf8_decoder d = { 0 };
	uint32_t out[2];

	for (; *bytes; bytes++) {
		unsigned n = utf8_decode(&d, (uint8_t)*bytes, out);

		for (unsigned i = 0; i < n; i++)
			assert_int_equal(out[i], *want++);
	}
	if (utf8_end(&d))
		assert_int_equal(BAD, *want++);
	assert_int_equal(*want, 0);
	assert_false(utf8_end(&d));
}

#define CHECK(bytes, ...) check(bytes, (const uint32_t[]){ __VA_ARGS__, 0 })

static void test_well_formed(void **state)
{
	CHECK("aZ~\x7f", 'a', 'Z', '~', 0x7f);
	CHECK("\xc2\x80\xdf\xbf", 0x80, 0x7ff);
	CHECK("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", 0x800, 0xd7ff, 0xe000,
	      0xffff);
	CHECK("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 0x10000, 0x10ffff);
}

static void test_maximal_subparts(void **state)
{
	/* Tables 3-8 (overlong), 3-9 (surrogates), 3-10, 3-11 (truncated). */
	CHECK("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	      BAD, 0x41);
	CHECK("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	      BAD, 0x41);
	CHECK("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", BAD, BAD, BAD, BAD, BAD, 0x41, BAD,
	      BAD, 0x42);
	CHECK("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", BAD, BAD, BAD, BAD, 0x41);
	CHECK("\xc3", BAD);
	CHECK("\xf0\x9f\x98", BAD);
	CHECK("\xc3\xc3\xa9", BAD, 0xe9);
	CHECK("\xe2\x82\xff", BAD, BAD);
}

static void test_every_code_point(void **state)
{
	struct utf8_decoder d = { 0 };
	uint32_t out[2] = { 0, 0 };

	for (uint32_t code = 0; code <= UNICODE_MAX + 2; code++) {
		bool valid = code <= UNICODE_MAX && (code < 0xd800 || code > 0xdfff);
		char buf[UTF8_MAX_BYTES];
		size_t n = utf8_encode(code, buf);

		for (size_t i = 0; i < n; i++) {
			unsigned got = utf8_decode(&d, (uint8_t)buf[i], out);

			if (got != (i + 1 == n) ||
			    utf8_is_continuation(buf[i]) != (i > 0))
				fail_msg("U+%04X", code);
		}
		if (out[0] != (valid ? code : BAD))
			fail_msg("U+%04X is U+%04X", code, out[0]);
	}
}

/* Whatever the bytes: only valid code points, never more than there are bytes. */
static void test_random(void **state)
{
	struct utf8_decoder d = { 0 };
	size_t total = 0;

	for (uint32_t step = 0; step < 200000; step++) {
		uint64_t random = hash_u64(step);
		uint8_t byte = (uint8_t)(random >> 8 | (random & 1 ? 0x80 : 0));
		uint32_t out[2] = { 0, 0 };
		unsigned n = utf8_decode(&d, byte, out);

		assert_true(n <= 2);
		for (unsigned i = 0; i < n; i++)
			assert_true(out[i] <= UNICODE_MAX &&
				    (out[i] < 0xd800 || out[i] > 0xdfff));
		total += n;
		assert_true(total <= step + 1);
	}
	assert_true(total > 100000);
}

static void test_width(void **state)
{
	static const uint32_t zero[] = { 0,	 7,	 0x1f,	 0x7f,	 0x9f,
					 0x300,	 0x36f,	 0x200b, 0x200d, 0xfe0f,
					 0xfeff, 0x1161, 0x20d0, 0xe0100 };
	static const uint32_t one[] = { ' ',	'~',	 0xa0,	 0xad,	 0xe9,
					0x2ff,	0x370,	 0x416,	 0x2500, 0x2588,
					0xfffd, 0x1d400, 0xffff, 0xf0000 };
	static const uint32_t two[] = { 0x1100, 0x231a,	 0x3042,  0x4e00,  0x9fff, 0xac00,
					0xff01, 0x1f600, 0x20000, 0x3fffd, 0x3000 };

	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		assert_int_equal(utf8_width(zero[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(one); i++)
		assert_int_equal(utf8_width(one[i]), 1);
	for (size_t i = 0; i < ARRAY_SIZE(two); i++)
		assert_int_equal(utf8_width(two[i]), 2);
	assert_int_equal(utf8_width(UINT32_MAX), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_maximal_subparts),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
