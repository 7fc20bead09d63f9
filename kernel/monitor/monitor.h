/*
 * monitor.h: the kernel's own console, for people and scripts. One command, one function.
 */
#ifndef KERNEL_MONITOR_MONITOR_H
#define KERNEL_MONITOR_MONITOR_H

#include "kernel/program/foreground.h"

/* Where a command writes, and what it was given. */
struct monitor {
	struct terminal terminal;
};

struct monitor_command {
	const char *name, *usage, *help;
	/* argv[0] is the name. Returns 0, or a status that counts as failed. */
	int (*run)(struct monitor *monitor, int argc, char **argv);
};

#define MONITOR_COMMAND(name_, usage_, help_, run_)                      \
	static const struct monitor_command *const PASTE(command_, run_) \
		LINK_TABLE(command) = &(const struct monitor_command)    \
	{                                                                \
		name_, usage_, help_, run_                               \
	}

/* Output of a command; errors of the terminal are the monitor's to handle. */
void monitor_print(struct monitor *monitor, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Runs one line of commands, separated by semicolons: 0, or the last failure. */
int monitor_execute(struct monitor *monitor, char *line);

/* The interactive loop on a terminal, until that fails. */
void monitor_loop(const struct terminal *terminal);

#endif
