/*
 * lib_string_test.c: the kernel's own C library functions, compared with the
 * host's. string.c is compiled in under other names, for here the host's are the
 * ones that answer to the usual ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "lib/string.h"

void *our_memcpy(void *restrict dst, const void *restrict src, size_t n);
void *our_memmove(void *dst, const void *src, size_t n);
void *our_memset(void *dst, int byte, size_t n);
int our_memcmp(const void *a, const void *b, size_t n);
void *our_memchr(const void *s, int byte, size_t n);
size_t our_strlen(const char *s);
size_t our_strnlen(const char *s, size_t max);
int our_strcmp(const char *a, const char *b);
int our_strncmp(const char *a, const char *b, size_t n);
char *our_strchr(const char *s, int c);
char *our_strrchr(const char *s, int c);
char *our_strstr(const char *s, const char *what);

#define memcpy our_memcpy
#define memmove our_memmove
#define memset our_memset
#define memcmp our_memcmp
#define memchr our_memchr
#define strlen our_strlen
#define strnlen our_strnlen
#define strcmp our_strcmp
#define strncmp our_strncmp
#define strchr our_strchr
#define strrchr our_strrchr
#define strstr our_strstr
#include "lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr
#undef strstr

#define AREA 400

static void fill_area(uint8_t *area, unsigned seed)
{
	for (unsigned i = 0; i < AREA; i++)
		area[i] = (uint8_t)(i * 7 + seed);
}

static void test_memcpy(void **state)
{
	uint8_t src[AREA], got[AREA], want[AREA];

	fill_area(src, 3);
	for (size_t n = 0; n <= 140; n++) {
		for (size_t at = 0; at < 9; at++) {
			fill_area(got, 100);
			fill_area(want, 100);
			assert_ptr_equal(our_memcpy(got + at, src + 2 * at, n), got + at);
			memcpy(want + at, src + 2 * at, n);
			assert_memory_equal(got, want, AREA);
		}
	}
}

static void test_memmove_overlapping(void **state)
{
	uint8_t got[AREA], want[AREA];

	for (size_t n = 0; n <= 140; n++) {
		for (size_t from = 40; from < 120; from++) {
			fill_area(got, 5);
			fill_area(want, 5);
			assert_ptr_equal(our_memmove(got + 80, got + from, n), got + 80);
			memmove(want + 80, want + from, n);
			assert_memory_equal(got, want, AREA);
		}
	}
}

static void test_memset(void **state)
{
	uint8_t got[AREA], want[AREA];

	for (size_t n = 0; n <= 140; n++) {
		for (size_t at = 0; at < 9; at++) {
			fill_area(got, 1);
			fill_area(want, 1);
			assert_ptr_equal(our_memset(got + at, 0x1a5, n), got + at);
			memset(want + at, 0xa5, n);
			assert_memory_equal(got, want, AREA);
		}
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_memcmp_every_position(void **state)
{
	uint8_t a[64], b[64];

	for (size_t n = 0; n <= sizeof(a); n++) {
		memset(a, 0x80, sizeof(a));
		memset(b, 0x80, sizeof(b));
		assert_int_equal(our_memcmp(a, b, n), 0);
		for (size_t at = 0; at < sizeof(a); at++) {
			b[at] = 0x7f;
			assert_int_equal(sign(our_memcmp(a, b, n)), at < n ? 1 : 0);
			assert_int_equal(sign(our_memcmp(b, a, n)), at < n ? -1 : 0);
			b[at] = 0x80;
		}
	}
}

static void test_memchr(void **state)
{
	uint8_t a[] = { 1, 2, 0xff, 2, 0 };

	assert_ptr_equal(our_memchr(a, 2, 5), a + 1);
	assert_ptr_equal(our_memchr(a, -1, 5), a + 2);
	assert_ptr_equal(our_memchr(a, 0x1ff, 5), a + 2);
	assert_ptr_equal(our_memchr(a, 0, 5), a + 4);
	assert_null(our_memchr(a, 0, 4));
	assert_null(our_memchr(a, 1, 0));
}

static void test_lengths(void **state)
{
	const char unterminated[3] = { 'a', 'b', 'c' };

	assert_int_equal(our_strlen(""), 0);
	assert_int_equal(our_strlen("octavo"), 6);
	assert_int_equal(our_strnlen(unterminated, 3), 3);
	assert_int_equal(our_strnlen("ab", 9), 2);
	assert_int_equal(our_strnlen(NULL, 0), 0);
}

static void test_compare(void **state)
{
	static const char *const words[] = { "",    "a", "ab",	 "abc",
					     "abd", "b", "\xff", "\x7f" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
			const char *a = words[i], *b = words[j];

			assert_int_equal(sign(our_strcmp(a, b)), sign(strcmp(a, b)));
			for (size_t n = 0; n < 5; n++)
				assert_int_equal(sign(our_strncmp(a, b, n)),
						 sign(strncmp(a, b, n)));
		}
	}
}

static void test_search(void **state)
{
	static const char text[] = "abcabcd\xff";

	assert_ptr_equal(our_strchr(text, 'b'), text + 1);
	assert_ptr_equal(our_strrchr(text, 'b'), text + 4);
	assert_ptr_equal(our_strchr(text, '\0'), text + 8);
	assert_ptr_equal(our_strrchr(text, '\0'), text + 8);
	assert_ptr_equal(our_strchr(text, 0xff), text + 7);
	assert_null(our_strchr(text, 'x'));
	assert_null(our_strrchr(text, 'x'));
	assert_ptr_equal(our_strstr(text, "abcd"), text + 3);
	assert_ptr_equal(our_strstr(text, ""), text);
	assert_null(our_strstr(text, "abcde"));
	assert_ptr_equal(our_strstr(text + 8, ""), text + 8);
}

static void test_str_copy(void **state)
{
	char buf[4] = "zzz";

	assert_int_equal(str_copy(buf, "ab", sizeof(buf)), 2);
	assert_string_equal(buf, "ab");
	assert_int_equal(str_copy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(str_copy(buf, "wxyz", sizeof(buf)), -E2BIG);
	assert_string_equal(buf, "wxy");
	assert_int_equal(str_copy(buf, "", 1), 0);
	assert_string_equal(buf, "");
	assert_int_equal(str_copy(NULL, "x", 0), -E2BIG);
}

static void test_str_starts_with(void **state)
{
	assert_true(str_starts_with("quarto.seed", "quarto."));
	assert_true(str_starts_with("x", ""));
	assert_true(str_starts_with("", ""));
	assert_false(str_starts_with("quart", "quarto"));
	assert_false(str_starts_with("Quarto", "quarto"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),
		cmocka_unit_test(test_memmove_overlapping),
		cmocka_unit_test(test_memset),
		cmocka_unit_test(test_memcmp_every_position),
		cmocka_unit_test(test_memchr),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_str_copy),
		cmocka_unit_test(test_str_starts_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
