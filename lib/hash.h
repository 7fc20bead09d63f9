/*
 * hash.h: hashes for tables. hash_u64 is for keys that nobody chooses; hash_bytes
 * is keyed, so that nobody who does not know the key can choose names that
 * collide. Neither is a cryptographic digest.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include "lib/base.h"

/*
 * A bijection that mixes every bit of x into every bit of the result: the
 * finalizer of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom
 * Number Generators", OOPSLA 2014, figure 17).
 */
static inline uint64_t hash_u64(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

struct hash_key {
	uint64_t k0, k1;
};

/* SipHash-1-3 of n bytes (Aumasson and Bernstein, "SipHash", 2012). */
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t n);
/* The same of a string, without its NUL. */
uint64_t hash_string(const struct hash_key *key, const char *s);

#endif
