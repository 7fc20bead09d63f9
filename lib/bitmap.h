/*
 * bitmap.h: sets of small numbers, a bit each, in the caller's array of words:
 *
 *	uint64_t used[BITMAP_WORDS(NIDS)];
 *
 * Not atomic: the caller's lock protects a bitmap. Bits behind the last one in use
 * may hold anything.
 */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include "lib/base.h"

#define BITMAP_WORDS(nbits) (((size_t)(nbits) + 63) / 64)

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
	map[bit / 64] |= 1ULL << (bit % 64);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
	map[bit / 64] &= ~(1ULL << (bit % 64));
}

/* The count bits from bit on. */
void bitmap_set_range(uint64_t *map, size_t bit, size_t count);
void bitmap_clear_range(uint64_t *map, size_t bit, size_t count);

/* The first set (or clear) bit from from on, or nbits when there is none below it. */
size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from);
size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from);

/* Where, from from on, count > 0 neighbours are clear, or nbits. */
size_t bitmap_find_clear_range(const uint64_t *map, size_t nbits, size_t from,
			       size_t count);

/* How many of the first nbits are set. */
size_t bitmap_count(const uint64_t *map, size_t nbits);

#endif
