/*
 * spinlock.c: the slow and the rare half of ticket locks: CPUs get the lock in the order
 * in which they asked, but who is not there when its turn comes forfeits it.
 *
 * Tickets, and not the queue of an MCS lock: the traffic of a cache line that all waiters
 * look at, which MCS saves, does not exist where a CPU is a thread of an emulator. What
 * costs there is that the host takes CPUs away at any moment. If that is the holder, no
 * order helps: waiters pause between looks. If it is the next in line, a strict queue,
 * of either kind, stands still for all until the host runs that one again, and so again
 * at each hand-over: 15 ms each were seen with four CPUs on a busy host of two. So a turn
 * that nobody has taken up for a while is passed over by who comes after, and who finds
 * itself passed over takes a new ticket. Turns are taken up by compare-exchange: whoever
 * does so has the lock, whatever else happens.
 */
#include "kernel/sync/spinlock.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"

enum {
	FORFEIT_LOOKS = 32, /* at a turn not taken up, for each place in the queue */
	PANIC_POLLS =
		100000, /* of a panic's report, for a lock whose holder was stopped */
};

static uint32_t draw_ticket(struct spinlock *lock)
{
	return __atomic_fetch_add(&lock->next, 2, __ATOMIC_RELAXED);
}

void spin_wait(struct spinlock *lock)
{
	uint64_t since = 0, start = cpu_tsc();
	uint32_t mine = draw_ticket(lock), seen = mine, looks = 0, polls = 0;

	lockdep_contended(lock);
	for (;;) {
		uint32_t now = __atomic_load_n(&lock->serving, __ATOMIC_RELAXED);
		uint32_t before =
			(mine - (now & ~1u)) / 2; /* how many are to go before us */

		looks = now == seen ? looks + 1 : 0;
		seen = now;
		if (before > UINT32_MAX / 4) /* fewer than none: passed over */
			mine = draw_ticket(lock);
		else if (!(now & 1) && looks >= before * FORFEIT_LOOKS &&
			 __atomic_compare_exchange_n(&lock->serving, &now, mine | 1,
						     false, __ATOMIC_ACQUIRE,
						     __ATOMIC_RELAXED))
			break;
		if (panic_in_progress() && polls++ > PANIC_POLLS)
			break;
		cpu_relax();
		lockdep_waiting(lock, &since);
	}
	lockdep_acquired(lock);
	trace(TRACE_CONTEND, (uint64_t)lock, cpu_tsc() - start);
}

bool spin_try(struct spinlock *lock)
{
	preempt_disable();
	if (spin_take_free(lock)) {
		lockdep_acquire(lock, LOCKDEP_CLASS(lock), LOCKDEP_TRIED);
		return true;
	}
	preempt_enable_no_resched();
	return false;
}
