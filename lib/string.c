/*
 * string.c: the C library's memory and string functions for code without one.
 *
 * Copies move words of 8 bytes, unaligned where they fall so, and read four before
 * they write four: under TCG that takes three quarters of the time of rep movsq, and
 * a third where the two places contend for an entry of its TLB. Heads and tails
 * overlap instead of looping over bytes. There is deliberately no loop here that the
 * compiler would recognize as one of these functions and turn into a call of itself.
 */
#include "lib/string.h"

/* Words and their parts at any address, of memory of any type. */
struct word64 {
	uint64_t v;
} PACKED __attribute__((may_alias));

struct word32 {
	uint32_t v;
} PACKED __attribute__((may_alias));

struct word16 {
	uint16_t v;
} PACKED __attribute__((may_alias));

static uint64_t get64(const uint8_t *p)
{
	return ((const struct word64 *)p)->v;
}

static void put64(uint8_t *p, uint64_t v)
{
	((struct word64 *)p)->v = v;
}

static uint32_t get32(const uint8_t *p)
{
	return ((const struct word32 *)p)->v;
}

static void put32(uint8_t *p, uint32_t v)
{
	((struct word32 *)p)->v = v;
}

static uint16_t get16(const uint8_t *p)
{
	return ((const struct word16 *)p)->v;
}

static void put16(uint8_t *p, uint16_t v)
{
	((struct word16 *)p)->v = v;
}

/* At most 32 bytes, which may overlap: everything is read before anything is written. */
static inline void move_small(uint8_t *d, const uint8_t *s, size_t n)
{
	if (n >= 16) {
		uint64_t a = get64(s), b = get64(s + 8);
		uint64_t y = get64(s + n - 16), z = get64(s + n - 8);

		put64(d, a);
		put64(d + 8, b);
		put64(d + n - 16, y);
		put64(d + n - 8, z);
	} else if (n >= 8) {
		uint64_t a = get64(s), z = get64(s + n - 8);

		put64(d, a);
		put64(d + n - 8, z);
	} else if (n >= 4) {
		uint32_t a = get32(s), z = get32(s + n - 4);

		put32(d, a);
		put32(d + n - 4, z);
	} else if (n >= 2) {
		uint16_t a = get16(s), z = get16(s + n - 2);

		put16(d, a);
		put16(d + n - 2, z);
	} else if (n == 1) {
		*d = *s;
	}
}

static void copy32(uint8_t *d, const uint8_t *s)
{
	uint64_t a = get64(s), b = get64(s + 8), c = get64(s + 16), e = get64(s + 24);

	put64(d, a);
	put64(d + 8, b);
	put64(d + 16, c);
	put64(d + 24, e);
}

/* More than 32 bytes; also right where d lies below s and they overlap. */
static NOINLINE void copy_upwards(uint8_t *d, const uint8_t *s, size_t n)
{
	for (; n > 32; n -= 32) {
		copy32(d, s);
		d += 32;
		s += 32;
	}
	move_small(d, s, n);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	/* A path of its own: most copies are small, and need no registers saved. */
	if (n <= 32)
		move_small(dst, src, n);
	else
		copy_upwards(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	/* Unsigned: true also when dst lies below src. */
	if (n > 32 && (uintptr_t)d - (uintptr_t)s >= n) {
		copy_upwards(d, s, n);
		return dst;
	}
	for (; n > 32; n -= 32)
		copy32(d + n - 32, s + n - 32);
	move_small(d, s, n);
	return dst;
}

/* At most 32 bytes. */
static void set_small(uint8_t *d, uint64_t word, size_t n)
{
	if (n >= 16) {
		put64(d, word);
		put64(d + 8, word);
		put64(d + n - 16, word);
		put64(d + n - 8, word);
	} else if (n >= 8) {
		put64(d, word);
		put64(d + n - 8, word);
	} else if (n >= 4) {
		put32(d, (uint32_t)word);
		put32(d + n - 4, (uint32_t)word);
	} else if (n >= 2) {
		put16(d, (uint16_t)word);
		put16(d + n - 2, (uint16_t)word);
	} else if (n == 1) {
		*d = (uint8_t)word;
	}
}

void *memset(void *dst, int byte, size_t n)
{
	uint8_t *d = dst;
	uint64_t word = (uint8_t)byte * 0x0101010101010101ULL;

	for (; n > 32; n -= 32) {
		put64(d, word);
		put64(d + 8, word);
		put64(d + 16, word);
		put64(d + 24, word);
		d += 32;
	}
	set_small(d, word, n);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;

	while (n >= 8 && get64(p) == get64(q)) {
		p += 8;
		q += 8;
		n -= 8;
	}
	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
	const uint8_t *p = s;

	for (; n; n--, p++) {
		if (*p == (uint8_t)byte)
			return (void *)p;
	}
	return NULL;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (uint8_t)*a - (uint8_t)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s)
			return NULL;
	}
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)last;
	}
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (;; s++) {
		if (strncmp(s, what, n) == 0)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}
