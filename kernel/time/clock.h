/*
 * clock.h: what time it is.
 *
 * The monotonic clock counts nanoseconds from boot; the wall clock adds an offset read
 * from the real-time clock. Both come from one counter, chosen by rating among the
 * registered sources. Any context, lock-free to read.
 */
#ifndef KERNEL_TIME_CLOCK_H
#define KERNEL_TIME_CLOCK_H

#include "lib/base.h"

struct clock_source {
	const char *name;
	uint64_t (*read)(void);
	uint64_t mask; /* the counter's width, all ones */
	uint64_t hz;   /* 0: not known, see clock_source_measure */
	/*
	 * The highest wins: TSC 300, HPET 250, PM timer 200. PIT 100: too narrow for a
	 * clock, but others are calibrated against it. 0: never the clock.
	 */
	unsigned rating;
	uint64_t mark_clock, mark_count; /* the clock's: a first look at both counters */
};

/* Registered by drivers at INIT_CLOCK; the struct stays the clock's. */
void clock_source_register(struct clock_source *source);

/*
 * Finds hz of a counter that is 0 in clock_init, from what it counted since then: in
 * passing, where that was 100 us ago or more, else by waiting for the rest.
 */
void clock_source_measure(struct clock_source *source);

/* The source of this name is the clock, if there is one. Before clock_init. */
void clock_prefer(const char *name);

/* The platform's date: seconds since 1970, 0: none. Registered at INIT_CLOCK. */
void clock_wall_register(uint64_t (*read)(void));

/*
 * Looks at the counters, after INIT_CLOCK. The time that other things take between this
 * and clock_init need not be waited for there.
 */
void clock_prepare(void);
/* Chooses and calibrates, within 10 ms. */
void clock_init(void);

/* The CPUs' TSCs differ: another counter takes over, without a jump, if there is one. */
void clock_avoid_tsc(void);

uint64_t clock_monotonic(void); /* ns since boot; 0 before clock_init */
uint64_t clock_realtime(void);	/* ns since 1970-01-01 UTC */
void clock_realtime_set(uint64_t ns);
uint64_t clock_tsc_hz(void);  /* as calibrated */
const char *clock_name(void); /* the source in use */

/* Busy-waits; only for hardware that asks for it. */
void clock_delay(uint64_t ns);

#endif
