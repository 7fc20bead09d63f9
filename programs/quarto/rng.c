/*
 * rng.c: RomuDuoJr (M. Overton, "Romu: Fast Nonlinear Pseudo-Random Number
 * Generators", 2020), two words of state, seeded with two constants so that no
 * seed makes both of them zero.
 */
#include "programs/quarto/rng.h"

#define ROMU_MULTIPLIER 15241094284759029579ULL
#define ROMU_ROTATION 27
#define SEED_X 0x12345
#define SEED_Y 0x6789a

void rng_seed(struct rng *rng, uint64_t seed)
{
	rng->x = seed ^ SEED_X;
	rng->y = seed ^ SEED_Y;
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t x = rng->x;
	uint64_t difference = rng->y - x;

	rng->x = ROMU_MULTIPLIER * rng->y;
	rng->y = difference << ROMU_ROTATION | difference >> (64 - ROMU_ROTATION);
	return x;
}

unsigned rng_below(struct rng *rng, unsigned n)
{
	/* 2^64 mod n values too many for every result to have the same number. */
	uint64_t excess = -(uint64_t)n % n;
	uint64_t bits;

	if (n == 1)
		return 0;
	do {
		bits = rng_next(rng);
	} while (bits < excess);
	return (unsigned)(bits % n);
}
