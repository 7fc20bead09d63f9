/* internal.h: how clock.c, calibrate.c and tsc.c share the work; for time/ alone. */
#ifndef KERNEL_TIME_INTERNAL_H
#define KERNEL_TIME_INTERNAL_H

#include "kernel/time/clock.h"

enum {
	/* A clock must not wrap between two looks at it: the 16-bit PIT cannot be one. */
	CLOCK_MIN_MASK = 0xffffff,
};

/* Registered sources, NULL after the last. */
struct clock_source *clock_source_at(unsigned index);
/* The clock's, NULL before clock_init. */
struct clock_source *clock_source_in_use(void);

/* tsc.c: the processor's counter, or NULL; *how: who told its frequency, NULL: nobody. */
struct clock_source *tsc_source(const char **how);

/*
 * calibrate.c: finds source's rate against the best source with a known one, over a
 * window of about a millisecond, 10 at the most, from begin on; end waits for what is
 * left of it. False: there is none that works.
 */
void calibrate_begin(struct clock_source *source);
bool calibrate_end(void);
/* Both counters at one moment; outer is read before and after inner. */
void clock_take_sample(struct clock_source *outer, struct clock_source *inner,
		       uint64_t *outer_count, uint64_t *inner_count);
/* The name of what the clock was calibrated against. */
const char *calibrate_reference(void);
/* Sets the timer that looks again when more time has gone. After timer_init. */
void calibrate_refine_later(void);

/* clock.c: a source has another rate; if it is in use, from now on, without a jump. */
void clock_set_rate(struct clock_source *source, uint64_t hz);
/* Changes to another source, without a jump. After clock_start_timers. */
void clock_use(struct clock_source *source);
/* Timers that the clock needs. */
void clock_start_timers(void);

#endif
