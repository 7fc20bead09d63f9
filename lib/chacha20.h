/*
 * chacha20.h: the ChaCha20 block function (RFC 8439, section 2.3), and a random
 * number generator on it that erases its key with every use (Bernstein,
 * "Fast-key-erasure random-number generators", 2017): who reads its memory later
 * cannot tell what it gave out before. Pure: the caller brings the entropy and the
 * lock.
 */
#ifndef LIB_CHACHA20_H
#define LIB_CHACHA20_H

#include "lib/base.h"

#define CHACHA20_KEY_WORDS 8
#define CHACHA20_NONCE_WORDS 3
#define CHACHA20_BLOCK 64

/* One block of key stream; key and nonce as little-endian words. */
void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS], uint32_t counter,
		    const uint32_t nonce[CHACHA20_NONCE_WORDS],
		    uint8_t out[CHACHA20_BLOCK]);

/* All zero at first: as predictable as what has been mixed in. */
struct chacha_rng {
	uint32_t key[CHACHA20_KEY_WORDS];
};

/*
 * Mixes n bytes in. The generator then is as good as the better of what it was and
 * what came; the same bytes in the same pieces always give the same generator.
 */
void chacha_rng_mix(struct chacha_rng *rng, const void *data, size_t n);

/* Fills n bytes, at the cost of a block for each 64. */
void chacha_rng_fill(struct chacha_rng *rng, void *out, size_t n);

#endif
