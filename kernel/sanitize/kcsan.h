/*
 * kcsan.h: the race detector: now and then an access that is not marked (volatile or
 * atomic) is watched for a moment, to see whether another CPU touches the same bytes
 * and changes them (gcc -fsanitize=thread tells of each access). Watching begins when
 * the drivers start, and only where there are several CPUs.
 */
#ifndef KERNEL_SANITIZE_KCSAN_H
#define KERNEL_SANITIZE_KCSAN_H

#include "lib/base.h"

/* Of how many accesses about one is watched. Returns what it was. For tests. */
unsigned kcsan_set_interval(unsigned accesses);

#endif
