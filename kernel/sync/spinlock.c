/*
 * spinlock.c: the slow and the rare half of ticket locks. A ticket is taken by one
 * atomic addition, so CPUs get the lock in the order in which they asked.
 *
 * Tickets, and not the queue of an MCS lock: what MCS saves, the traffic of a cache line
 * that all waiters look at, does not exist where a CPU is a thread of an emulator, and
 * its queue would cost every lock an argument. What does cost there is that the host
 * takes CPUs away at any moment. No order helps when that is the holder; a queue's price
 * is when it is the next in line. So the one who is next pauses between looks, which
 * gives the host's CPU to the holder's thread if they share it, and those further back
 * look the less often the longer the queue before them is.
 */
#include "kernel/sync/spinlock.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"

enum {
	PAUSES_MAX = CPU_MAX,
	PANIC_POLLS =
		100000, /* of a panic's report, for a lock whose holder was stopped */
};

void spin_wait(struct spinlock *lock, uint16_t ticket)
{
	unsigned polls = 0;
	uint64_t since = 0, start = cpu_tsc();

	lockdep_contended(lock);
	for (;;) {
		uint16_t owner = atomic_load_explicit(&lock->owner, memory_order_acquire);
		unsigned before = (uint16_t)(ticket - owner);

		if (!before || (panic_in_progress() && polls++ > PANIC_POLLS))
			break;
		for (before = MIN(before, PAUSES_MAX); before; before--)
			cpu_relax();
		lockdep_waiting(lock, &since);
	}
	lockdep_acquired(lock);
	trace(TRACE_CONTEND, (uint64_t)lock, cpu_tsc() - start);
}

bool spin_try(struct spinlock *lock)
{
	uint16_t ticket = atomic_load_explicit(&lock->owner, memory_order_relaxed);

	preempt_disable();
	/* Free only while the next ticket is the one being served. */
	if (atomic_compare_exchange_strong_explicit(
		    &lock->next, &ticket, (uint16_t)(ticket + 1), memory_order_acquire,
		    memory_order_relaxed)) {
		lockdep_acquire(lock, LOCKDEP_CLASS(lock), LOCKDEP_TRIED);
		return true;
	}
	preempt_enable_no_resched();
	return false;
}
