/*
 * fault_inject.h: making the Nth allocation, or the Nth operation of a device, fail on
 * purpose.
 *
 * Every allocator asks fault_inject() first, with the place of the code that asked it:
 * the address to which the call returns, by which the build numbers all such places
 * (scripts/alloc-sites). fault_inject_arm(n) makes the n-th allocation from then on (1 is
 * the next) that the armed task makes fail; with everybody, that anyone makes. Counting
 * stops when it has struck or is disarmed.
 *
 * What counts: each call of page_alloc, page_alloc_address, page_alloc_table,
 * kmem_alloc, kmalloc (kzalloc, kcalloc) and vmalloc or mmio_map, once. vmalloc's own
 * requests for pages, page tables and its area count too, so that its unwinding can be
 * tested; a slab's growth does not, so that the number of an allocation does not hang on
 * how full a cache happens to be. Allocations in interrupts belong to no task.
 *
 * The same for what devices do: the device contracts (chardev.h, init.h) ask
 * fault_device() where a device may fail, which fault_inject_arm_device arms.
 */
#ifndef KERNEL_MM_FAULT_INJECT_H
#define KERNEL_MM_FAULT_INJECT_H

#include <stdatomic.h>
#include "lib/base.h"

struct task;

/* task: whose count, NULL everybody's. n 0 disarms. Only one kind is armed at a time. */
void fault_inject_arm(uint64_t n, const struct task *task);
void fault_inject_arm_device(uint64_t n, const struct task *task);
/* After one of these: so many fail, one after another. */
void fault_inject_repeat(unsigned count);
/* Returns whether it struck, and disarms. */
bool fault_inject_disarm(void);

/* Told of each failure that is made by the one who suffers it: any context and locks. */
extern void (*_Atomic fault_inject_struck)(uint64_t site);

enum fault_kind { FAULT_NONE, FAULT_MEMORY, FAULT_DEVICE };
extern _Atomic uint8_t fault_inject_kind; /* an enum fault_kind: what is armed */
bool fault_inject_count(uint64_t site);

static inline bool fault_is_armed(void)
{
	return atomic_load_explicit(&fault_inject_kind, memory_order_relaxed) ==
	       FAULT_MEMORY;
}

/* For the allocators: whether this one is to fail. Any context. */
static inline bool fault_inject(uint64_t site)
{
	return unlikely(fault_is_armed()) && fault_inject_count(site);
}

/* For the contracts of devices: whether this operation is to fail. Any context. */
static inline bool fault_device(uint64_t site)
{
	return unlikely(atomic_load_explicit(&fault_inject_kind, memory_order_relaxed) ==
			FAULT_DEVICE) &&
	       fault_inject_count(site);
}

#endif
