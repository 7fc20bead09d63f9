/*
 * spinlock.c: the slow and the rare half of ticket locks. A ticket is taken by one
 * atomic addition, so CPUs get the lock in the order in which they asked.
 */
#include "kernel/sync/spinlock.h"

#include "kernel/debug/panic.h"

void spin_init(struct spinlock *lock, const struct lock_class *lock_class)
{
	*lock = (struct spinlock)SPINLOCK_INIT(lock_class);
}

/* Of a panic's report, for a lock whose holder was stopped. */
enum { PANIC_POLLS = 100000 };

void spin_wait(struct spinlock *lock, uint16_t ticket)
{
	unsigned polls = 0;

	while (atomic_load_explicit(&lock->owner, memory_order_acquire) != ticket) {
		if (panic_in_progress() && polls++ > PANIC_POLLS)
			return;
		cpu_relax();
	}
}

bool spin_try(struct spinlock *lock)
{
	uint16_t ticket = atomic_load_explicit(&lock->owner, memory_order_relaxed);

	preempt_disable();
	/* Free only while the next ticket is the one being served. */
	if (atomic_compare_exchange_strong_explicit(
		    &lock->next, &ticket, (uint16_t)(ticket + 1), memory_order_acquire,
		    memory_order_relaxed)) {
		lockdep_acquire_tried(lock, LOCKDEP_CLASS(lock));
		return true;
	}
	preempt_enable_no_resched();
	return false;
}
