/*
 * lib_chacha20_test.c: RFC 8439's vectors, and what the generator promises.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/chacha20.h"
#include "lib/string.h"

/* Section 2.3.2. */
static void test_block(void **state)
{
	static const uint32_t nonce[] = { 0x09000000, 0x4a000000, 0x00000000 };
	static const uint8_t want[CHACHA20_BLOCK] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd,
		0x1f, 0xa3, 0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0,
		0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2,
		0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05,
		0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e,
		0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
	};
	uint8_t bytes[32], out[CHACHA20_BLOCK];
	uint32_t key[8];

	for (int i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	memcpy(key, bytes, sizeof(key));
	chacha20_block(key, 1, nonce, out);
	assert_memory_equal(out, want, sizeof(want));
}

/* Appendix A.1, vectors 1 and 2: a key and a nonce of zeros. */
static void test_zero_key(void **state)
{
	static const uint32_t nonce[3], key[8];
	uint8_t out[CHACHA20_BLOCK];

	chacha20_block(key, 0, nonce, out);
	assert_memory_equal(
		out, "\x76\xb8\xe0\xad\xa0\xf1\x3d\x90\x40\x5d\x6a\xe5\x53\x86", 14);
	chacha20_block(key, 1, nonce, out);
	assert_memory_equal(
		out, "\x9f\x07\xe7\xbe\x55\x51\x38\x7a\x98\xba\x97\x7c\x73\x2d", 14);
}

static void test_fill_is_the_key_stream(void **state)
{
	struct chacha_rng rng = { { 1, 2, 3 } };
	static const uint32_t nonce[3];
	uint32_t key[8] = { 1, 2, 3 };
	uint8_t blocks[3 * CHACHA20_BLOCK], out[100];

	for (uint32_t i = 0; i < 3; i++)
		chacha20_block(key, i, nonce, blocks + i * CHACHA20_BLOCK);
	chacha_rng_fill(&rng, out, sizeof(out));
	assert_memory_equal(out, blocks + 32, sizeof(out));
	assert_memory_equal(rng.key, blocks, sizeof(rng.key));
}

static void test_fill_sizes(void **state)
{
	static uint8_t big[200000];
	struct chacha_rng rng = { { 0 } };
	unsigned ones = 0;

	for (size_t n = 0; n < 300; n++) {
		uint8_t out[301];

		memset(out, 0xee, sizeof(out));
		chacha_rng_fill(&rng, out, n);
		for (size_t i = n; i < sizeof(out); i++)
			assert_int_equal(out[i], 0xee);
	}
	chacha_rng_fill(&rng, big, sizeof(big));
	for (size_t i = 0; i < sizeof(big); i++)
		ones += (unsigned)__builtin_popcount(big[i]);
	/* Half of 1.6 million bits, give or take five standard deviations. */
	assert_in_range(ones, 800000 - 3200, 800000 + 3200);
}

static void test_nothing_repeats(void **state)
{
	struct chacha_rng rng = { { 0 } };
	uint64_t seen[1000];

	for (int i = 0; i < 1000; i++) {
		chacha_rng_fill(&rng, &seen[i], sizeof(seen[i]));
		for (int j = 0; j < i; j++)
			assert_true(seen[i] != seen[j]);
	}
}

static uint64_t first_after(const char *mixed, size_t n)
{
	struct chacha_rng rng = { { 0 } };
	uint64_t value;

	chacha_rng_mix(&rng, mixed, n);
	chacha_rng_fill(&rng, &value, sizeof(value));
	return value;
}

static void test_mix(void **state)
{
	static const char text[] = "0123456789012345678901234567890123456789";

	assert_true(first_after(text, 40) == first_after(text, 40));
	assert_true(first_after("", 0) == first_after(text, 0));
	assert_true(first_after("\0", 1) != first_after("\0", 0));
	assert_true(first_after("\0\0", 2) != first_after("\0", 1));
	assert_true(first_after(text, 40) != first_after(text, 39));
	assert_true(first_after(text, 33) != first_after(text, 32));
	assert_true(first_after("a", 1) != first_after("b", 1));
}

static void test_mix_keeps_what_was(void **state)
{
	struct chacha_rng a = { { 0 } }, b = { { 0 } };

	chacha_rng_mix(&a, "secret", 6);
	chacha_rng_mix(&a, "known", 5);
	chacha_rng_mix(&b, "other", 5);
	chacha_rng_mix(&b, "known", 5);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void test_wipe(void **state)
{
	uint8_t buf[5] = { 1, 2, 3, 4, 5 };

	mem_wipe(buf + 1, 3);
	assert_memory_equal(buf, "\1\0\0\0\5", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_zero_key),
		cmocka_unit_test(test_fill_is_the_key_stream),
		cmocka_unit_test(test_fill_sizes),
		cmocka_unit_test(test_nothing_repeats),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_mix_keeps_what_was),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
