/*
 * spinlock_calls.c: the bodies of kernel/sync/spinlock.h for the files that call them
 * instead of inlining them. Release build only.
 */
#include "kernel/sync/spinlock.h"

void spin_lock(struct spinlock *lock)
{
	spin_lock_here(lock);
}

void spin_unlock(struct spinlock *lock)
{
	spin_unlock_here(lock);
}

uint64_t spin_lock_irq(struct spinlock *lock)
{
	return spin_lock_irq_here(lock);
}

void spin_unlock_irq(struct spinlock *lock, uint64_t flags)
{
	spin_unlock_irq_here(lock, flags);
}
