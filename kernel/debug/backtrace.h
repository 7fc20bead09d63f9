/* backtrace.h: who called whom, by the chain of frame pointers. */
#ifndef KERNEL_DEBUG_BACKTRACE_H
#define KERNEL_DEBUG_BACKTRACE_H

#include "lib/base.h"

/* The 8 bytes at a kernel address; false: it is no memory. Never faults. */
bool backtrace_read(uint64_t address, uint64_t *word);
/* Return addresses from frame pointer rbp up, at most max; their number. Never faults. */
unsigned backtrace_walk(uint64_t rbp, uint64_t *addresses, unsigned max);
/* Logs the caller's, or one that starts at a trap's rip (0: left out) and rbp. */
void backtrace_print(void);
void backtrace_print_from(uint64_t rip, uint64_t rbp);

#endif
