/*
 * mutex.c: taking and releasing a mutex, one compare-exchange each while nobody waits.
 * What happens when somebody does is in mutex_wait.c.
 */
#include "kernel/sched/mutex.h"

#include "kernel/sched/internal.h"

#define CALLER() ((uint64_t)__builtin_return_address(0))

void mutex_prepare(struct mutex *mutex)
{
	atomic_init(&mutex->owner, 0);
	list_init(&mutex->waiters);
}

static bool take_free(struct mutex *mutex, struct task *self)
{
	uintptr_t free = 0;

	return atomic_compare_exchange_strong_explicit(
		&mutex->owner, &free, (uintptr_t)self, memory_order_acquire,
		memory_order_relaxed);
}

static bool release_unwaited(struct mutex *mutex, struct task *self)
{
	uintptr_t owner = (uintptr_t)self;

	return atomic_compare_exchange_strong_explicit(
		&mutex->owner, &owner, 0, memory_order_release, memory_order_relaxed);
}

void mutex_enter(struct mutex *mutex)
{
	struct task *self = cpu_task();

	if (unlikely(!take_free(mutex, self)))
		(void)mutex_wait(mutex, self, false);
}

bool mutex_enter_try(struct mutex *mutex)
{
	return take_free(mutex, cpu_task());
}

void mutex_leave(struct mutex *mutex)
{
	struct task *self = cpu_task();

	if (unlikely(!release_unwaited(mutex, self)))
		mutex_release(mutex, self);
}

static int lock_mutex(struct mutex *mutex, bool killable, uint64_t where)
{
	struct task *self = cpu_task();
	int error = 0;

	lockdep_may_sleep("mutex_lock");
	lockdep_acquire_sleeping(self->locks, mutex, LOCKDEP_CLASS(mutex), where, 0);
	if (unlikely(!take_free(mutex, self))) {
		lockdep_contended_sleeping(self->locks, mutex);
		error = mutex_wait(mutex, self, killable);
		lockdep_acquired_sleeping(self->locks, mutex);
	}
	if (error)
		lockdep_release_sleeping(self->locks, mutex);
	return error;
}

void mutex_lock(struct mutex *mutex)
{
	(void)lock_mutex(mutex, false, CALLER());
}

int mutex_lock_killable(struct mutex *mutex)
{
	return lock_mutex(mutex, true, CALLER());
}

bool mutex_try(struct mutex *mutex)
{
	struct task *self = cpu_task();

	if (!take_free(mutex, self))
		return false;
	lockdep_acquire_sleeping(self->locks, mutex, LOCKDEP_CLASS(mutex), CALLER(),
				 LOCKDEP_TRIED);
	return true;
}

void mutex_unlock(struct mutex *mutex)
{
	struct task *self = cpu_task();

	lockdep_release_sleeping(self->locks, mutex);
	if (unlikely(!release_unwaited(mutex, self)))
		mutex_release(mutex, self);
}
