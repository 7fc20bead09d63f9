/*
 * hash.c: SipHash with one round for each word and three at the end, the variant
 * that is meant for hash tables. Names and steps are those of the paper's section
 * 2.
 */
#include "lib/hash.h"
#include "lib/string.h"

#define WORD_ROUNDS 1
#define FINAL_ROUNDS 3

struct sip_state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate_left(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_rounds(struct sip_state *s, unsigned rounds)
{
	for (; rounds; rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate_left(s->v1, 13) ^ s->v0;
		s->v3 = rotate_left(s->v3, 16) ^ s->v2;
		s->v0 = rotate_left(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate_left(s->v1, 17) ^ s->v2;
		s->v3 = rotate_left(s->v3, 21) ^ s->v0;
		s->v2 = rotate_left(s->v2, 32);
	}
}

static void sip_word(struct sip_state *s, uint64_t word)
{
	s->v3 ^= word;
	sip_rounds(s, WORD_ROUNDS);
	s->v0 ^= word;
}

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t word, last = (uint64_t)n << 56;
	struct sip_state s = {
		.v0 = key->k0 ^ 0x736f6d6570736575ULL,
		.v1 = key->k1 ^ 0x646f72616e646f6dULL,
		.v2 = key->k0 ^ 0x6c7967656e657261ULL,
		.v3 = key->k1 ^ 0x7465646279746573ULL,
	};

	for (; n >= sizeof(word); n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sip_word(&s, word);
		p += sizeof(word);
	}
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)p[i] << (8 * i);
	sip_word(&s, last);
	s.v2 ^= 0xff;
	sip_rounds(&s, FINAL_ROUNDS);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t hash_string(const struct hash_key *key, const char *s)
{
	return hash_bytes(key, s, strlen(s));
}
