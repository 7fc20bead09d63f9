/*
 * bitmap.c: ranges and searches in bitmaps, a word of 64 bits at a time.
 */
#include "lib/bitmap.h"

/* The bits of a word from bit on, count of them or to its end. */
static uint64_t word_mask(size_t bit, size_t count)
{
	uint64_t from = ~0ULL << (bit % 64);

	if (bit % 64 + count >= 64)
		return from;
	return from & ~(~0ULL << (bit % 64 + count));
}

static void write_range(uint64_t *map, size_t bit, size_t count, uint64_t value)
{
	while (count) {
		size_t n = MIN(count, 64 - bit % 64);
		uint64_t mask = word_mask(bit, n);

		map[bit / 64] = (map[bit / 64] & ~mask) | (value & mask);
		bit += n;
		count -= n;
	}
}

void bitmap_set_range(uint64_t *map, size_t bit, size_t count)
{
	write_range(map, bit, count, ~0ULL);
}

void bitmap_clear_range(uint64_t *map, size_t bit, size_t count)
{
	write_range(map, bit, count, 0);
}

/* The first bit that differs from those of flip. */
static size_t find(const uint64_t *map, size_t nbits, size_t from, uint64_t flip)
{
	while (from < nbits) {
		uint64_t word = (map[from / 64] ^ flip) & word_mask(from, 64);

		if (word) {
			size_t bit = ALIGN_DOWN(from, 64) + (size_t)__builtin_ctzll(word);

			return MIN(bit, nbits);
		}
		from = ALIGN_DOWN(from, 64) + 64;
	}
	return nbits;
}

size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from)
{
	return find(map, nbits, from, 0);
}

size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from)
{
	return find(map, nbits, from, ~0ULL);
}

size_t bitmap_find_clear_range(const uint64_t *map, size_t nbits, size_t from,
			       size_t count)
{
	while (from < nbits) {
		size_t start = bitmap_find_clear(map, nbits, from);
		size_t end;

		if (nbits - start < count)
			break;
		end = bitmap_find_set(map, start + count, start);
		if (end == start + count)
			return start;
		from = end;
	}
	return nbits;
}

/* In parallel pairs, nibbles and bytes; there is no popcnt in the base x86_64. */
static size_t count_word(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return x * 0x0101010101010101ULL >> 56;
}

size_t bitmap_count(const uint64_t *map, size_t nbits)
{
	size_t count = 0;

	for (size_t bit = 0; bit < nbits; bit += 64)
		count += count_word(map[bit / 64] & word_mask(0, nbits - bit));
	return count;
}
