/*
 * cmos_rtc.c: the date from the MC146818's registers (Motorola's data sheet): in BCD or
 * binary, with 12 or 24 hours, and a century where the FADT says in which register
 * (ACPI 6.4, 5.2.9).
 *
 * The date changes once a second, and for up to 2 ms its registers are not to be read
 * (update in progress). It is read twice, until both are the same. Loops are bounded:
 * with no such chip, or a dead one, there is no date.
 */
#include "kernel/dev/init.h"
#include "kernel/time/calendar.h"
#include "kernel/time/clock.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"
#include "lib/string.h"

enum cmos_port { CMOS_INDEX = 0x70, CMOS_DATA = 0x71 };

enum cmos_register {
	RTC_SECOND = 0,
	RTC_MINUTE = 2,
	RTC_HOUR = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_STATUS_A = 10,
	RTC_STATUS_B = 11,
};

enum {
	STATUS_A_UPDATING = 1 << 7,
	STATUS_B_24_HOURS = 1 << 1,
	STATUS_B_BINARY = 1 << 2,
	HOUR_PM = 1 << 7,
	INDEX_MASK = 0x7f, /* the index port's last bit disables NMIs */
	FADT_CENTURY = 108,
	READ_TRIES = 5,
	UPDATE_POLLS = 5000,
	CENTURY_FIRST = 19,
	CENTURY_LAST = 29,
};

struct rtc_registers {
	uint8_t second, minute, hour, day, month, year, century, status_b;
};

static uint8_t century_register; /* 0: none */

static uint8_t cmos_read(uint8_t index)
{
	out8(CMOS_INDEX, index & INDEX_MASK);
	return in8(CMOS_DATA);
}

static bool wait_for_update(void)
{
	for (unsigned i = 0; i < UPDATE_POLLS; i++)
		if (!(cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING))
			return true;
	return false;
}

static bool read_registers(struct rtc_registers *r)
{
	if (!wait_for_update())
		return false;
	r->second = cmos_read(RTC_SECOND);
	r->minute = cmos_read(RTC_MINUTE);
	r->hour = cmos_read(RTC_HOUR);
	r->day = cmos_read(RTC_DAY);
	r->month = cmos_read(RTC_MONTH);
	r->year = cmos_read(RTC_YEAR);
	r->century = century_register ? cmos_read(century_register) : 0;
	r->status_b = cmos_read(RTC_STATUS_B);
	return true;
}

static unsigned number(const struct rtc_registers *r, uint8_t value)
{
	if (r->status_b & STATUS_B_BINARY)
		return value;
	return (value >> 4) * 10u + (value & 15u);
}

/* 0 where the registers hold no date. */
static uint64_t date_seconds(const struct rtc_registers *r)
{
	unsigned century = number(r, r->century);
	unsigned hour = number(r, r->hour & (HOUR_PM - 1));
	struct calendar_date date = {
		.year = number(r, r->year),
		.month = number(r, r->month),
		.day = number(r, r->day),
		.minute = number(r, r->minute),
		.second = number(r, r->second),
	};

	if (!(r->status_b & STATUS_B_24_HOURS))
		hour = hour % 12 + (r->hour & HOUR_PM ? 12 : 0);
	date.hour = hour;
	if (century >= CENTURY_FIRST && century <= CENTURY_LAST)
		date.year += century * 100;
	else
		date.year += date.year < 70 ? 2000 : 1900;
	return calendar_is_valid(&date) ? calendar_seconds(&date) : 0;
}

static uint64_t rtc_read(void)
{
	struct rtc_registers first, second;

	for (unsigned i = 0; i < READ_TRIES; i++) {
		if (!read_registers(&first) || !read_registers(&second))
			return 0;
		if (memcmp(&first, &second, sizeof(first)) == 0)
			return date_seconds(&first);
	}
	return 0;
}

static int cmos_rtc_init(void)
{
	const struct acpi_header *fadt = acpi_find("FACP");

	if (fadt && fadt->length > FADT_CENTURY)
		century_register = ((const uint8_t *)fadt)[FADT_CENTURY];
	/* Beyond the chip's registers and RAM: nonsense. */
	if (century_register < RTC_STATUS_B || century_register > INDEX_MASK)
		century_register = 0;
	clock_wall_register(rtc_read);
	return 0;
}

INIT(INIT_CLOCK, cmos_rtc_init);
