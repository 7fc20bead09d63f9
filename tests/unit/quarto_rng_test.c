/*
 * quarto_rng_test.c: RomuDuoJr against numbers from another implementation (whole
 * numbers in Python, from the published description), and choices without bias.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "programs/quarto/rng.h"
// link: tests/unit/quarto_port.c

static void test_reference(void **state)
{
	static const struct {
		uint64_t seed;
		uint64_t values[6];
	} cases[] = {
		{ 0,
		  { 0x0000000000012345, 0x39419a258899ab1e, 0x630e5f1738000000,
		    0x110217f92b177eac, 0xc8644acde61213b4, 0x19942e5dc029c65f } },
		{ 42,
		  { 0x000000000001236f, 0x6688f92c59292b90, 0x317ea88858000000,
		    0xd84cce461e0198b9, 0x4e4d31963c3370d0, 0xf12a4656e0e20c54 } },
		{ 0x12345,
		  { 0x0000000000000000, 0x9c0d390b9994b355, 0x5ccca59aa8000000,
		    0xc60325f6e5164e1a, 0x278dbd44822e21a2, 0xb80052c5d7ef0952 } },
		{ UINT64_MAX,
		  { 0xfffffffffffedcba, 0xf33b275a2819fd97, 0xcbe8c522d0b3a8b5,
		    0x8fe0dde6f299b085, 0x87e735dec6351b7d, 0xe6299319edf9c345 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rng rng;

		rng_seed(&rng, cases[i].seed);
		for (size_t k = 0; k < ARRAY_SIZE(cases[i].values); k++)
			assert_true(rng_next(&rng) == cases[i].values[k]);
	}
}

static void test_far(void **state)
{
	struct rng rng;

	rng_seed(&rng, 7);
	for (unsigned i = 0; i < 999999; i++)
		rng_next(&rng);
	assert_true(rng_next(&rng) == 0xfa2b5d088b3877b4);
}

static void expect_below(uint64_t seed, unsigned n, const unsigned *values)
{
	struct rng rng;

	rng_seed(&rng, seed);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(rng_below(&rng, n), values[i]);
}

/*
 * With the seed 0x12345 the first value is 0, which is one of the 2^64 mod n values
 * to reject for n = 3, 10 and 7, and none for 16.
 */
static void test_below(void **state)
{
	expect_below(42, 3, (unsigned[]){ 0, 2, 0, 0, 2, 1, 1, 2, 0, 0, 2, 0 });
	expect_below(42, 16, (unsigned[]){ 15, 0, 0, 9, 0, 4, 15, 12, 8, 4, 6, 12 });
	expect_below(42, 10, (unsigned[]){ 7, 8, 2, 1, 0, 0, 7, 0, 2, 4, 6, 4 });
	expect_below(0x12345, 3, (unsigned[]){ 1, 0, 2, 1, 0, 0, 2, 1, 2, 2, 1, 1 });
	expect_below(0x12345, 16, (unsigned[]){ 0, 5, 0, 10, 2, 2, 5, 15, 4, 6, 10, 11 });
	expect_below(0x12345, 10, (unsigned[]){ 7, 8, 4, 8, 8, 9, 9, 8, 4, 2, 9, 8 });
	expect_below(0x12345, 7, (unsigned[]){ 1, 6, 0, 0, 0, 2, 6, 0, 0, 6, 6, 5 });
}

static void test_below_one_draws_nothing(void **state)
{
	struct rng rng, before;

	rng_seed(&rng, 5);
	before = rng;
	assert_int_equal(rng_below(&rng, 1), 0);
	assert_true(rng.x == before.x && rng.y == before.y);
}

static void test_even(void **state)
{
	unsigned counts[11] = { 0 };
	struct rng rng;

	rng_seed(&rng, 123456789);
	for (unsigned i = 0; i < 110000; i++)
		counts[rng_below(&rng, 11)]++;
	/* Five standard deviations of a binomial distribution with 10000 expected. */
	for (unsigned i = 0; i < 11; i++)
		assert_in_range(counts[i], 9500, 10500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_below_one_draws_nothing),
		cmocka_unit_test(test_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
