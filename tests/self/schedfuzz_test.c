/*
 * schedfuzz_test.c: a planted race, which the fuzz of schedules finds, and finds again by
 * its seed: two tasks add to a number that nothing protects, with a place between reading
 * and writing where they can be preempted. All of it happens on one CPU: on several the
 * race needs no fuzz.
 */
#include "kernel/debug/log.h"
#include "kernel/debug/schedfuzz.h"
#include "kernel/sched/task.h"
#include "kernel/sync/preempt.h"
#include "kernel/x86/smp.h"
#include "tests/self/self.h"

enum { TASKS = 2, TIMES = 40, SEEDS = 20 };

static volatile unsigned number;

static int add(void *argument)
{
	for (unsigned i = 0; i < TIMES; i++) {
		unsigned old = number;

		preempt_disable();
		preempt_enable();
		number = old + 1;
		preempt_disable();
		preempt_enable();
	}
	return 0;
}

/* How many additions were lost under a seed. */
static unsigned lost_under(uint64_t seed)
{
	uint64_t before = schedfuzz_seed;
	struct task *tasks[TASKS];
	int status;

	number = 0;
	for (unsigned i = 0; i < TASKS; i++)
		if (task_create_stopped("adder", add, NULL, PRIORITY_NORMAL, &tasks[i]))
			tasks[i] = NULL;
		else
			EXPECT_EQ(task_set_affinity(tasks[i], 1), 0);
	schedfuzz_start(seed);
	for (unsigned i = 0; i < TASKS; i++)
		if (tasks[i])
			task_start(tasks[i]);
	for (unsigned i = 0; i < TASKS; i++) {
		EXPECT(tasks[i]);
		if (!tasks[i])
			continue;
		EXPECT_EQ(task_join(tasks[i], &status), 0);
		task_put(tasks[i]);
	}
	schedfuzz_start(before);
	return TASKS * TIMES - number;
}

SELF_TEST("schedfuzz.finds_a_race_again", finds_a_race_again)
{
	uint64_t seed = 0;
	unsigned lost = 0;

	EXPECT_EQ(task_set_affinity(cpu_task(), 1), 0);
	while (lost == 0 && seed < SEEDS)
		lost = lost_under(++seed);
	EXPECT(lost > 0);
	log_info("schedfuzz: seed %llu loses %u of %u", (unsigned long long)seed, lost,
		 (unsigned)(TASKS * TIMES));
	EXPECT(lost_under(seed) > 0);
	EXPECT(lost_under(seed) > 0);
	EXPECT_EQ(task_set_affinity(cpu_task(), cpu_online_mask()), 0);
}
