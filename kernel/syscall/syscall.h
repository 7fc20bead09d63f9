/*
 * syscall.h: system calls by number, for whoever enters the kernel, and their traces.
 */
#ifndef KERNEL_SYSCALL_SYSCALL_H
#define KERNEL_SYSCALL_SYSCALL_H

#include "lib/base.h"

enum { SYSCALL_ARGS = 6, SYSCALL_MAX = 512 /* above every number */ };

/*
 * Makes the call for the running task, whose address space the arguments' pointers are
 * of. The result, or -errno; -ENOSYS for a number that means nothing. Task context.
 */
long syscall_dispatch(uint64_t number, const uint64_t args[SYSCALL_ARGS]);

/* The name of a call, NULL: there is none. */
const char *syscall_name(uint64_t number);

/*
 * Writes `openat(AT_FDCWD, "/dev/null", O_RDONLY) = 3` to text, cut where it does not fit
 * size, and returns its length. Reads strings from the task's memory; may sleep.
 */
size_t syscall_format(char *text, size_t size, uint64_t number,
		      const uint64_t args[SYSCALL_ARGS], long result);

/* Whether every call is logged, at level info. */
void syscall_set_log(bool on);

struct syscall_stats {
	uint64_t calls, unknown;
};
void syscall_stats(struct syscall_stats *stats);

#endif
