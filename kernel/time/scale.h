/*
 * scale.h: turning counts at one rate into counts at another without a division: a
 * multiplication by a 32.32 fixed-point factor. Pure.
 */
#ifndef KERNEL_TIME_SCALE_H
#define KERNEL_TIME_SCALE_H

#include "lib/base.h"

enum { SCALE_SHIFT = 32 };

/* From counts at from_hz to counts at to_hz (1 .. 2^40, to / from below 2^31). */
static inline uint64_t scale_factor(uint64_t from_hz, uint64_t to_hz)
{
	uint64_t whole = to_hz / from_hz, rest = to_hz % from_hz;

	/* 32 more bits of the quotient, 16 at a time, for which rest leaves room. */
	for (unsigned i = 0; i < SCALE_SHIFT / 16; i++) {
		rest <<= 16;
		whole = whole << 16 | rest / from_hz;
		rest %= from_hz;
	}
	return whole;
}

/* Wraps at 64 bits. */
static inline uint64_t scale_apply(uint64_t factor, uint64_t count)
{
	return (uint64_t)((unsigned __int128)factor * count >> SCALE_SHIFT);
}

#endif
