/*
 * watchdog.h: what finds CPUs and tasks that do not go on. The boot parameter
 * watchdog=SECONDS says how long is too long; 0 is off, and then it costs nothing.
 */
#ifndef KERNEL_DEBUG_WATCHDOG_H
#define KERNEL_DEBUG_WATCHDOG_H

#include "kernel/x86/cpu.h"

extern bool watchdog_on;
void watchdog_wake_up(void);

/* Before a scheduling decision, which is how every idle CPU comes to run a task. */
static inline void watchdog_wake(void)
{
	if (unlikely(watchdog_on))
		watchdog_wake_up();
}

/*
 * Something that sends the boot CPU one NMI, the given time from now. One registers, at
 * INIT_CLOCK or before INIT_FILESYSTEM; without it CPUs watch each other, as far as they
 * are awake.
 */
struct watchdog_alarm {
	const char *name;
	int (*start)(void); /* once, before the first set; 0, or an error: no alarm */
	void (*set)(uint64_t ns);
};
void watchdog_alarm_register(const struct watchdog_alarm *alarm);

#endif
