/*
 * foreground.h: a task that somebody at the console waits for.
 */
#ifndef KERNEL_PROGRAM_FOREGROUND_H
#define KERNEL_PROGRAM_FOREGROUND_H

#include "lib/base.h"

/*
 * Calls entry(argument) in a task of its own and waits for its end; the console's
 * interrupt character, or a kill of the caller, kills it. Not nested. Returns what entry
 * returned, or -ENOMEM. May sleep.
 */
MUST_CHECK int foreground_run(const char *name, int (*entry)(void *), void *argument);

#endif
