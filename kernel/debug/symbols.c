/*
 * symbols.c: reads the table that scripts/symbols.py makes from the kernel's first link.
 *
 * The table is packed, since it is a good part of a small image: functions in order of
 * address, in blocks of 32. A block starts with its first function's distance from the
 * text's start and its place among the entries; an entry is the distance from the
 * function before (7 bits a byte, low ones first), the number of its name's tokens, and
 * the tokens, each of which stands for one or more letters.
 */
#include "kernel/debug/symbols.h"

#include "kernel/x86/layout.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { BLOCK = 32 };

extern const uint32_t symbol_count;
extern const struct {
	uint32_t distance, entries;
} symbol_blocks[];
extern const uint8_t symbol_entries[];
extern const uint16_t symbol_token_at[]; /* 257: where each token's text starts */
extern const char symbol_token_text[];

/* Walks the entries of the table. */
struct walk {
	uint64_t distance; /* of the function at hand, from the text's start */
	const uint8_t *tokens;
	unsigned token_count;
	const uint8_t *next;
};

static void walk_start(struct walk *walk, uint32_t block)
{
	walk->distance = symbol_blocks[block].distance;
	walk->next = symbol_entries + symbol_blocks[block].entries;
}

static void walk_step(struct walk *walk)
{
	uint64_t delta = 0;
	unsigned shift = 0;

	do {
		delta |= (uint64_t)(*walk->next & 0x7f) << shift;
		shift += 7;
	} while (*walk->next++ & 0x80);
	walk->distance += delta;
	walk->token_count = *walk->next++;
	walk->tokens = walk->next;
	walk->next += walk->token_count;
}

static void walk_name(const struct walk *walk, char name[SYMBOL_NAME_SIZE])
{
	size_t length = 0;

	for (unsigned i = 0; i < walk->token_count; i++) {
		unsigned at = symbol_token_at[walk->tokens[i]];
		unsigned end = symbol_token_at[walk->tokens[i] + 1];

		while (at < end && length < SYMBOL_NAME_SIZE - 1)
			name[length++] = symbol_token_text[at++];
	}
	name[length] = '\0';
}

/* The last block that starts at or below distance. */
static uint32_t block_find(uint64_t distance)
{
	uint32_t low = 0, high = (symbol_count + BLOCK - 1) / BLOCK;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (symbol_blocks[middle].distance <= distance)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool symbol_find(uint64_t address, struct symbol *symbol)
{
	uint64_t distance = address - (uint64_t)kernel_text_start;
	struct walk walk, found;
	uint32_t block, left;

	if (symbol_count == 0 || address < (uint64_t)kernel_text_start ||
	    address >= (uint64_t)kernel_text_end)
		return false;
	block = block_find(distance);
	if (symbol_blocks[block].distance > distance)
		return false;
	walk_start(&walk, block);
	walk_step(&walk);
	found = walk;
	for (left = MIN((uint32_t)BLOCK, symbol_count - block * BLOCK) - 1; left;
	     left--) {
		walk_step(&walk);
		if (walk.distance > distance)
			break;
		found = walk;
	}
	walk_name(&found, symbol->name);
	symbol->offset = distance - found.distance;
	return true;
}

const char *symbol_place(uint64_t address, char place[SYMBOL_PLACE_SIZE])
{
	struct symbol symbol;

	if (symbol_find(address, &symbol))
		(void)fmt_snprintf(place, SYMBOL_PLACE_SIZE, "%s+0x%llx", symbol.name,
				   (unsigned long long)symbol.offset);
	else
		(void)fmt_snprintf(place, SYMBOL_PLACE_SIZE, "%#llx",
				   (unsigned long long)address);
	return place;
}

uint64_t symbol_address(const char *name)
{
	struct walk walk;
	char other[SYMBOL_NAME_SIZE];

	for (uint32_t i = 0; i < symbol_count; i++) {
		if (i % BLOCK == 0)
			walk_start(&walk, i / BLOCK);
		walk_step(&walk);
		walk_name(&walk, other);
		if (strcmp(other, name) == 0)
			return (uint64_t)kernel_text_start + walk.distance;
	}
	return 0;
}
