/*
 * internal.h: what the files of sanitize/ share. They stand under the kernel's locks and
 * their checker, which are instrumented too, and so have a lock of their own.
 */
#ifndef KERNEL_SANITIZE_INTERNAL_H
#define KERNEL_SANITIZE_INTERNAL_H

#include <stdatomic.h>
#include "kernel/x86/cpu.h"

/* A lock for a few instructions, with interrupts off. Not from NMI. */
struct raw_lock {
	atomic_bool taken;
};

static inline uint64_t raw_lock(struct raw_lock *lock)
{
	uint64_t flags = irq_save();

	while (atomic_exchange_explicit(&lock->taken, true, memory_order_acquire))
		cpu_relax();
	return flags;
}

static inline void raw_unlock(struct raw_lock *lock, uint64_t flags)
{
	atomic_store_explicit(&lock->taken, false, memory_order_release);
	irq_restore(flags);
}

#endif
