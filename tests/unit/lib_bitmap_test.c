/*
 * lib_bitmap_test.c: bitmaps against an array of bytes that are 0 or 1.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/bitmap.h"
#include "lib/hash.h"
#include "lib/string.h"

#define NBITS 200

static size_t model_find(const uint8_t *model, size_t from, uint8_t wanted)
{
	while (from < NBITS && model[from] != wanted)
		from++;
	return from;
}

static size_t model_find_range(const uint8_t *model, size_t from, size_t count)
{
	for (; from + count <= NBITS; from++) {
		if (model_find(model, from, 1) >= from + count)
			return from;
	}
	return NBITS;
}

static void check(const uint64_t *map, const uint8_t *model, uint64_t random)
{
	size_t from = random % (NBITS + 3), nset = 0;
	size_t count = 1 + (random >> 32) % 80;

	for (size_t i = 0; i < NBITS; i++) {
		assert_int_equal(bitmap_test(map, i), model[i]);
		nset += model[i];
	}
	assert_int_equal(bitmap_count(map, NBITS), nset);
	if (from <= NBITS) {
		assert_int_equal(bitmap_find_set(map, NBITS, from),
				 model_find(model, from, 1));
		assert_int_equal(bitmap_find_clear(map, NBITS, from),
				 model_find(model, from, 0));
	}
	assert_int_equal(bitmap_find_clear_range(map, NBITS, from, count),
			 from >= NBITS ? NBITS : model_find_range(model, from, count));
}

static void test_random(void **state)
{
	uint64_t map[BITMAP_WORDS(NBITS)] = { 0 };
	uint8_t model[NBITS] = { 0 };

	for (unsigned step = 0; step < 20000; step++) {
		uint64_t random = hash_u64(step);
		size_t bit = random % NBITS;
		size_t count = (random >> 20) % (NBITS - bit + 1);

		/* What lies behind the last bit must not matter. */
		map[NBITS / 64] ^= ~0ULL << (NBITS % 64);
		if (random >> 60 < 5) {
			bitmap_set(map, bit);
			model[bit] = 1;
		} else if (random >> 60 < 10) {
			bitmap_clear(map, bit);
			model[bit] = 0;
		} else if (random >> 60 < 12) {
			bitmap_set_range(map, bit, count);
			memset(model + bit, 1, count);
		} else {
			bitmap_clear_range(map, bit, count);
			memset(model + bit, 0, count);
		}
		check(map, model, hash_u64(random));
	}
}

static void test_edges(void **state)
{
	uint64_t map[2] = { ~0ULL, ~0ULL };

	assert_int_equal(BITMAP_WORDS(0), 0);
	assert_int_equal(BITMAP_WORDS(64), 1);
	assert_int_equal(BITMAP_WORDS(65), 2);
	assert_int_equal(bitmap_find_clear(map, 128, 0), 128);
	assert_int_equal(bitmap_find_clear(map, 0, 0), 0);
	bitmap_clear_range(map, 63, 2);
	assert_int_equal(map[0], ~0ULL >> 1);
	assert_int_equal(map[1], ~1ULL);
	assert_int_equal(bitmap_find_clear_range(map, 128, 0, 2), 63);
	assert_int_equal(bitmap_find_clear_range(map, 128, 0, 3), 128);
	assert_int_equal(bitmap_find_clear_range(map, 64, 0, 2), 64);
	assert_int_equal(bitmap_find_clear_range(map, 128, 0, SIZE_MAX), 128);
	assert_int_equal(bitmap_count(map, 128), 126);
	assert_int_equal(bitmap_count(map, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
