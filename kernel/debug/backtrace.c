/*
 * backtrace.c: who called whom, as the chain of frame pointers tells. It is followed
 * only through memory that is mapped, so that a broken one ends the trace instead of
 * making another fault.
 */
#include "kernel/debug/backtrace.h"

#include "kernel/debug/log.h"
#include "kernel/debug/symbols.h"
#include "kernel/x86/layout.h"
#include "kernel/x86/paging.h"

enum { DEPTH_MAX = 24 };

static bool is_text(uint64_t address)
{
	return address >= (uint64_t)kernel_text_start &&
	       address < (uint64_t)kernel_text_end;
}

bool backtrace_read(uint64_t address, uint64_t *word)
{
	uint64_t phys;
	unsigned flags;

	if (address < DIRECT_BASE || address % 8 != 0 ||
	    !paging_lookup(paging_kernel_root(), address, &phys, &flags) ||
	    (flags & PAGING_UNCACHED))
		return false;
	*word = *(const volatile uint64_t *)address;
	return true;
}

unsigned backtrace_walk(uint64_t rbp, uint64_t *addresses, unsigned max)
{
	unsigned n = 0;

	while (n < max) {
		uint64_t next, address;

		if (!backtrace_read(rbp, &next) || !backtrace_read(rbp + 8, &address))
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
	struct symbol symbol;

	if (symbol_find(address - behind, &symbol))
		log_err("  %016llx  %s+0x%llx", (unsigned long long)address, symbol.name,
			(unsigned long long)symbol.offset + behind);
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
	if (rip)
		print_address(rip, false);
	print_chain(rbp);
}
