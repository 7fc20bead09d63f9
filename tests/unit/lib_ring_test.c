/*
 * lib_ring_test.c: byte rings against a plain array, also where the counters wrap
 * around 2^32.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/hash.h"
#include "lib/ring.h"
#include "lib/string.h"

static void test_basics(void **state)
{
	uint8_t data[8] = { 0 }, out[16] = { 0 };
	struct ring ring;
	uint8_t byte = 0;

	ring_init(&ring, data, sizeof(data));
	assert_true(ring_is_empty(&ring));
	assert_int_equal(ring_space(&ring), 8);
	assert_int_equal(ring_get(&ring, out, 4), 0);
	assert_false(ring_get_byte(&ring, &byte));
	assert_int_equal(ring_put(&ring, "abcdef", 6), 6);
	assert_int_equal(ring_put(&ring, "ghij", 4), 2);
	assert_false(ring_put_byte(&ring, 'x'));
	assert_int_equal(ring_space(&ring), 0);
	assert_int_equal(ring_peek(&ring, 5, out, 16), 3);
	assert_memory_equal(out, "fgh", 3);
	assert_int_equal(ring_peek(&ring, 8, out, 1), 0);
	assert_int_equal(ring_peek(&ring, SIZE_MAX, out, 1), 0);
	assert_int_equal(ring_used(&ring), 8);
	assert_int_equal(ring_skip(&ring, 3), 3);
	assert_true(ring_get_byte(&ring, &byte));
	assert_int_equal(byte, 'd');
	assert_int_equal(ring_get(&ring, out, 16), 4);
	assert_memory_equal(out, "efgh", 4);
	assert_int_equal(ring_skip(&ring, 1), 0);
}

/* Random operations on a ring whose counters start at start. */
static void against_model(uint32_t size, uint32_t start)
{
	uint8_t data[64], model[64], in[80], out[80];
	size_t used = 0;
	struct ring ring;

	ring_init(&ring, data, size);
	ring.put = start;
	ring.get = start;
	for (unsigned step = 0; step < 20000; step++) {
		uint64_t random = hash_u64((uint64_t)size << 32 | step);
		size_t n = (random >> 8) % (size + 4), want;

		switch (random % 4) {
		case 0:
		case 1:
			for (size_t i = 0; i < n; i++)
				in[i] = (uint8_t)(step + i * 3);
			want = MIN(n, size - used);
			assert_int_equal(ring_put(&ring, in, n), want);
			memcpy(model + used, in, want);
			used += want;
			break;
		case 2:
			want = MIN(n, used);
			assert_int_equal(ring_get(&ring, out, n), want);
			assert_memory_equal(out, model, want);
			memmove(model, model + want, used - want);
			used -= want;
			break;
		case 3:
			want = n < used ? used - n : 0;
			assert_int_equal(ring_peek(&ring, n, out, sizeof(out)), want);
			if (want)
				assert_memory_equal(out, model + n, want);
			break;
		}
		assert_int_equal(ring_used(&ring), used);
		assert_int_equal(ring_space(&ring), size - used);
	}
}

static void test_random(void **state)
{
	for (uint32_t size = 1; size <= 64; size *= 2) {
		against_model(size, 0);
		against_model(size, UINT32_MAX - 5000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basics),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
