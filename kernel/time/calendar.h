/*
 * calendar.h: dates of the Gregorian calendar as seconds since 1970-01-01 UTC (POSIX.1,
 * 4.16). Pure.
 */
#ifndef KERNEL_TIME_CALENDAR_H
#define KERNEL_TIME_CALENDAR_H

#include "lib/base.h"

struct calendar_date {
	unsigned year, month, day; /* 1970 on, 1-12, 1-31 */
	unsigned hour, minute, second;
};

static inline bool calendar_is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Whether such a moment exists (a 60th second is taken for a leap second). */
static inline bool calendar_is_valid(const struct calendar_date *date)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (date->year < 1970 || date->month < 1 || date->month > 12 || date->day < 1 ||
	    date->hour > 23 || date->minute > 59 || date->second > 60)
		return false;
	return date->day <=
	       days[date->month - 1] + (date->month == 2 && calendar_is_leap(date->year));
}

/* Of a valid date. */
static inline uint64_t calendar_seconds(const struct calendar_date *date)
{
	/* Days of years that start in March, so that a leap day is a year's last. */
	uint64_t year = date->month > 2 ? date->year : date->year - 1;
	uint64_t month = (date->month + 9) % 12; /* since March */
	uint64_t days = year * 365 + year / 4 - year / 100 + year / 400 +
			(month * 153 + 2) / 5 + date->day - 1;

	days -= 719468; /* from 0000-03-01 to 1970-01-01 */
	return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}

#endif
