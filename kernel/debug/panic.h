/*
 * panic.h: the one place where the kernel dies. Prints once: message, task, registers
 * when there are some, backtrace, held locks; then ends the machine as the boot
 * parameter panic= says: a scripted run exits with POWER_STATUS_PANIC, otherwise halt.
 */
#ifndef KERNEL_DEBUG_PANIC_H
#define KERNEL_DEBUG_PANIC_H

#include "lib/base.h"

struct trap_frame;

NORETURN void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* With the registers of a trap instead of the caller's stack. */
NORETURN void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
bool panic_in_progress(void);
/* From now on a panic exits with POWER_STATUS_PANIC, unless panic= says otherwise. */
void panic_ends_run(void);
/* The lock checker's: prints the locks that are held. NULL: nobody knows. */
extern void (*panic_print_locks)(void);
/* The running task's name and number for a report, or what runs instead of one. */
void panic_describe_task(char *text, size_t size);

/* What must hold, in every build; costs a compare. */
#define ASSERT(condition)                                                    \
	do {                                                                 \
		if (unlikely(!(condition)))                                  \
			panic("%s:%d: %s does not hold", __FILE__, __LINE__, \
			      #condition);                                   \
	} while (0)

#endif
