/*
 * early.h: words on COM1 and the loader's screen without a driver, for the time before
 * there is one: a boot that cannot work, a panic during early boot. Polls, bounded; any
 * context; takes no lock.
 */
#ifndef KERNEL_X86_EARLY_H
#define KERNEL_X86_EARLY_H

#include "lib/base.h"

void early_write(const char *bytes, size_t len);
void early_print(const char *text); /* NUL-terminated */
/* The end of a boot that cannot work: one line; halts. */
NORETURN void boot_fail(const char *message);

#endif
