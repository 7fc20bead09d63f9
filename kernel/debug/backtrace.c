/*
 * backtrace.c: from addresses to names.
 *
 * The symbol table is made by scripts/symbols.py from the kernel's first link:
 * distances from the start of the text in rising order, and for each the position of
 * its name. A chain of frame pointers is followed only through memory that is mapped,
 * so that a broken one ends the trace instead of making another fault.
 */
#include "kernel/debug/backtrace.h"

#include "kernel/debug/log.h"
#include "kernel/x86/layout.h"
#include "kernel/x86/paging.h"
#include "lib/string.h"

enum { DEPTH_MAX = 24 };

extern const uint64_t symbol_count;
extern const uint32_t symbol_offsets[], symbol_names[];
extern const char symbol_text[];

static bool is_text(uint64_t address)
{
	return address >= (uint64_t)kernel_text_start &&
	       address < (uint64_t)kernel_text_end;
}

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	uint64_t distance = address - (uint64_t)kernel_text_start;
	uint64_t low = 0, high = symbol_count;

	if (!is_text(address))
		return NULL;
	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (symbol_offsets[middle] <= distance)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	if (offset)
		*offset = distance - symbol_offsets[low - 1];
	return symbol_text + symbol_names[low - 1];
}

uint64_t symbol_address(const char *name)
{
	uint64_t i;

	for (i = 0; i < symbol_count; i++) {
		if (strcmp(symbol_text + symbol_names[i], name) == 0)
			return (uint64_t)kernel_text_start + symbol_offsets[i];
	}
	return 0;
}

/* The 8 bytes at an address of the kernel's half; false: they are not mapped. */
static bool read_word(uint64_t address, uint64_t *word)
{
	uint64_t phys;
	unsigned flags;

	if (address < DIRECT_BASE || address % 8 != 0 ||
	    !paging_lookup(paging_kernel_root(), address, &phys, &flags))
		return false;
	*word = *(const volatile uint64_t *)address;
	return true;
}

unsigned backtrace_walk(uint64_t rbp, uint64_t *addresses, unsigned max)
{
	unsigned n = 0;

	while (n < max) {
		uint64_t next, address;

		if (!read_word(rbp, &next) || !read_word(rbp + 8, &address))
			break;
		if (!is_text(address) || next == rbp)
			break;
		addresses[n++] = address;
		rbp = next;
	}
	return n;
}

/* behind: whether address follows a call, which then names the function. */
static void print_address(uint64_t address, bool behind)
{
	uint64_t offset;
	const char *name = symbol_find(address - behind, &offset);

	if (name)
		log_err("  %016llx  %s+0x%llx", (unsigned long long)address, name,
			(unsigned long long)offset + behind);
	else
		log_err("  %016llx", (unsigned long long)address);
}

static void print_chain(uint64_t rbp)
{
	uint64_t addresses[DEPTH_MAX];
	unsigned n = backtrace_walk(rbp, addresses, DEPTH_MAX), i;

	for (i = 0; i < n; i++)
		print_address(addresses[i], true);
	if (n == DEPTH_MAX)
		log_err("  ...");
}

void backtrace_print(void)
{
	log_err("backtrace:");
	print_chain((uint64_t)__builtin_frame_address(0));
}

void backtrace_print_from(uint64_t rip, uint64_t rbp)
{
	log_err("backtrace:");
	print_address(rip, false);
	print_chain(rbp);
}
