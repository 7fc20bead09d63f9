/*
 * lib_sort_test.c: heapsort: order, that nothing is lost, the number of comparisons
 * at worst, and that a nonsensical order does no harm.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/hash.h"
#include "lib/sort.h"
#include "lib/string.h"

/* 37 bytes: more than a piece of what sort() swaps, and no multiple of a word. */
struct element {
	uint8_t key;
	uint8_t copies[36];
} PACKED;

static unsigned comparisons;

static bool key_less(const void *a, const void *b, void *arg)
{
	const struct element *x = a, *y = b;

	assert_ptr_equal(arg, &comparisons);
	comparisons++;
	return x->key < y->key;
}

static void fill(struct element *e, size_t n, unsigned kind)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t keys[] = { (uint8_t)i, (uint8_t)(n - i), 5,
				   (uint8_t)hash_u64(i + n), (uint8_t)(i % 2) };

		memset(&e[i], keys[kind], sizeof(e[i]));
	}
}

static void test_sorts(void **state)
{
	struct element e[200];

	for (unsigned kind = 0; kind < 5; kind++) {
		for (size_t n = 0; n <= ARRAY_SIZE(e); n++) {
			unsigned counts[256] = { 0 };

			fill(e, n, kind);
			for (size_t i = 0; i < n; i++)
				counts[e[i].key]++;
			comparisons = 0;
			sort(e, n, sizeof(*e), key_less, &comparisons);
			/* 2 n log2 n, and n to build the heap; log2 200 < 8. */
			assert_true(comparisons <= 2 * n * 8 + 2 * n);
			for (size_t i = 0; i < n; i++) {
				assert_true(i == 0 || e[i - 1].key <= e[i].key);
				assert_int_equal(e[i].copies[35], e[i].key);
				counts[e[i].key]--;
			}
			for (unsigned i = 0; i < 256; i++)
				assert_int_equal(counts[i], 0);
		}
	}
}

static bool nonsense(const void *a, const void *b, void *arg)
{
	unsigned *count = arg;

	return hash_u64((*count)++) & 1;
}

static void test_nonsense(void **state)
{
	uint32_t numbers[100];
	unsigned count = 0;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < 100; i++)
		numbers[i] = i;
	sort(numbers, 100, sizeof(*numbers), nonsense, &count);
	for (uint32_t i = 0; i < 100; i++)
		sum += 1ULL << (numbers[i] % 64);
	assert_true(count > 0);
	assert_true(sum == ~0ULL + ((1ULL << 36) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
