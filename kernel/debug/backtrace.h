/*
 * backtrace.h: from addresses to names: the kernel's own symbol table, and the chain of
 * frame pointers.
 */
#ifndef KERNEL_DEBUG_BACKTRACE_H
#define KERNEL_DEBUG_BACKTRACE_H

#include "lib/base.h"

/* The function that holds address and the distance from its start; NULL: none. */
const char *symbol_find(uint64_t address, uint64_t *offset);
/* The address of a function by name, 0: none. */
uint64_t symbol_address(const char *name);

/* Return addresses from frame pointer rbp up, at most max; their number. Never faults. */
unsigned backtrace_walk(uint64_t rbp, uint64_t *addresses, unsigned max);
/* Logs the caller's, or one that starts at a trap's rip and rbp. */
void backtrace_print(void);
void backtrace_print_from(uint64_t rip, uint64_t rbp);

#endif
