/*
 * early.h: words on COM1 and the VGA text screen without a driver, for the time before
 * there is one: a panic during early boot. Polls, bounded; any context; takes no lock.
 */
#ifndef KERNEL_X86_EARLY_H
#define KERNEL_X86_EARLY_H

#include "lib/base.h"

void early_write(const char *bytes, size_t len);
void early_print(const char *text); /* NUL-terminated */

#endif
