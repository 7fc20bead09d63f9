/*
 * chacha20.c: ChaCha20 and the generator. Each fill takes its blocks from one key:
 * the first half of block 0 is the next key, the rest is output. Each piece that is
 * mixed in is added to the key, which then goes through the block function, under a
 * nonce that fill never uses.
 */
#include "lib/chacha20.h"
#include "lib/string.h"

#define ROUNDS 20
/* The counter has 32 bits; a key serves for less than it could count. */
#define FILL_MAX (64 * KIB)
#define KEY_BYTES (CHACHA20_KEY_WORDS * sizeof(uint32_t))

static const uint32_t nonce_fill[CHACHA20_NONCE_WORDS] = { 0, 0, 0 };

static uint32_t rotate_left(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* RFC 8439, section 2.1. */
static void quarter_round(uint32_t *s, int a, int b, int c, int d)
{
	s[a] += s[b];
	s[d] = rotate_left(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotate_left(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotate_left(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotate_left(s[b] ^ s[c], 7);
}

static void double_round(uint32_t *s)
{
	quarter_round(s, 0, 4, 8, 12);
	quarter_round(s, 1, 5, 9, 13);
	quarter_round(s, 2, 6, 10, 14);
	quarter_round(s, 3, 7, 11, 15);
	quarter_round(s, 0, 5, 10, 15);
	quarter_round(s, 1, 6, 11, 12);
	quarter_round(s, 2, 7, 8, 13);
	quarter_round(s, 3, 4, 9, 14);
}

void chacha20_block(const uint32_t key[CHACHA20_KEY_WORDS], uint32_t counter,
		    const uint32_t nonce[CHACHA20_NONCE_WORDS],
		    uint8_t out[CHACHA20_BLOCK])
{
	/* "expand 32-byte k" */
	uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	uint32_t s[16];

	memcpy(start + 4, key, KEY_BYTES);
	start[12] = counter;
	memcpy(start + 13, nonce, CHACHA20_NONCE_WORDS * sizeof(*nonce));
	memcpy(s, start, sizeof(s));
	for (int i = 0; i < ROUNDS; i += 2)
		double_round(s);
	for (int i = 0; i < 16; i++)
		s[i] += start[i];
	memcpy(out, s, CHACHA20_BLOCK);
	mem_wipe(start, sizeof(start));
	mem_wipe(s, sizeof(s));
}

void chacha_rng_mix(struct chacha_rng *rng, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint8_t block[CHACHA20_BLOCK];

	while (n) {
		size_t piece = MIN(n, KEY_BYTES);
		uint32_t nonce[CHACHA20_NONCE_WORDS] = { 1, (uint32_t)piece, 0 };
		uint32_t words[CHACHA20_KEY_WORDS] = { 0 };

		memcpy(words, p, piece);
		for (int i = 0; i < CHACHA20_KEY_WORDS; i++)
			rng->key[i] ^= words[i];
		chacha20_block(rng->key, 0, nonce, block);
		memcpy(rng->key, block, KEY_BYTES);
		mem_wipe(words, sizeof(words));
		p += piece;
		n -= piece;
	}
	mem_wipe(block, sizeof(block));
}

/* At most FILL_MAX bytes, all from one key. */
static void fill_some(struct chacha_rng *rng, uint8_t *out, size_t n)
{
	uint8_t block[CHACHA20_BLOCK];
	uint32_t next_key[CHACHA20_KEY_WORDS];
	size_t piece = MIN(n, CHACHA20_BLOCK - KEY_BYTES);

	chacha20_block(rng->key, 0, nonce_fill, block);
	memcpy(next_key, block, KEY_BYTES);
	memcpy(out, block + KEY_BYTES, piece);
	for (uint32_t counter = 1; piece < n; counter++) {
		size_t take = MIN(n - piece, CHACHA20_BLOCK);

		chacha20_block(rng->key, counter, nonce_fill, block);
		memcpy(out + piece, block, take);
		piece += take;
	}
	memcpy(rng->key, next_key, KEY_BYTES);
	mem_wipe(block, sizeof(block));
	mem_wipe(next_key, sizeof(next_key));
}

void chacha_rng_fill(struct chacha_rng *rng, void *out, size_t n)
{
	uint8_t *p = out;

	for (; n > FILL_MAX; n -= FILL_MAX) {
		fill_some(rng, p, FILL_MAX);
		p += FILL_MAX;
	}
	if (n)
		fill_some(rng, p, n);
}
