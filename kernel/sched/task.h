/*
 * task.h: what runs. A task is a stack in the kernel and a place in a run queue.
 *
 * A task lives from task_create until the last task_put after its end; while it runs it
 * owns itself one reference, the creator another. A kill is a request: waits of the
 * killed task return -EINTR, and it unwinds and ends by itself.
 */
#ifndef KERNEL_SCHED_TASK_H
#define KERNEL_SCHED_TASK_H

#include "kernel/sched/waitq.h"
#include "kernel/sync/refcount.h"
#include "kernel/time/timer.h"

enum task_state {
	TASK_RUNNABLE,
	TASK_SLEEPING, /* a kill or a signal wakes it */
	TASK_BLOCKED,  /* only its wake-up does */
	TASK_DEAD,
};

/* Lower runs first. Equal ones take turns. */
enum task_priority {
	PRIORITY_HIGH = 0,
	PRIORITY_NORMAL = 16,
	PRIORITY_LOW = 24,
	PRIORITY_LEVELS = 32,
};

struct process;

struct task {
	/* [I] after creation */
	int id;
	char name[24];
	void *stack; /* lowest address */
	size_t stack_size;
	int (*entry)(void *);
	void *argument;
	struct refcount refs;

	/* [run queue lock] of the task's CPU */
	_Atomic uint32_t state; /* the task itself sets how it is going to sleep */
	uint8_t priority, base_priority; /* in force (a mutex lends some); its own */
	_Atomic uint32_t cpu;
	struct list run_link;	       /* in no list while it runs or sleeps */
	uint64_t rsp;		       /* while it does not run */
	uint64_t slice_left;	       /* ns */
	uint64_t run_time, started_at; /* ns on a CPU; when it got it */
	uint64_t switches;

	/* [a] */
	_Atomic bool killed;
	_Atomic bool on_cpu; /* its stack is in use */

	int exit_status;	 /* [I] once dead */
	struct waitq ended;	 /* woken at the end, for task_join */
	struct list all_link;	 /* [task list lock] */
	struct process *process; /* proc/'s: descriptors; NULL for plain kernel tasks */
	struct lock_held *locks; /* lockdep: sleeping locks held; NULL: not checked */
	uint32_t mutexes;	 /* how many it holds; only it counts them */
	struct timer sleep_timer;
	struct task *next_dead; /* among those to be freed */
};

/*
 * The running code becomes task 0, with interrupts off; it may create tasks, must not
 * sleep, and ends by becoming the idle task, which lets the others run. After timer_init.
 */
void sched_init(void);
NORETURN void sched_idle(void);

/*
 * A new task that calls entry(argument) and ends with its result. Runs at once.
 * The result has a reference for the caller. -ENOMEM. May sleep.
 */
MUST_CHECK int task_create(const char *name, int (*entry)(void *), void *argument,
			   unsigned priority, struct task **result);
/* The same without starting it, to prepare fields; then task_start. */
MUST_CHECK int task_create_stopped(const char *name, int (*entry)(void *), void *argument,
				   unsigned priority, struct task **result);
void task_start(struct task *task);
void task_get(struct task *task);
void task_put(struct task *task); /* any context */

NORETURN void task_exit(int status);
/* Asks it to end; see above. Any context. */
void task_kill(struct task *task);
bool task_killed(void); /* the running one */
/* Waits for the end; 0 and *status, or -EINTR. */
MUST_CHECK int task_join(struct task *task, int *status);

/* Lets equals run. */
void task_yield(void);
/* 0, or -EINTR when killed. */
MUST_CHECK int task_sleep(uint64_t ns);
MUST_CHECK int task_sleep_until(uint64_t deadline);
/* Any context. */
void task_set_priority(struct task *task, unsigned priority);

/* With a reference, or NULL. */
struct task *task_find(int id);
/* Calls visit for each, under the task list's lock. */
void task_visit(void (*visit)(struct task *task, void *context), void *context);
const char *task_state_name(const struct task *task);
/* ns that it has had a CPU, until now. */
uint64_t task_run_time(const struct task *task);

/* Hooks for proc/: called in a task's own context before it ends. */
extern void (*task_exit_hook)(struct task *task);

/* Totals of all CPUs since boot, for /proc and the monitor. */
struct sched_stats {
	uint64_t switches, idle_ns;
};
void sched_stats(struct sched_stats *stats);

#endif
