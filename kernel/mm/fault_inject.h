/*
 * fault_inject.h: making the Nth allocation fail on purpose.
 *
 * Every allocator asks fault_inject() first. fault_inject_arm(n) makes the n-th
 * allocation from then on (1 is the next) that the armed task makes fail; with
 * everybody, that anyone makes. Counting stops when it has struck or is disarmed.
 *
 * What counts: each call of page_alloc, page_alloc_address, page_alloc_table,
 * kmem_alloc, kmalloc (kzalloc, kcalloc) and vmalloc or mmio_map, once. vmalloc's own
 * requests for pages, page tables and its area count too, so that its unwinding can be
 * tested; a slab's growth does not, so that the number of an allocation does not hang on
 * how full a cache happens to be. Allocations in interrupts belong to no task.
 */
#ifndef KERNEL_MM_FAULT_INJECT_H
#define KERNEL_MM_FAULT_INJECT_H

#include <stdatomic.h>
#include "lib/base.h"

struct task;

/* task: whose allocations count, NULL everybody's. n 0 disarms. */
void fault_inject_arm(uint64_t n, const struct task *task);
/* Returns whether it struck, and disarms. */
bool fault_inject_disarm(void);

extern atomic_bool fault_inject_armed;
bool fault_inject_count(void);

/* For the allocators: whether this one is to fail. Any context. */
static inline bool fault_inject(void)
{
	return unlikely(
		       atomic_load_explicit(&fault_inject_armed, memory_order_relaxed)) &&
	       fault_inject_count();
}

#endif
