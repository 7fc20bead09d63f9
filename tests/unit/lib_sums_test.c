/*
 * lib_sums_test.c: hashes and checksums, by published values (CRC-32 of "123456789",
 * RFC 1071's example) and those of CPython's hash(), which is SipHash-1-3 with a key
 * of zeros when PYTHONHASHSEED is 0.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/checksum.h"
#include "lib/hash.h"
#include "lib/string.h"

static void test_siphash(void **state)
{
	const struct hash_key zero = { 0, 0 }, key = { 1, 0 };
	uint8_t bytes[64];

	for (int i = 0; i < 64; i++)
		bytes[i] = (uint8_t)i;
	assert_true(hash_string(&zero, "a") == 0x407448d2b89b1813ULL);
	assert_true(hash_string(&zero, "octavo") == 0x50ff0f90eaed0729ULL);
	assert_true(hash_string(&zero, "12345678") == 0x3489982430560a87ULL);
	assert_true(hash_string(&zero, "123456789012345") == 0x43699fe13351339fULL);
	assert_true(hash_bytes(&zero, bytes, 63) == 0x385d3e39e5f37359ULL);
	assert_true(hash_string(&key, "a") != hash_string(&zero, "a"));
	assert_true(hash_bytes(&zero, bytes, 0) != hash_bytes(&zero, bytes, 1));
}

/* Each bit of the input turns about half of the result's bits. */
static void test_hash_u64_mixes(void **state)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		unsigned turned = 0;

		for (uint64_t x = 1; x <= 64; x++) {
			uint64_t difference = hash_u64(x) ^ hash_u64(x ^ 1ULL << bit);

			turned += (unsigned)__builtin_popcountll(difference);
		}
		assert_in_range(turned, 64 * 28, 64 * 36);
	}
}

static void test_crc32(void **state)
{
	assert_int_equal(crc32(0, "", 0), 0);
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32(0, "\0\0\0\0", 4), 0x2144df1c);
}

static void test_sum8(void **state)
{
	assert_int_equal(sum8("", 0), 0);
	assert_int_equal(sum8("\xff\x02\x80\x7f", 4), 0);
	assert_int_equal(sum8("\x01\x02", 2), 3);
}

static void test_inet(void **state)
{
	const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	uint8_t packet[32];
	uint16_t checksum = inet_finish(inet_sum(0, example, 8));

	/* Section 3: the sum is ddf2; stored as bytes, its complement is 22 0d. */
	assert_memory_equal(&checksum, "\x22\x0d", 2);
	assert_int_equal(inet_finish(inet_sum(0, "", 0)), 0xffff);
	for (size_t n = 2; n <= sizeof(packet); n++) {
		for (size_t i = 0; i < n; i++)
			packet[i] = (uint8_t)(251 - i * 13);
		packet[0] = 0;
		packet[1] = 0;
		checksum =
			inet_finish(inet_sum(inet_sum(0, packet, 2), packet + 2, n - 2));
		memcpy(packet, &checksum, 2);
		assert_int_equal(inet_finish(inet_sum(0, packet, n)), 0);
		packet[n - 1] ^= 0x10;
		assert_int_not_equal(inet_finish(inet_sum(0, packet, n)), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash), cmocka_unit_test(test_hash_u64_mixes),
		cmocka_unit_test(test_crc32),	cmocka_unit_test(test_sum8),
		cmocka_unit_test(test_inet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
