/*
 * crash.h: every way for the kernel to die, on purpose: to see a report, and to test it.
 */
#ifndef KERNEL_DEBUG_CRASH_H
#define KERNEL_DEBUG_CRASH_H

#include "lib/base.h"

struct crash {
	const char *name, *what;
	void (*run)(void); /* does not return, when all is well */
};

extern const struct crash crashes[];
extern const unsigned crash_count;

/* NULL: no crash has that name. */
const struct crash *crash_find(const char *name);

#endif
