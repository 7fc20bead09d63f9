/*
 * waitq.c: queues of waiters, and what a task does to sleep.
 *
 * A waker takes an entry off its queue and wakes the task, both under the queue's lock,
 * and the waiter takes that lock once more before it goes on (waitq_finish): so neither
 * the entry, which lies on the waiter's stack, nor the task can vanish meanwhile.
 *
 * A waker skips the lock when the queue looks empty. For that both sides have a full
 * barrier between their store and their look, and one of them sees the other's store:
 *
 *	waiter (waitq_prepare)		waker (waitq_wake)
 *	entry on the queue		condition = true (the caller)
 *	barrier				barrier
 *	condition?			queue empty?
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/time/clock.h"

LOCK_CLASS(waitq_class, "wait queue", RANK_WAITQ, LOCK_IRQ);

void waitq_init(struct waitq *queue)
{
	spin_init(&queue->lock, &waitq_class);
	list_init(&queue->waiters);
}

bool waitq_is_empty(const struct waitq *queue)
{
	return __atomic_load_n(&queue->waiters.next, __ATOMIC_RELAXED) == &queue->waiters;
}

void waitq_add(struct waitq *queue, struct wait_entry *entry)
{
	entry->queue = queue;
	entry->woken = false;
	SPIN_IRQ_GUARD(&queue->lock);
	/* In front, so that a wake-up of n tasks has passed all of its kind. */
	list_add_head(&queue->waiters, &entry->link);
	atomic_thread_fence(memory_order_seq_cst);
}

void waitq_remove(struct wait_entry *entry)
{
	SPIN_IRQ_GUARD(&entry->queue->lock);
	list_remove(&entry->link);
}

struct wait_entry *waitq_first(struct waitq *queue)
{
	struct wait_entry *entry;

	list_for_each (entry, &queue->waiters, link)
		if (!entry->notify)
			return entry;
	return NULL;
}

static ALWAYS_INLINE void wake_entry(struct wait_entry *entry)
{
	list_remove(&entry->link);
	__atomic_store_n(&entry->woken, true, __ATOMIC_RELEASE);
	sched_wake_locked(entry->task);
}

void waitq_wake_entry(struct wait_entry *entry)
{
	wake_entry(entry);
}

static NOINLINE void wake_some(struct waitq *queue, unsigned n)
{
	struct wait_entry *entry, *next;

	list_for_each_safe (entry, next, &queue->waiters, link) {
		if (entry->notify) {
			entry->notify(entry);
			continue;
		}
		if (n == 0)
			break;
		n--;
		waitq_wake_entry(entry);
	}
}

void waitq_wake(struct waitq *queue, unsigned n)
{
	struct wait_entry *first;
	uint64_t flags;

	atomic_thread_fence(memory_order_seq_cst);
	if (waitq_is_empty(queue))
		return;
	flags = spin_lock_irq(&queue->lock);
	first = list_entry(queue->waiters.next, struct wait_entry, link);
	if (likely(n == 1 && &first->link != &queue->waiters && !first->notify))
		wake_entry(first);
	else
		wake_some(queue, n);
	spin_unlock_irq(&queue->lock, flags);
}

void waitq_wake_all(struct waitq *queue)
{
	waitq_wake(queue, UINT32_MAX);
}

/* The barrier that has to follow is the caller's. */
static ALWAYS_INLINE void announce(struct task *self, bool killable)
{
	/* A condition that sleeps would undo the wait that it belongs to. */
	ASSERT(atomic_load_explicit(&self->state, memory_order_relaxed) == TASK_RUNNABLE);
	atomic_store_explicit(&self->state, killable ? TASK_SLEEPING : TASK_BLOCKED,
			      memory_order_relaxed);
}

/* at_head: before the other tasks, behind those with notify. */
static ALWAYS_INLINE void prepare(struct waitq *queue, struct wait_entry *entry,
				  bool killable, bool at_head)
{
	struct wait_entry *first;
	uint64_t flags;

	entry->queue = queue;
	entry->task = cpu_task();
	entry->notify = NULL;
	entry->woken = false;
	/* Before a waker can find the entry: else it would wake who is not asleep. */
	announce(entry->task, killable);
	flags = spin_lock_irq(&queue->lock);
	first = at_head ? waitq_first(queue) : NULL;
	list_insert_before(first ? &first->link : &queue->waiters, &entry->link);
	spin_unlock_irq(&queue->lock, flags);
	atomic_thread_fence(memory_order_seq_cst);
}

void waitq_prepare(struct waitq *queue, struct wait_entry *entry, bool killable)
{
	prepare(queue, entry, killable, false);
}

void waitq_prepare_first(struct waitq *queue, struct wait_entry *entry, bool killable)
{
	prepare(queue, entry, killable, true);
}

/*
 * Whether a waker has taken the entry off and has released the queue's lock since, which
 * it took before it found the entry.
 */
static inline bool is_done_with(struct wait_entry *entry)
{
	return __atomic_load_n(&entry->woken, __ATOMIC_ACQUIRE) &&
	       spin_is_free(&entry->queue->lock);
}

static ALWAYS_INLINE void finish(struct wait_entry *entry)
{
	sched_wait_end();
	if (unlikely(!is_done_with(entry)))
		waitq_remove(entry);
}

void waitq_finish(struct wait_entry *entry)
{
	finish(entry);
}

void waitq_pass_on(struct wait_entry *entry)
{
	if (entry->woken)
		waitq_wake(entry->queue, 1);
}

void sched_wait_begin(bool killable)
{
	announce(cpu_task(), killable);
	atomic_thread_fence(memory_order_seq_cst);
}

void sched_wait_end(void)
{
	atomic_store_explicit(&cpu_task()->state, TASK_RUNNABLE, memory_order_relaxed);
}

static NOINLINE int sleep_until(uint64_t deadline)
{
	struct task *self = cpu_task();

	if (clock_monotonic() < deadline) {
		timer_start(&self->sleep_timer, deadline);
		sched_schedule(SCHED_SLEEP);
		timer_cancel(&self->sleep_timer);
	}
	return clock_monotonic() >= deadline ? -ETIMEDOUT : 0;
}

static inline bool is_killed(bool killable)
{
	return killable && atomic_load(&cpu_task()->killed);
}

static ALWAYS_INLINE int sleep_here(bool killable, uint64_t deadline)
{
	int error = 0;

	if (is_killed(killable))
		return -EINTR;
	if (unlikely(deadline))
		error = sleep_until(deadline);
	else
		sched_schedule(SCHED_SLEEP);
	return is_killed(killable) ? -EINTR : error;
}

int sched_wait(bool killable, uint64_t deadline)
{
	return sleep_here(killable, deadline);
}

int waitq_sleep(struct wait_entry *entry, bool killable, uint64_t deadline)
{
	int error = sleep_here(killable, deadline);

	finish(entry);
	return error;
}

int task_sleep_until(uint64_t deadline)
{
	int error;

	lockdep_may_sleep("task_sleep");
	do {
		sched_wait_begin(true);
		error = sched_wait(true, MAX(deadline, 1u));
		sched_wait_end();
	} while (!error);
	return error == -ETIMEDOUT ? 0 : error;
}

int task_sleep(uint64_t ns)
{
	uint64_t now = clock_monotonic();

	return task_sleep_until(ns < UINT64_MAX - now ? now + ns : UINT64_MAX);
}
