/*
 * task.h: what runs. A task is a stack in the kernel and a place in a run queue.
 *
 * A task lives from task_create until the last task_put after its end; while it runs it
 * owns itself one reference, the creator another. A kill is a request: waits of the
 * killed task return -EINTR, and it unwinds and ends by itself.
 */
#ifndef KERNEL_SCHED_TASK_H
#define KERNEL_SCHED_TASK_H

#include "kernel/sched/completion.h"
#include "kernel/sched/fair.h"
#include "kernel/sync/refcount.h"
#include "kernel/time/timer.h"

enum task_state {
	TASK_RUNNABLE,
	TASK_SLEEPING, /* a kill or a signal wakes it */
	TASK_BLOCKED,  /* only its wake-up does */
	TASK_DEAD,
};

/*
 * How urgent a task is, lower first: 0..98 are real-time (99 - sched_priority(7)) and run
 * before all others; 100..139 share the CPU fairly, nice -20..19.
 */
enum task_priority {
	PRIORITY_HIGH = 49, /* real-time, round robin */
	PRIORITY_FAIR = 100,
	PRIORITY_NORMAL = 120,
	PRIORITY_LOW = 139,
	PRIORITY_LEVELS = 140,
};

/* sched(7), by Linux's numbers. What is not fair and waits behind equals: */
enum task_policy {
	POLICY_FAIR = 0,
	POLICY_FIFO = 1, /* until it sleeps or yields */
	POLICY_RR = 2,	 /* until its slice is over */
};

#define CPUS_ALL UINT64_MAX

struct process;
struct mutex;
struct mutex_waiter;

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
	uint8_t policy;			 /* enum task_policy; of base_priority */
	uint8_t presence;		 /* sched/'s */
	uint8_t fair_priority;		 /* its own while it is fair: its nice value */
	uint64_t affinity;		 /* the CPUs where it may run */
	_Atomic uint32_t cpu;
	struct fair fair;
	struct list run_link; /* of a real-time task that waits */
	uint64_t rsp;	      /* while it does not run */
	uint64_t slice_left;  /* ns, of a real-time task */
	uint64_t run_time;    /* ns on a CPU, until since */
	uint64_t since; /* ns: it has the CPU, or has not had it, since about then */
	uint64_t switches;

	/* [a] */
	_Atomic bool killed;
	_Atomic bool on_cpu; /* its stack is in use */

	int exit_status;	 /* [I] once dead */
	struct completion ended; /* for task_join */
	struct list all_link;	 /* [task list lock] */
	struct process *process; /* proc/'s: descriptors; NULL for plain kernel tasks */
	struct lock_held *locks; /* lockdep: sleeping locks held; NULL: not checked */
	/* [mutex_wait.c's lock] its mutexes that others wait for; what it waits for */
	struct mutex *waited;
	struct mutex_waiter *waits;
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
 * Another CPU: cpus[cpu] is there, does not run yet. Makes its run queue and idle task
 * (cpu->run_queue, idle, task), on whose stack it starts: the top is in kernel_rsp.
 * -ENOMEM. May sleep. Then, on the CPU itself, with interrupts off and its interrupt
 * controller and timer ready: sched_cpu_run, which makes it one where tasks run.
 */
MUST_CHECK int sched_cpu_prepare(unsigned cpu);
NORETURN void sched_cpu_run(void);

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
/* Frees what task_put could not where it was called. The idle tasks do it, too. */
void task_reap(void);

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
/* Its own priority; a policy that does not go with it becomes RR or fair. Any context. */
void task_set_priority(struct task *task, unsigned priority);
/* The same with a policy: -EINVAL where they do not go together. Any context. */
MUST_CHECK int task_set_policy(struct task *task, enum task_policy policy,
			       unsigned priority);
/* nice(2), -20..19: of a real-time task, for when it will be fair again. Any context. */
void task_set_nice(struct task *task, int nice);
/* ns that its policy gives it at a time; 0: it has no slices. */
uint64_t task_slice(const struct task *task);
/*
 * Where it may run; when this returns it runs nowhere else. New tasks have it from their
 * creator. -EINVAL: none of these CPUs is there. Task context, no lock held.
 */
MUST_CHECK int task_set_affinity(struct task *task, uint64_t mask);
/*
 * The priority in force, of either class, whether it runs, is queued or sleeps: for locks
 * that lend one, and to take it back with the base priority. Any context.
 */
void sched_set_priority(struct task *task, unsigned priority);
/* As people give it: nice -20..19, or a real-time level 1..99, higher is more urgent. */
static inline int task_nice_or_level(const struct task *task)
{
	int base = task->base_priority;

	return base >= PRIORITY_FAIR ? base - PRIORITY_NORMAL : PRIORITY_FAIR - 1 - base;
}

/* CPUs where tasks run. */
uint64_t sched_cpus(void);

/* With a reference, or NULL. */
struct task *task_find(int id);
/* Calls visit for each, under the task list's lock. */
void task_visit(void (*visit)(struct task *task, void *context), void *context);
/* For a panic's report: at most max of them, without the lock. */
void task_visit_unlocked(unsigned max, void (*visit)(struct task *task, void *context),
			 void *context);
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
