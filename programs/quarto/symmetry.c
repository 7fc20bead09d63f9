/*
 * symmetry.c: walks through all the symmetries of a key by exchanging fields of the
 * word in place, each walk a closed one.
 *
 * A map of the board that keeps rows and columns is one order of four things for x
 * and one for y, perhaps with x and y exchanged. The diagonals stay diagonals when
 * both orders are the same or the reverse of each other and each treats mirrored
 * things alike: 8 * 2 * 2 = 32 maps. Only rotations and reflections keep blocks.
 */
#include "programs/quarto/symmetry.h"

/* Exchanges the bits in mask with those shift places above them. */
static inline uint64_t exchange(uint64_t word, uint64_t mask, unsigned shift)
{
	uint64_t differ = (word >> shift ^ word) & mask;

	return word ^ differ ^ differ << shift;
}

/* Squares x,y and y,x. */
static uint64_t transpose(uint64_t key)
{
	key = exchange(key, 0x0000f0f00000f0f0, 12);
	return exchange(key, 0x00000000ff00ff00, 24);
}

/* Row 1 with 4, 2 with 3. */
static uint64_t flip_rows(uint64_t key)
{
	key = exchange(key, 0x000000000000ffff, 48);
	return exchange(key, 0x00000000ffff0000, 16);
}

/* Column a with d, b with c. */
static uint64_t flip_columns(uint64_t key)
{
	key = exchange(key, 0x000f000f000f000f, 12);
	return exchange(key, 0x00f000f000f000f0, 4);
}

/* The outermost rows with each other, and the outermost columns. */
static uint64_t exchange_outer(uint64_t key)
{
	key = exchange(key, 0x000000000000ffff, 48);
	return exchange(key, 0x000f000f000f000f, 12);
}

/* The outer rows with the inner ones beside them, and the columns likewise. */
static uint64_t exchange_pairs(uint64_t key)
{
	key = exchange(key, 0x0000ffff0000ffff, 16);
	return exchange(key, 0x0f0f0f0f0f0f0f0f, 4);
}

/* The four traits in a cycle. */
static uint64_t rotate_traits(uint64_t key)
{
	return (key << 1 & 0xeeeeeeeeeeeeeeee) | (key >> 3 & 0x1111111111111111);
}

/* Traits 0 and 1. */
static uint64_t exchange_traits(uint64_t key)
{
	return exchange(key, 0x1111111111111111, 1);
}

/* Traits 0, 1 and 2 in a cycle. */
static uint64_t cycle_traits(uint64_t key)
{
	return exchange(exchange_traits(key), 0x2222222222222222, 1);
}

/* The least over the 24 orders of the traits. */
static uint64_t least_of_traits(uint64_t key)
{
	uint64_t least = key;

	for (unsigned i = 0; i < 4; i++, key = rotate_traits(key)) {
		for (unsigned j = 0; j < 3; j++, key = cycle_traits(key)) {
			uint64_t other = exchange_traits(key);

			least = MIN(least, MIN(key, other));
		}
	}
	return least;
}

/* The least over the eight maps that treat x and y alike. */
static uint64_t least_of_alike(uint64_t key)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < 4; i++) {
		least = MIN(least, least_of_traits(key));
		key = exchange_outer(key);
		least = MIN(least, least_of_traits(key));
		key = exchange_pairs(key);
	}
	return least;
}

uint64_t symmetry_least(uint64_t key, bool square_mode)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < 4; i++) {
		if (square_mode)
			least = MIN(least, MIN(least_of_traits(key),
					       least_of_traits(flip_columns(key))));
		else
			least = MIN(least, least_of_alike(key));
		key = i % 2 == 0 ? flip_rows(key) : transpose(key);
	}
	return least;
}
