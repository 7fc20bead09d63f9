/*
 * rwlock.h: a lock that many readers share, or one writer has alone. Its waiters sleep;
 * task context only; the taker releases it, and does not take it again before, be it to
 * read: a writer may have come between.
 *
 * Fair to both: a writer that waits keeps later readers out, and readers that came while
 * it wrote go before the next writer. While others wait, a writer runs with the priority
 * of the most urgent of them, as the owner of a mutex does; readers, who are many and
 * unnamed, are lent none.
 *
 * The last reader still wakes the writer that waits for it: whoever frees the lock first
 * sees that nobody is within rwlock_read_unlock.
 */
#ifndef KERNEL_SCHED_RWLOCK_H
#define KERNEL_SCHED_RWLOCK_H

#include "kernel/sched/mutex.h"

struct rwlock {
	struct mutex gate;	  /* who writes has it; who waits queues there */
	_Atomic uint32_t readers; /* how many, and rwlock.c's RW_WRITER */
	struct waitq drained;	  /* the writer, until the readers have left */
	LOCKDEP_FIELDS
};

void rwlock_prepare(struct rwlock *lock); /* rwlock_init without the class */
static inline void rwlock_init(struct rwlock *lock, const struct lock_class *lock_class)
{
	rwlock_prepare(lock);
	LOCKDEP_SET_CLASS(&lock->gate, lock_class);
	LOCKDEP_SET_CLASS(lock, lock_class);
}

void rwlock_read_lock(struct rwlock *lock);
MUST_CHECK bool rwlock_read_try(struct rwlock *lock);
void rwlock_read_unlock(struct rwlock *lock);
void rwlock_write_lock(struct rwlock *lock);
MUST_CHECK bool rwlock_write_try(struct rwlock *lock);
void rwlock_write_unlock(struct rwlock *lock);

static inline void rwlock_read_guard_leave(struct rwlock **lock)
{
	rwlock_read_unlock(*lock);
}

static inline void rwlock_write_guard_leave(struct rwlock **lock)
{
	rwlock_write_unlock(*lock);
}

static inline struct rwlock *rwlock_read_guard_enter(struct rwlock *lock)
{
	rwlock_read_lock(lock);
	return lock;
}

static inline struct rwlock *rwlock_write_guard_enter(struct rwlock *lock)
{
	rwlock_write_lock(lock);
	return lock;
}

#define READ_GUARD(lock_)                                                                \
	struct rwlock *PASTE(guard_, __LINE__) CLEANUP(rwlock_read_guard_leave) UNUSED = \
		rwlock_read_guard_enter(lock_)
#define WRITE_GUARD(lock_)                                                       \
	struct rwlock *PASTE(guard_, __LINE__) CLEANUP(rwlock_write_guard_leave) \
		UNUSED = rwlock_write_guard_enter(lock_)

#endif
