/*
 * symbols.c: reads the table that scripts/symbols.py makes from the kernel's first link.
 *
 * The table is packed, since it is a good part of a small image: the functions in order
 * of address. An entry is the distance from the function before (7 bits a byte, low ones
 * first), then tokens, which stand for the letters of its name and the NUL behind it.
 * A token is a letter or a pair of tokens. Who looks for one function reads those before
 * it too, which is fast enough for reports.
 */
#include "kernel/debug/symbols.h"

#include "kernel/x86/layout.h"
#include "lib/printf.h"
#include "lib/string.h"

extern const uint32_t symbol_count;
extern const uint32_t symbol_letters;	 /* tokens below are letters: their first byte */
extern const uint8_t symbol_tokens[][2]; /* else two tokens */
extern const uint8_t symbol_entries[];

/* The number at *at, and *at moved behind it. */
static uint64_t read_distance(const uint8_t **at)
{
	uint64_t distance = 0;
	unsigned shift = 0;

	do {
		distance |= (uint64_t)(**at & 0x7f) << shift;
		shift += 7;
	} while (*(*at)++ & 0x80);
	return distance;
}

/* The name at *at, which the script keeps below its size, and *at moved behind it. */
static void read_name(const uint8_t **at, char name[SYMBOL_NAME_SIZE])
{
	uint8_t pending
		[SYMBOL_NAME_SIZE]; /* second halves of pairs, the next one on top */
	unsigned depth = 0, token;

	do {
		token = depth ? pending[--depth] : *(*at)++;
		for (; token >= symbol_letters; token = symbol_tokens[token][0])
			pending[depth++] = symbol_tokens[token][1];
		*name = (char)symbol_tokens[token][0];
	} while (*name++);
}

bool symbol_find(uint64_t address, struct symbol *symbol)
{
	const uint8_t *at = symbol_entries;
	uint64_t start = (uint64_t)kernel_text_start;

	if (address < start || address >= (uint64_t)kernel_text_end)
		return false;
	for (uint32_t i = 0; i < symbol_count; i++) {
		start += read_distance(&at);
		if (start > address)
			return i > 0;
		read_name(&at, symbol->name);
		symbol->offset = address - start;
	}
	return symbol_count > 0;
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
	const uint8_t *at = symbol_entries;
	uint64_t start = (uint64_t)kernel_text_start;
	char other[SYMBOL_NAME_SIZE];

	for (uint32_t i = 0; i < symbol_count; i++) {
		start += read_distance(&at);
		read_name(&at, other);
		if (strcmp(other, name) == 0)
			return start;
	}
	return 0;
}
