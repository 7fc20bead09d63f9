/*
 * rwlock.c: a count of readers behind a gate.
 *
 * A writer takes the gate, shuts it (RW_WRITER: nobody counts himself in any more), and
 * waits until those inside have left. A reader who finds it shut passes through the gate
 * like everybody, counts himself in while he has it, and leaves it open for the next. So
 * the gate's queue is the order of all, and its owner is lent their priority.
 */
#include "kernel/sched/rwlock.h"

#include "kernel/sched/internal.h"

#define RW_WRITER (1u << 31)
#define CALLER() ((uint64_t)__builtin_return_address(0))

void rwlock_prepare(struct rwlock *lock)
{
	mutex_prepare(&lock->gate);
	atomic_init(&lock->readers, 0);
	waitq_init(&lock->drained);
}

/* False: it is shut. */
static bool count_in(struct rwlock *lock)
{
	uint32_t old = atomic_load_explicit(&lock->readers, memory_order_relaxed);

	do {
		if (old & RW_WRITER)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&lock->readers, &old, old + 1,
							memory_order_acquire,
							memory_order_relaxed));
	return true;
}

void rwlock_read_lock(struct rwlock *lock)
{
	struct lock_held *held = cpu_task()->locks;

	lockdep_may_sleep("rwlock_read_lock");
	lockdep_acquire_sleeping(held, lock, LOCKDEP_CLASS(lock), CALLER(), 0);
	if (likely(count_in(lock)))
		return;
	lockdep_contended_sleeping(held, lock);
	mutex_enter(&lock->gate);
	atomic_fetch_add_explicit(&lock->readers, 1, memory_order_acquire);
	mutex_leave(&lock->gate);
	lockdep_acquired_sleeping(held, lock);
}

bool rwlock_read_try(struct rwlock *lock)
{
	if (!count_in(lock))
		return false;
	lockdep_acquire_sleeping(cpu_task()->locks, lock, LOCKDEP_CLASS(lock), CALLER(),
				 LOCKDEP_TRIED);
	return true;
}

void rwlock_read_unlock(struct rwlock *lock)
{
	lockdep_release_sleeping(cpu_task()->locks, lock);
	if (unlikely(atomic_fetch_sub(&lock->readers, 1) == (RW_WRITER | 1)))
		waitq_wake(&lock->drained, 1);
}

void rwlock_write_lock(struct rwlock *lock)
{
	struct lock_held *held = cpu_task()->locks;

	lockdep_may_sleep("rwlock_write_lock");
	lockdep_acquire_sleeping(held, lock, LOCKDEP_CLASS(lock), CALLER(), 0);
	if (unlikely(!mutex_enter_try(&lock->gate))) {
		lockdep_contended_sleeping(held, lock);
		mutex_enter(&lock->gate);
	}
	if (unlikely(atomic_fetch_or(&lock->readers, RW_WRITER))) {
		lockdep_contended_sleeping(held, lock);
		waitq_wait_always(&lock->drained,
				  atomic_load(&lock->readers) == RW_WRITER);
	}
	lockdep_acquired_sleeping(held, lock);
}

bool rwlock_write_try(struct rwlock *lock)
{
	uint32_t none = 0;

	if (!mutex_enter_try(&lock->gate))
		return false;
	if (!atomic_compare_exchange_strong(&lock->readers, &none, RW_WRITER)) {
		mutex_leave(&lock->gate);
		return false;
	}
	lockdep_acquire_sleeping(cpu_task()->locks, lock, LOCKDEP_CLASS(lock), CALLER(),
				 LOCKDEP_TRIED);
	return true;
}

void rwlock_write_unlock(struct rwlock *lock)
{
	lockdep_release_sleeping(cpu_task()->locks, lock);
	atomic_fetch_and(&lock->readers, ~RW_WRITER);
	mutex_leave(&lock->gate);
}
