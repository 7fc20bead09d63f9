/* bundle.h: what a panic tells scripts/decode.py. For panic.c, all others stopped. */
#ifndef KERNEL_DEBUG_BUNDLE_H
#define KERNEL_DEBUG_BUNDLE_H

#include "lib/base.h"

struct trap_frame;

/* Before anything is printed: the log up to here goes into the bundle. */
void bundle_begin(void);
/* What a CPU was doing when it was stopped; the frame stays. */
void bundle_saw(unsigned cpu, const struct trap_frame *frame);
/*
 * Writes the next part to every serial line that the log goes to, and returns whether
 * there are more. A part that faults is passed over by the call after it.
 */
bool bundle_write_part(const char *message);

#endif
