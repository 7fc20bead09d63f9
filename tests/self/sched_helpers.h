/* sched_helpers.h: what tests of scheduling share. */
#ifndef TESTS_SELF_SCHED_HELPERS_H
#define TESTS_SELF_SCHED_HELPERS_H

#include "kernel/sched/task.h"
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

#endif
