/*
 * time_calendar_test.c: dates against the C library's, and rates against a division.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "kernel/time/calendar.h"
#include "kernel/time/scale.h"

static struct calendar_date date_of(time_t seconds)
{
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return (struct calendar_date){
		.year = (unsigned)tm.tm_year + 1900,
		.month = (unsigned)tm.tm_mon + 1,
		.day = (unsigned)tm.tm_mday,
		.hour = (unsigned)tm.tm_hour,
		.minute = (unsigned)tm.tm_min,
		.second = (unsigned)tm.tm_sec,
	};
}

static void test_every_day_of_centuries(void **state)
{
	const time_t day = 86400, last = 30000 * 12 * day; /* to the year 2955 */

	for (time_t at = 0; at < last; at += day + 1) {
		struct calendar_date date = date_of(at);

		assert_true(calendar_is_valid(&date));
		assert_int_equal(calendar_seconds(&date), at);
	}
}

static void test_dates_that_are_none(void **state)
{
	static const struct calendar_date bad[] = {
		{ 1969, 12, 31, 23, 59, 59 }, { 2023, 0, 1, 0, 0, 0 },
		{ 2023, 13, 1, 0, 0, 0 },     { 2023, 1, 0, 0, 0, 0 },
		{ 2023, 1, 32, 0, 0, 0 },     { 2023, 2, 29, 0, 0, 0 },
		{ 2100, 2, 29, 0, 0, 0 },     { 2023, 4, 31, 0, 0, 0 },
		{ 2023, 1, 1, 24, 0, 0 },     { 2023, 1, 1, 0, 60, 0 },
		{ 2023, 1, 1, 0, 0, 61 },     { 2165, 165, 165, 165, 165, 165 },
	};
	static const struct calendar_date good[] = {
		{ 1970, 1, 1, 0, 0, 0 },
		{ 2000, 2, 29, 23, 59, 59 },
		{ 2024, 2, 29, 0, 0, 0 },
		{ 2016, 12, 31, 23, 59, 60 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(calendar_is_valid(&bad[i]));
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(calendar_is_valid(&good[i]));
}

static const uint64_t rates[] = {
	32768,	   1193182,    3579545,	   14318180,   62500000,
	100000000, 1000000000, 2596100189, 4999999999,
};

/* The factor, rounded down, is off by less than its last bit. */
static void check_factor(uint64_t from, uint64_t to)
{
	unsigned __int128 exact = ((unsigned __int128)to << SCALE_SHIFT) / from;

	assert_true(scale_factor(from, to) == (uint64_t)exact);
}

static void test_factors_are_exact(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		check_factor(rates[i], NSEC_PER_SEC);
		check_factor(NSEC_PER_SEC, rates[i]);
		check_factor(rates[i], rates[i]);
	}
	srand(1);
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t from = (uint64_t)rand() * 255 + 1, to = (uint64_t)rand() + 1;

		if (to / from < 1u << 31)
			check_factor(from, to);
	}
}

static void test_a_day_is_a_day(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		uint64_t factor = scale_factor(rates[i], NSEC_PER_SEC);
		uint64_t ns = scale_apply(factor, rates[i] * 86400);
		uint64_t day = 86400 * NSEC_PER_SEC;

		/* Less than a microsecond in a second, always behind. */
		assert_true(ns <= day && day - ns < day / 1000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_of_centuries),
		cmocka_unit_test(test_dates_that_are_none),
		cmocka_unit_test(test_factors_are_exact),
		cmocka_unit_test(test_a_day_is_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
