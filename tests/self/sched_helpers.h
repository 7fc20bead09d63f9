/* sched_helpers.h: what tests of scheduling share. */
#ifndef TESTS_SELF_SCHED_HELPERS_H
#define TESTS_SELF_SCHED_HELPERS_H

#include "kernel/sched/task.h"
#include "lib/errno.h"
#include "tests/self/self.h"

static inline void let_run_on(struct task *task, uint64_t mask)
{
	EXPECT_EQ(task_set_affinity(task, mask), 0);
}

/* This task, and those that it creates from here on, have one CPU: as if there were no
 * other. */
static inline void pin(void)
{
	let_run_on(cpu_task(), 1ull << atomic_load(&cpu_task()->cpu));
}

static inline void unpin(void)
{
	let_run_on(cpu_task(), CPUS_ALL);
}

/* A task, or NULL and a failed test. end_task bears that. */
static inline void start_task(const char *name, int (*entry)(void *), void *argument,
			      unsigned priority, struct task **task)
{
	*task = NULL;
	if (task_create(name, entry, argument, priority, task))
		self_fail(__FILE__, __LINE__, "no memory for %s", name);
}

/* Waits for its end, and gives the reference back; its status, -ESRCH: there is none. */
static inline int end_task(struct task *task)
{
	int status = -ESRCH;

	if (!task)
		return status;
	EXPECT_EQ(task_join(task, &status), 0);
	task_put(task);
	return status;
}

#endif
