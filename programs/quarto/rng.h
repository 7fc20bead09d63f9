/*
 * rng.h: the generator RomuDuoJr and an unbiased choice among n. The same seed
 * gives the same numbers everywhere. A copy of the struct is a fork of the stream.
 */
#ifndef PROGRAMS_QUARTO_RNG_H
#define PROGRAMS_QUARTO_RNG_H

#include "lib/base.h"

struct rng {
	uint64_t x;
	uint64_t y;
};

void rng_seed(struct rng *rng, uint64_t seed);

/* The next 64 bits. */
uint64_t rng_next(struct rng *rng);

/* A number from 0 to n - 1, each as likely as the others. n > 0; 1 draws nothing. */
unsigned rng_below(struct rng *rng, unsigned n);

#endif
