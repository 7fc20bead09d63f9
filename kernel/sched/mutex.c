/*
 * mutex.c: one word: the owner, with MUTEX_WAITED while somebody may be on the queue,
 * and MUTEX_HAND_OVER when a waiter that was woken found the lock taken again.
 *
 * Without waiters taking and releasing are one compare-exchange each. A releaser that
 * finds a flag takes the queue's lock; a waiter is on the queue before it sets a flag,
 * so the releaser finds it there. Every waiter that takes the lock takes it with
 * MUTEX_WAITED, since others may be queued behind it.
 */
#include "kernel/sched/mutex.h"

#include "kernel/debug/panic.h"
#include "kernel/sched/internal.h"

enum {
	MUTEX_WAITED = 1 << 0,
	MUTEX_HAND_OVER = 1 << 1,
};
#define MUTEX_FLAGS ((uintptr_t)(MUTEX_WAITED | MUTEX_HAND_OVER))

#define CALLER() ((uint64_t)__builtin_return_address(0))

void mutex_init(struct mutex *mutex, const struct lock_class *lock_class)
{
	atomic_init(&mutex->owner, 0);
	waitq_init(&mutex->waiters);
	LOCKDEP_SET_CLASS(mutex, lock_class);
}

static bool take_free(struct mutex *mutex, struct task *self)
{
	uintptr_t free = 0;

	return atomic_compare_exchange_strong_explicit(
		&mutex->owner, &free, (uintptr_t)self, memory_order_acquire,
		memory_order_relaxed);
}

/*
 * A waiter that is on the queue takes the lock if it is free, or was handed over to it;
 * otherwise leaves its flags.
 */
static bool take_or_flag(struct mutex *mutex, struct task *self, bool again)
{
	uintptr_t old = atomic_load(&mutex->owner), new;

	do {
		uintptr_t owner = old & ~MUTEX_FLAGS;

		if (owner == (uintptr_t)self)
			return true;
		if (owner)
			new = old | MUTEX_WAITED | (again ? MUTEX_HAND_OVER : 0u);
		else
			new = (uintptr_t)self | MUTEX_WAITED;
	} while (!atomic_compare_exchange_weak(&mutex->owner, &old, new));
	return (new & ~MUTEX_FLAGS) == (uintptr_t)self;
}

/* Lends the owner our priority. It cannot end: it has to pass the queue's lock first. */
static void lend_priority(struct mutex *mutex, const struct task *self)
{
	uintptr_t owner;

	SPIN_IRQ_GUARD(&mutex->waiters.lock);
	owner = atomic_load(&mutex->owner);
	if (owner & MUTEX_WAITED && (owner & ~MUTEX_FLAGS)) {
		struct task *task = (struct task *)(owner & ~MUTEX_FLAGS);

		if (self->priority < task->priority)
			sched_set_priority(task, self->priority);
	}
}

static NOINLINE int lock_slow(struct mutex *mutex, struct task *self, bool killable)
{
	struct wait_entry entry;
	bool again = false;
	int error = 0;

	waitq_prepare(&mutex->waiters, &entry, killable);
	while (!take_or_flag(mutex, self, again)) {
		lend_priority(mutex, self);
		error = waitq_sleep(&entry, killable, 0);
		waitq_finish(&entry);
		/* Handed over: it is ours, also when we were going to give up. */
		if ((atomic_load(&mutex->owner) & ~MUTEX_FLAGS) == (uintptr_t)self)
			return 0;
		if (error) {
			waitq_pass_on(&entry);
			return error;
		}
		again = true;
		waitq_prepare_first(&mutex->waiters, &entry, killable);
	}
	waitq_finish(&entry);
	return 0;
}

static int lock_mutex(struct mutex *mutex, bool killable, uint64_t where)
{
	struct task *self = cpu_task();
	int error = 0;

	lockdep_may_sleep("mutex_lock");
	lockdep_acquire_sleeping(self->locks, mutex, LOCKDEP_CLASS(mutex), where, false);
	if (unlikely(!take_free(mutex, self)))
		error = lock_slow(mutex, self, killable);
	if (error)
		lockdep_release_sleeping(self->locks, mutex);
	else
		self->mutexes++;
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
				 true);
	self->mutexes++;
	return true;
}

/* Wakes the first waiter; one that lost the lock before gets it as its own. */
static NOINLINE void unlock_slow(struct mutex *mutex, struct task *self)
{
	struct wait_entry *first;
	uintptr_t old, new = 0;

	SPIN_IRQ_GUARD(&mutex->waiters.lock);
	first = waitq_first(&mutex->waiters);
	old = atomic_load(&mutex->owner);
	if ((old & ~MUTEX_FLAGS) != (uintptr_t)self)
		panic("mutex: task %d (%s) releases what it does not own", self->id,
		      self->name);
	if (first && old & MUTEX_HAND_OVER)
		new = (uintptr_t)first->task | MUTEX_WAITED;
	/* Flags that come meanwhile are of waiters not first, or that find it free. */
	atomic_store(&mutex->owner, new);
	if (first)
		waitq_wake_entry(first);
}

void mutex_unlock(struct mutex *mutex)
{
	struct task *self = cpu_task();
	uintptr_t owner = (uintptr_t)self;

	lockdep_release_sleeping(self->locks, mutex);
	if (unlikely(!atomic_compare_exchange_strong_explicit(&mutex->owner, &owner, 0,
							      memory_order_release,
							      memory_order_relaxed)))
		unlock_slow(mutex, self);
	self->mutexes--;
	if (unlikely(self->priority != self->base_priority) && self->mutexes == 0)
		sched_set_priority(self, self->base_priority);
}
