/*
 * fault_inject.h: making the Nth allocation fail on purpose.
 *
 * Every allocator asks fault_inject() first. fault_inject_arm(n) makes the n-th
 * allocation from then on (1 is the next) that the armed task makes fail; with
 * everybody, that anyone makes. Counting stops when it has struck or is disarmed.
 */
#ifndef KERNEL_MM_FAULT_INJECT_H
#define KERNEL_MM_FAULT_INJECT_H

#include "lib/base.h"

struct task;

/* task: whose allocations count, NULL everybody's. */
void fault_inject_arm(uint64_t n, const struct task *task);
/* Returns whether it struck, and disarms. */
bool fault_inject_disarm(void);
/* For the allocators: whether this one is to fail. Any context. */
bool fault_inject(void);

#endif
