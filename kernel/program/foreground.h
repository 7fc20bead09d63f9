/*
 * foreground.h: a task that somebody at a terminal waits for.
 */
#ifndef KERNEL_PROGRAM_FOREGROUND_H
#define KERNEL_PROGRAM_FOREGROUND_H

#include "kernel/fs/file.h"
#include "kernel/tty/tty.h"

/* Where somebody sits. */
struct terminal {
	struct file *file;
	struct tty *tty; /* the one behind file, NULL where that is none */
};

/*
 * Calls entry(argument) in a task of its own and waits for its end; the terminal's
 * interrupt character, or a kill of the caller, kills it. Not nested. Returns what entry
 * returned, or -ENOMEM. May sleep.
 */
MUST_CHECK int foreground_run(const struct terminal *terminal, const char *name,
			      int (*entry)(void *), void *argument);

#endif
