/*
 * mutex.h: a lock whose waiters sleep. Task context only; the taker releases it.
 *
 * A free mutex goes to whoever asks first. One who finds it taken spins for a moment
 * while the owner runs on another CPU, then sleeps in a queue: the most urgent first,
 * equals in order of arrival. A waiter that was woken and found it taken again gets it
 * handed over at the next release, so none starves among equals. While tasks wait, the
 * owner runs with the priority of the most urgent of them, if that is above its own, and
 * so does whoever holds the mutex that the owner waits for, and so on.
 */
#ifndef KERNEL_SCHED_MUTEX_H
#define KERNEL_SCHED_MUTEX_H

#include "kernel/sched/waitq.h"

struct mutex {
	_Atomic uintptr_t owner; /* the task, 0 for none, and mutex_wait.c's flags */
	struct list waiters;	 /* [inherit_lock] struct mutex_waiter */
	struct mutex
		*next_waited; /* [inherit_lock] of the owner's that others wait for */
	LOCKDEP_FIELDS
};

void mutex_prepare(struct mutex *mutex); /* mutex_init without the class */
static inline void mutex_init(struct mutex *mutex, const struct lock_class *lock_class)
{
	mutex_prepare(mutex);
	LOCKDEP_SET_CLASS(mutex, lock_class);
}

void mutex_lock(struct mutex *mutex);
/* 0, or -EINTR when the task is killed before it had the lock. */
MUST_CHECK int mutex_lock_killable(struct mutex *mutex);
MUST_CHECK bool mutex_try(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

/*
 * For a report of a task that waits too long: logs for which mutex, and who has it; in
 * the debug build also where it took it. Nothing for one that waits for none. Any context
 * with no lock of a wait queue.
 */
struct task;
void mutex_log_wait(const struct task *task);

static inline void mutex_guard_leave(struct mutex **mutex)
{
	mutex_unlock(*mutex);
}

static inline struct mutex *mutex_guard_enter(struct mutex *mutex)
{
	mutex_lock(mutex);
	return mutex;
}

#define MUTEX_GUARD(mutex_)                                                       \
	struct mutex *PASTE(guard_, __LINE__) CLEANUP(mutex_guard_leave) UNUSED = \
		mutex_guard_enter(mutex_)

#endif
