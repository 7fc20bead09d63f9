/* console.h: what happens on the console once everything is up. */
#ifndef KERNEL_MONITOR_CONSOLE_H
#define KERNEL_MONITOR_CONSOLE_H

#include "lib/base.h"

/*
 * A task's entry: runs the script of run= and ends the machine with its result; or
 * plays the first ported program (not with the parameter `monitor`), then the monitor.
 */
int console_main(void *unused);

#endif
