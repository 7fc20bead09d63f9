/*
 * internal.h: run queues and the switch, for sched/ alone.
 *
 * A CPU's run queue has a list for each real-time priority and, behind them all, the fair
 * queue (fair.h). The task that runs is in neither, but a fair one stays a member of the
 * fair queue while it runs.
 *
 * A task belongs to one CPU's run queue at a time, whose lock protects its state. The
 * lock is held across the switch, from the old task's decision to the new task's first
 * step (sched_after_switch): whoever has the lock finds each task either running (the
 * CPU's task), queued, on its way to another CPU, or asleep and off its stack. The one
 * change without the lock is a task's own, from TASK_RUNNABLE to how it goes to sleep:
 *
 *	task				waker
 *	state = TASK_SLEEPING
 *	condition? no			condition = true
 *	sched_schedule			sched_wake: takes the lock
 *	  takes the lock		  state = TASK_RUNNABLE; queued unless it
 *	  state: sleeps or goes on	  is running, still or again
 *
 * A task changes its CPU (sched_move) while it is off its stack, in three steps: marked
 * and given its new CPU under the old queue's lock, then, with no lock held, queued under
 * the new one's. Two run queue locks are never held together. Whoever wants the task in
 * between follows task->cpu to the new queue's lock, and must know by the mark that the
 * mover is still to come:
 *
 *	mover				waker, or who changes its priority or affinity
 *	lock of the old queue
 *	  presence = PRESENCE_MOVING
 *	  cpu = new			sched_lock_task: reads the old cpu,
 *	unlock				  gets the old lock, cpu is another: once more
 *					lock of the new queue
 *					  MOVING: changes its fields, queues nothing
 *					unlock
 *	lock of the new queue
 *	  may it still run here? no: on to another, as above
 *	  queued, by the fields as they are now
 *	unlock
 */
#ifndef KERNEL_SCHED_INTERNAL_H
#define KERNEL_SCHED_INTERNAL_H

#include "kernel/sched/task.h"

enum {
	PRIORITY_IDLE = PRIORITY_LEVELS, /* after all others */
	LEVELS = PRIORITY_FAIR,		 /* lists of real-time tasks */
	LEVEL_WORDS = (LEVELS + 63) / 64,
	TASK_STACK_SIZE = 16384,
};
#define RR_SLICE_NS (10 * NSEC_PER_MSEC)
/*
 * While fair tasks wait, real-time ones have a CPU for so much of each period: a runaway
 * must leave the console enough to be ended from there. As Linux's sched_rt_runtime_us.
 */
#define RT_PERIOD_NS (1000 * NSEC_PER_MSEC)
#define RT_BUDGET_NS (950 * NSEC_PER_MSEC)

/* Where a task is; [run queue lock]. */
enum presence {
	PRESENCE_NONE, /* it runs or sleeps */
	PRESENCE_QUEUED,
	PRESENCE_MOVING, /* runnable, on its way to the queue of task->cpu */
};

/* What is left to do when a task's stack has been left. */
enum departure {
	DEPARTS_NOT,
	DEPARTS_DEAD,
	DEPARTS_AWAY, /* to another CPU */
};

struct run_queue {
	struct spinlock lock;
	struct cpu *cpu;   /* [I] */
	struct task *idle; /* [I] */
	/* [lock]; count, urgency and fair.weight are read without it, as hints */
	struct fair_queue fair;
	uint64_t levels_used[LEVEL_WORDS]; /* bit n: levels[n] is not empty */
	struct list levels[LEVELS];
	unsigned count;	   /* tasks queued */
	unsigned rt_count; /* real-time ones of them */
	unsigned urgency;  /* priority of the task that runs */
	enum departure departure;
	struct task *previous;	     /* who ran before, while its stack is being left */
	uint64_t rt_window, rt_used; /* ns: begin of the period; what went in it */
	uint64_t switches;
	/* The CPU's own, with interrupts off. */
	uint64_t alarm; /* when the timer will tell us to look again; 0: never */
	uint64_t balanced_at;
};

static inline bool is_fair(const struct task *task)
{
	return task->priority >= PRIORITY_FAIR;
}

static inline bool may_run_on(const struct task *task, unsigned cpu)
{
	return task->affinity >> cpu & 1;
}

static inline struct task *fair_task(struct fair *fair)
{
	return container_of(fair, struct task, fair);
}

/* Tasks that want the CPU, by weight; a real-time one counts as the heaviest fair one. */
static inline uint64_t run_queue_load(const struct run_queue *rq)
{
	enum { RT_WEIGHT = 88818 };

	return rq->fair.weight +
	       (rq->rt_count + (rq->urgency < PRIORITY_FAIR)) * RT_WEIGHT;
}

/* All with the lock of rq. Books the time since the last look on the task that runs. */
static inline void run_queue_account(struct run_queue *rq, struct task *running,
				     uint64_t now)
{
	uint64_t used = now - running->since;

	if (unlikely((int64_t)used <= 0))
		return; /* another CPU's clock may be a little behind */
	running->since = now;
	running->run_time += used;
	if (likely(running->priority - (unsigned)PRIORITY_FAIR < FAIR_NICES)) {
		fair_ran(&rq->fair, &running->fair, used);
	} else if (running != rq->idle) {
		running->slice_left -= MIN(used, running->slice_left);
		rq->rt_used += used;
	}
}

/* queue.c, still with the lock. Asks the queue's CPU for something (enum need). */
void run_queue_ask(struct run_queue *rq, uint32_t need);

/* To decide anew. */
static inline void run_queue_resched(struct run_queue *rq)
{
	run_queue_ask(rq, NEED_CHOICE);
}

void run_queue_init(struct run_queue *rq, struct cpu *cpu, struct task *idle);
/* Puts a real-time task that was neither running nor queued; takes one. */
void run_queue_add_realtime(struct run_queue *rq, struct task *task, bool at_head);
void run_queue_remove_realtime(struct run_queue *rq, struct task *task);

/* The same for any task; a fair one is a member already, and stays one. */
static inline void run_queue_add(struct run_queue *rq, struct task *task, bool at_head)
{
	task->presence = PRESENCE_QUEUED;
	rq->count++;
	if (likely(is_fair(task)))
		fair_link(&rq->fair, &task->fair);
	else
		run_queue_add_realtime(rq, task, at_head);
}

static inline void run_queue_remove(struct run_queue *rq, struct task *task)
{
	task->presence = PRESENCE_NONE;
	rq->count--;
	if (likely(is_fair(task)))
		fair_unlink(&rq->fair, &task->fair);
	else
		run_queue_remove_realtime(rq, task);
}

/* The same with its joining and leaving of the fair queue; enqueue asks for a decision
 * where the task is better than the one that runs. */
void run_queue_enqueue(struct run_queue *rq, struct task *task, bool at_head,
		       uint64_t now);
void run_queue_dequeue(struct run_queue *rq, struct task *task, uint64_t now);
/* Who is next, off the queue; previous goes on and is put back, or leaves. Where
 * real-time tasks are: */
struct task *run_queue_choose_of_all(struct run_queue *rq, struct task *previous,
				     bool goes_on, bool yields, uint64_t now);

/* One that ran, fair and not idle, leaves (NULL), or goes on as the result. */
static inline struct fair *run_queue_fair_ran(struct run_queue *rq, struct fair *fair,
					      bool goes_on, bool yields, uint64_t now)
{
	if (!goes_on) {
		fair_leave(&rq->fair, fair, now);
		return NULL;
	}
	if (yields && rq->count)
		fair_yield(&rq->fair, fair);
	return fair;
}

/* Of all cases; inlined, since this is every switch's. */
static ALWAYS_INLINE struct task *run_queue_choose(struct run_queue *rq,
						   struct task *previous, bool goes_on,
						   bool yields, uint64_t now)
{
	struct fair *running = NULL, *best;

	if (unlikely(rq->rt_count || !is_fair(previous)))
		return run_queue_choose_of_all(rq, previous, goes_on, yields, now);
	if (previous != rq->idle)
		running = run_queue_fair_ran(rq, &previous->fair, goes_on, yields, now);
	best = fair_pick(&rq->fair, running);
	if (best == running)
		return running ? previous : rq->idle;
	fair_task(best)->presence = PRESENCE_NONE;
	if (running) {
		previous->presence = PRESENCE_QUEUED;
		fair_swap(&rq->fair, best, running);
	} else {
		rq->count--;
		fair_unlink(&rq->fair, best);
	}
	return fair_task(best);
}

/* When the task that runs must be looked at again, while real-time ones are there. */
uint64_t run_queue_realtime_alarm(const struct run_queue *rq, const struct task *running);

/* The same in all cases; 0: never. */
static inline uint64_t run_queue_alarm(const struct run_queue *rq,
				       const struct task *running)
{
	if (rq->count == 0 && likely(is_fair(running)))
		return 0;
	if (unlikely(rq->rt_count || !is_fair(running)))
		return run_queue_realtime_alarm(rq, running);
	return running->since + fair_time_left(&running->fair);
}

/*
 * Sees to it that the CPU, which is this one, looks again then or earlier: an alarm that
 * is too early, since another task runs now or nobody waits any more, is moved when it
 * comes (slice_ended), so a switch seldom has to set one.
 */
static inline void run_queue_set_alarm(struct run_queue *rq, const struct task *running)
{
	uint64_t alarm = run_queue_alarm(rq, running);

	/* 0, none, is later than all. */
	if (likely(alarm - 1 >= rq->alarm - 1))
		return;
	rq->alarm = alarm;
	timer_set_slice(alarm);
}

/* Whether a task that has just been queued should run instead of the one that does. */
static inline bool run_queue_is_better(const struct run_queue *rq,
				       const struct task *task,
				       const struct task *running)
{
	if (unlikely(!is_fair(task)))
		return task->priority < running->priority;
	if (running == rq->idle)
		return true;
	return is_fair(running) && fair_preempts(&rq->fair, &task->fair, &running->fair);
}

/* run_queue_enqueue, inlined for wake-ups. */
static ALWAYS_INLINE void run_queue_enqueue_here(struct run_queue *rq, struct task *task,
						 bool at_head, uint64_t now)
{
	struct task *running = rq->cpu->task;

	run_queue_account(rq, running, now);
	if (likely(is_fair(task)))
		fair_join(&rq->fair, &task->fair, now);
	run_queue_add(rq, task, at_head);
	if (run_queue_is_better(rq, task, running)) {
		run_queue_ask(rq, NEED_CHOICE);
	} else if (rq->count == 1 || unlikely(!is_fair(task) || !is_fair(running))) {
		/* It may be the first that the one that runs has to share with. */
		if (likely(rq->cpu == cpu_this()))
			run_queue_set_alarm(rq, running);
		else
			run_queue_ask(rq, NEED_ALARM); /* only the CPU can set it */
	}
}

/* place.c: with the lock of rq, interrupts off: task, off its stack and not queued,
 * becomes queued at cpu, or wherever else it may run. Releases the lock. */
void sched_move(struct run_queue *rq, struct task *task, unsigned cpu);
/* The best CPU for a task that becomes runnable and was at `previous`. */
unsigned sched_choose_of_several(const struct task *task, unsigned previous);
extern _Atomic uint64_t sched_online; /* CPUs that run tasks */

static inline unsigned sched_choose_cpu(const struct task *task, unsigned previous)
{
	if (likely(atomic_load_explicit(&sched_online, memory_order_relaxed) == 1))
		return 0;
	return sched_choose_of_several(task, previous);
}

/* balance.c: an idle CPU takes a task that waits elsewhere, and says if it did; a busy
 * one gives some away, from its slice's alarm. */
bool sched_pull(struct run_queue *rq);
void sched_push(struct run_queue *rq);
/*
 * CPUs that halt, each set by itself. Whoever sends a task to one takes its bit before,
 * so that two do not choose the same; a bit may be left of a CPU that works again.
 */
extern _Atomic uint64_t sched_idle_mask;
/* One of the mask that halts and whose bit is taken now, or false. */
bool sched_claim_idle(uint64_t mask, unsigned *cpu);

/* Why the running task calls sched_schedule. */
enum sched_reason {
	SCHED_SLEEP,   /* its state says so, unless it was woken meanwhile */
	SCHED_YIELD,   /* lets its equals run first */
	SCHED_PREEMPT, /* it goes on later, whatever its state */
};

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
/* The same in any sleep, for who has a lock, interrupts off: as all wakers do. */
void sched_wake_locked(struct task *task);
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

/* mutex_debug.c: reports tasks that wait for each other. With the lock of all queues. */
#if CONFIG_DEBUG
void mutex_check_circle(const struct task *self);
/* Logs where a task took a mutex that others wait for. */
void mutex_log_holder(const struct mutex *mutex, const struct task *owner);
#else
static inline void mutex_log_holder(const struct mutex *mutex, const struct task *owner)
{
}

static inline void mutex_check_circle(const struct task *self)
{
}
#endif

#endif
