/*
 * internal.h: run queues and the switch, for sched/ alone.
 *
 * A run queue is a list for each priority and a bit map of the lists in use, so that the
 * most urgent task is found in one step.
 *
 * A task belongs to one CPU's run queue at a time, whose lock protects its state. The
 * lock is held across the switch, from the old task's decision to the new task's first
 * step (sched_after_switch): whoever has the lock finds each task either running (the
 * CPU's task), queued (run_link in a list), or off its stack. The one change without
 * the lock is a task's own, from TASK_RUNNABLE to how it is going to sleep:
 *
 *	task				waker
 *	state = TASK_SLEEPING
 *	condition? no			condition = true
 *	sched_schedule			sched_wake: takes the lock
 *	  takes the lock		  state = TASK_RUNNABLE; queued unless it
 *	  state: sleeps or goes on	  is running, still or again
 */
#ifndef KERNEL_SCHED_INTERNAL_H
#define KERNEL_SCHED_INTERNAL_H

#include "kernel/sched/task.h"

enum {
	PRIORITY_IDLE = PRIORITY_LEVELS, /* after all others */
	LEVEL_WORDS = (PRIORITY_LEVELS + 63) / 64,
	TASK_STACK_SIZE = 16384,
};
#define SLICE_NS (10 * NSEC_PER_MSEC)

struct run_queue {
	struct spinlock lock;
	struct cpu *cpu;   /* [I] */
	struct task *idle; /* [I] */
	/* [lock] */
	uint64_t levels_used[LEVEL_WORDS]; /* bit n: levels[n] is not empty */
	unsigned count;			   /* tasks queued */
	struct list levels[PRIORITY_LEVELS];
	struct task *previous; /* who ran before, while its stack is being left */
	uint64_t switches;
};

/* Why the running task calls sched_schedule. */
enum sched_reason {
	SCHED_SLEEP,   /* its state says so, unless it was woken meanwhile */
	SCHED_YIELD,   /* lets its equals run first */
	SCHED_PREEMPT, /* it goes on later, whatever its state */
};

/* All with the lock of rq. */
static inline void run_queue_add(struct run_queue *rq, struct task *task, bool at_head)
{
	struct list *level = &rq->levels[task->priority];

	if (at_head)
		list_add_head(level, &task->run_link);
	else
		list_add_tail(level, &task->run_link);
	rq->levels_used[task->priority / 64] |= 1ull << task->priority % 64;
	rq->count++;
}

static inline void run_queue_remove(struct run_queue *rq, struct task *task)
{
	list_remove(&task->run_link);
	if (list_is_empty(&rq->levels[task->priority]))
		rq->levels_used[task->priority / 64] &= ~(1ull << task->priority % 64);
	rq->count--;
}

/* The most urgent task, taken off; the idle task when there is none. */
static inline struct task *run_queue_take(struct run_queue *rq)
{
	for (unsigned i = 0; i < LEVEL_WORDS; i++) {
		struct task *task;
		unsigned level;

		if (!rq->levels_used[i])
			continue;
		level = 64 * i + (unsigned)__builtin_ctzll(rq->levels_used[i]);
		task = list_entry(rq->levels[level].next, struct task, run_link);
		run_queue_remove(rq, task);
		return task;
	}
	return rq->idle;
}

/* Whether a task of this priority is queued. */
static inline bool run_queue_has(const struct run_queue *rq, unsigned priority)
{
	return priority < PRIORITY_LEVELS &&
	       rq->levels_used[priority / 64] & 1ull << priority % 64;
}

/* The lock of a task's run queue. */
struct run_queue *sched_lock_task(struct task *task, uint64_t *flags);
/* Switches to the best task. Returns when it is this one's turn again. */
void sched_schedule(enum sched_reason reason);
/* A new task's first step, on its own stack. */
void sched_after_switch(void);
/* Queues a new task on the least busy CPU. */
void sched_start(struct task *task);
/* Wakes the task if its state is one of from (bits 1 << TASK_...). Any context. */
bool sched_wake(struct task *task, unsigned from);
#define SCHED_WAKE_ANY (1u << TASK_SLEEPING | 1u << TASK_BLOCKED)

/*
 * What waits are made of: announce, look at the condition, sleep. After the look or the
 * sleep the state is set back by sched_wait_end.
 */
void sched_wait_begin(bool killable);
/* 0: woken, perhaps for nothing; -EINTR, -ETIMEDOUT. */
int sched_wait(bool killable, uint64_t deadline);
void sched_wait_end(void);

/* waitq.c: as waitq_prepare, in front of the others: for who waited before. */
void waitq_prepare_first(struct waitq *queue, struct wait_entry *entry, bool killable);
/* With the queue's lock: the first that waits as a task, or NULL; wakes one of them. */
struct wait_entry *waitq_first(struct waitq *queue);
void waitq_wake_entry(struct wait_entry *entry);

/*
 * mutex.c: a mutex that the lock checker does not see, for what is built on one and has
 * a class of its own.
 */
struct mutex;
void mutex_enter(struct mutex *mutex);
MUST_CHECK bool mutex_enter_try(struct mutex *mutex);
void mutex_leave(struct mutex *mutex);

/* mutex_wait.c: one who waits, on its own stack. */
struct mutex_waiter {
	struct list link;
	struct task *task;
	struct mutex *mutex;
	bool woken; /* the mutex was released for it; it has not looked yet */
};
/* The slow halves of taking (0 or -EINTR) and releasing. */
int mutex_wait(struct mutex *mutex, struct task *self, bool killable);
void mutex_release(struct mutex *mutex, struct task *self);
/* A task's own priority is another: puts in force what is due now. Any context. */
void mutex_priority_changed(struct task *task);
/* NULL: nobody's. It may end meanwhile, unless somebody is known to wait. */
struct task *mutex_owner(const struct mutex *mutex);

/* task.c */
void task_cache_init(void);
/* What needs no memory: of task 0, too. */
void task_init(struct task *task, const char *name, unsigned priority);
/* A task that runs from its start: NULL without memory. */
struct task *task_new_idle(unsigned cpu);
/* Drops a dead task's own reference, from the stack of another. Any context. */
void task_release_dead(struct task *task);
/* Frees what task_put could not where it was called. Task context. */
void task_reap(void);

/* mutex_debug.c: reports tasks that wait for each other. With the lock of all queues. */
#if CONFIG_DEBUG
void mutex_check_circle(const struct task *self);
#else
static inline void mutex_check_circle(const struct task *self)
{
}
#endif

#endif
