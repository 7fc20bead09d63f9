/*
 * init.h: how parts of the kernel start without main naming them. Each registers a
 * function at a level; kernel_main runs the levels in order. A failure is logged, and
 * the rest comes up.
 */
#ifndef KERNEL_DEV_INIT_H
#define KERNEL_DEV_INIT_H

#include "lib/base.h"

enum init_level {
	INIT_CLOCK,   /* clock sources and events; no interrupts, no tasks yet */
	INIT_CONSOLE, /* what shows the log: UART, screen; still no interrupts */
	INIT_DRIVER,  /* tasks and interrupts work */
	INIT_FILESYSTEM,
	INIT_DEVICE,  /* nodes in /dev, files in /proc */
	INIT_PROGRAM, /* ported programs and what stands on all of it */
	INIT_LEVELS,
};

struct init_entry {
	const char *name;
	enum init_level level;
	int (*start)(void); /* 0; -ENODEV is silent: the hardware is not there */
};

#define INIT(level_, function_)                                          \
	static const struct init_entry *const PASTE(init_of_, function_) \
		LINK_TABLE(init) = &(const struct init_entry)            \
	{                                                                \
#function_, level_, function_                            \
	}

void init_run(enum init_level level);

#endif
