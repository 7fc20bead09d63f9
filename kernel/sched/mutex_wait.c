/*
 * mutex_wait.c: mutexes that others wait for, and the priorities that pass through them.
 *
 * A mutex is one word: its owner, with MUTEX_WAITED exactly while its queue is not empty,
 * and MUTEX_HAND_OVER when a waiter that was woken found it taken again. While a flag is
 * set the word changes under inherit_lock only, which is one for all mutexes: a chain of
 * owners that wait for owners is then a thing that stands still and can be walked.
 * Whoever takes it is about to sleep or to wake somebody, so it is not what is slow.
 *
 * Each task has a list of the mutexes it owns that others wait for; so what is in force
 * can always be computed: the most urgent of its own priority and theirs.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/sched/mutex.h"

enum {
	MUTEX_WAITED = 1 << 0,
	MUTEX_HAND_OVER = 1 << 1,
	SPIN_MAX = 200,	  /* looks at the owner before sleeping */
	CHAIN_MAX = 1024, /* longer than any chain: what goes on is a circle */
};
#define MUTEX_FLAGS ((uintptr_t)(MUTEX_WAITED | MUTEX_HAND_OVER))

/* After the queues' locks, before the run queues'. */
LOCK_CLASS(inherit_class, "priority inheritance", RANK_INHERIT, LOCK_IRQ);
static struct spinlock inherit_lock = SPINLOCK_INIT(&inherit_class);

static struct task *owner_in(uintptr_t word)
{
	return (struct task *)(word & ~MUTEX_FLAGS);
}

struct task *mutex_owner(const struct mutex *mutex)
{
	return owner_in(atomic_load(&mutex->owner));
}

static struct mutex_waiter *first_waiter(const struct mutex *mutex)
{
	if (list_is_empty(&mutex->waiters))
		return NULL;
	return list_entry(mutex->waiters.next, struct mutex_waiter, link);
}

/* From here on all with inherit_lock. Behind those as urgent. */
static void queue_add(struct mutex *mutex, struct mutex_waiter *waiter)
{
	struct list *before = &mutex->waiters;
	struct mutex_waiter *other;

	list_for_each (other, &mutex->waiters, link) {
		if (other->task->priority > waiter->task->priority) {
			before = &other->link;
			break;
		}
	}
	list_insert_before(before, &waiter->link);
}

static void waited_add(struct task *owner, struct mutex *mutex)
{
	mutex->next_waited = owner->waited;
	owner->waited = mutex;
}

static void waited_remove(struct task *owner, const struct mutex *mutex)
{
	struct mutex **at = &owner->waited;

	while (*at && *at != mutex)
		at = &(*at)->next_waited;
	if (*at)
		*at = mutex->next_waited;
}

/* The most urgent of its own priority and of all that wait for what it owns. */
static unsigned due_priority(const struct task *task)
{
	unsigned due = task->base_priority;

	for (struct mutex *mutex = task->waited; mutex; mutex = mutex->next_waited)
		due = MIN(due, first_waiter(mutex)->task->priority);
	return due;
}

/*
 * Puts in force what is due to a task, then to the owner of what it waits for, and so on
 * while that changes anything.
 */
static void pass_on(struct task *task)
{
	for (unsigned i = 0; task && i < CHAIN_MAX; i++) {
		unsigned due = due_priority(task);
		struct mutex_waiter *waiter = task->waits;

		if (due == task->priority)
			return;
		sched_set_priority(task, due);
		if (!waiter)
			return;
		list_remove(&waiter->link);
		queue_add(waiter->mutex, waiter);
		task = mutex_owner(waiter->mutex);
	}
}

void mutex_priority_changed(struct task *task)
{
	SPIN_IRQ_GUARD(&inherit_lock);
	pass_on(task);
}

/* The mutex is owner's now; those who are still in its queue wait for it. */
static void give_to(struct mutex *mutex, struct task *owner)
{
	bool waited = !list_is_empty(&mutex->waiters);

	atomic_store(&mutex->owner, (uintptr_t)owner | (waited ? MUTEX_WAITED : 0u));
	if (!waited)
		return;
	waited_add(owner, mutex);
	pass_on(owner);
}

static void dequeue(struct mutex_waiter *waiter)
{
	list_remove(&waiter->link);
	waiter->task->waits = NULL;
}

static void wake(struct mutex_waiter *waiter)
{
	waiter->woken = true;
	sched_wake(waiter->task, SCHED_WAKE_ANY);
}

/* Takes it where nobody more urgent is about to; otherwise joins the queue: false. */
static bool take_or_queue(struct mutex *mutex, struct mutex_waiter *waiter)
{
	struct task *self = waiter->task;
	const struct mutex_waiter *first = first_waiter(mutex);
	uintptr_t old = atomic_load(&mutex->owner), new;

	do {
		if (!owner_in(old) && first)
			break; /* it stays so: with a flag set nobody else changes it */
		new = owner_in(old) ? old | MUTEX_WAITED : (uintptr_t)self;
	} while (!atomic_compare_exchange_weak(&mutex->owner, &old, new));
	if (!owner_in(old)) {
		if (!first)
			return true;
		if (self->priority <= first->task->priority) {
			give_to(mutex, self);
			return true;
		}
	}
	queue_add(mutex, waiter);
	self->waits = waiter;
	if (!(old & MUTEX_WAITED))
		waited_add(owner_in(old), mutex);
	pass_on(owner_in(old));
	return false;
}

/* Leaves the queue without the lock; a wake-up that came for us goes to the next. */
static void give_up(struct mutex *mutex, struct mutex_waiter *waiter)
{
	struct task *owner = mutex_owner(mutex);

	dequeue(waiter);
	if (list_is_empty(&mutex->waiters)) {
		atomic_store(&mutex->owner, (uintptr_t)owner);
		if (owner)
			waited_remove(owner, mutex);
	} else if (!owner) {
		wake(first_waiter(mutex));
	}
	if (owner)
		pass_on(owner);
}

/* After a sleep. Whether the wait is over: it is ours, or *error says that we go. */
static bool settle(struct mutex *mutex, struct mutex_waiter *waiter, int *error)
{
	uintptr_t word = atomic_load(&mutex->owner);

	if (owner_in(word) == waiter->task) {
		*error = 0; /* handed over: also when we were going to give up */
		return true;
	}
	if (*error) {
		give_up(mutex, waiter);
		return true;
	}
	if (!owner_in(word)) {
		dequeue(waiter);
		give_to(mutex, waiter->task);
		return true;
	}
	if (waiter->woken)
		atomic_store(&mutex->owner, word | MUTEX_HAND_OVER);
	waiter->woken = false;
	return false;
}

/* Without the lock. The owner is not looked into: it may have ended meanwhile. */
static bool runs_now(const struct task *owner)
{
	for (uint64_t left = sched_cpus(); left; left &= left - 1)
		if (__atomic_load_n(&cpus[__builtin_ctzll(left)]->task,
				    __ATOMIC_RELAXED) == owner)
			return true;
	return false;
}

/* A moment's hope that the owner, which runs on another CPU, is about to release it. */
static bool spin_for(struct mutex *mutex, struct task *self)
{
	uint64_t online = sched_cpus();

	if (!(online & (online - 1)))
		return false;
	for (unsigned i = 0; i < SPIN_MAX; i++) {
		uintptr_t word =
			atomic_load_explicit(&mutex->owner, memory_order_relaxed);

		if (!word) {
			if (atomic_compare_exchange_strong(&mutex->owner, &word,
							   (uintptr_t)self))
				return true;
		} else if (word & MUTEX_HAND_OVER || !owner_in(word) ||
			   cpu_need_resched() || !runs_now(owner_in(word))) {
			return false;
		}
		cpu_relax();
	}
	return false;
}

static int sleep_for(struct mutex *mutex, struct task *self, bool killable)
{
	struct mutex_waiter waiter = { .task = self, .mutex = mutex };
	uint64_t flags;
	int error = 0;

	flags = spin_lock_irq(&inherit_lock);
	if (take_or_queue(mutex, &waiter)) {
		spin_unlock_irq(&inherit_lock, flags);
		return 0;
	}
	mutex_check_circle(self);
	do {
		sched_wait_begin(killable);
		spin_unlock_irq(&inherit_lock, flags);
		error = sched_wait(killable, 0);
		sched_wait_end();
		flags = spin_lock_irq(&inherit_lock);
	} while (!settle(mutex, &waiter, &error));
	spin_unlock_irq(&inherit_lock, flags);
	return error;
}

int mutex_wait(struct mutex *mutex, struct task *self, bool killable)
{
	uint64_t start = cpu_tsc();
	int error = spin_for(mutex, self) ? 0 : sleep_for(mutex, self, killable);

	trace(TRACE_CONTEND, (uint64_t)mutex, cpu_tsc() - start);
	return error;
}

void mutex_release(struct mutex *mutex, struct task *self)
{
	struct mutex_waiter *first;
	uintptr_t word;

	SPIN_IRQ_GUARD(&inherit_lock);
	first = first_waiter(mutex);
	word = atomic_load(&mutex->owner);
	if (owner_in(word) != self)
		panic("mutex: task %d (%s) releases what it does not own", self->id,
		      self->name);
	waited_remove(self, mutex);
	if (!first) {
		atomic_store(&mutex->owner, 0); /* the last waiter gave up just now */
	} else if (word & MUTEX_HAND_OVER) {
		dequeue(first);
		give_to(mutex, first->task);
		sched_wake(first->task, SCHED_WAKE_ANY);
	} else {
		atomic_store(&mutex->owner, MUTEX_WAITED);
		wake(first);
	}
	pass_on(self);
}

COLD void mutex_log_wait(const struct task *task)
{
	const struct mutex *mutex;
	const struct task *owner;

	SPIN_IRQ_GUARD(&inherit_lock);
	if (!task->waits)
		return;
	mutex = task->waits->mutex;
	owner = mutex_owner(mutex);
	log_err("  waits for mutex %p of task %d (%s)", (const void *)mutex,
		owner ? owner->id : -1, owner ? owner->name : "nobody now");
	if (owner)
		mutex_log_holder(mutex, owner);
}
