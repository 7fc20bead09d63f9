/*
 * sched_fair_test.c: how a CPU is shared, in run time counted: by nice values, among
 * many, with sleepers; and what of that real-time tasks leave.
 *
 * A host that stops for a while is seen here as a task that ran for so long, which the
 * scheduler then makes good. So a share is waited for: the tests end as soon as it is
 * what it should be, and fail when that never comes.
 */
#include "kernel/time/clock.h"
#include "tests/self/sched_helpers.h"

#define PATIENCE_NS (20 * NSEC_PER_SEC)

enum { MANY = 100 };

static atomic_bool stop;
static struct task *tasks[MANY];

static int spin(void *argument)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		cpu_relax();
	return 0;
}

/* Starts n tasks that spin, on one CPU, where we run before all of them. */
static bool start_spinners(const uint8_t *priorities, unsigned n)
{
	bool all = true;

	pin();
	task_set_priority(cpu_task(), PRIORITY_HIGH);
	atomic_store(&stop, false);
	for (unsigned i = 0; i < n; i++) {
		tasks[i] = NULL;
		all &= task_create("spin", spin, NULL, priorities[i], &tasks[i]) == 0;
	}
	EXPECT(all);
	return all;
}

static void end_spinners(unsigned n)
{
	atomic_store(&stop, true);
	for (unsigned i = 0; i < n; i++) {
		if (!tasks[i])
			continue;
		EXPECT_EQ(task_join(tasks[i], NULL), 0);
		task_put(tasks[i]);
	}
	task_set_priority(cpu_task(), PRIORITY_NORMAL);
	unpin();
}

/*
 * Whether each has had its part of what all have had, within some slices: by the theory
 * one, while none is late to give up the CPU.
 */
static bool is_shared(unsigned n, uint64_t at_least)
{
	static uint64_t times[MANY];
	uint64_t total = 0, weights = 0, bound = 2ull * FAIR_SLICE_NS;

	for (unsigned i = 0; i < n; i++) {
		times[i] = task_run_time(tasks[i]);
		total += times[i];
		weights += tasks[i]->fair.weight;
	}
	for (unsigned i = 0; i < n; i++) {
		uint64_t due = total / weights * tasks[i]->fair.weight;

		if (times[i] + bound < due || due + bound < times[i])
			return false;
	}
	return total >= at_least;
}

static void expect_shares(const uint8_t *priorities, unsigned n, unsigned slices)
{
	uint64_t deadline = clock_monotonic() + PATIENCE_NS;
	bool shared = false;

	if (start_spinners(priorities, n)) {
		while (!shared && clock_monotonic() < deadline) {
			EXPECT_EQ(task_sleep(FAIR_SLICE_NS), 0);
			shared = is_shared(n, slices * (uint64_t)FAIR_SLICE_NS);
		}
		EXPECT(shared);
	}
	end_spinners(n);
}

SELF_TEST("sched.equals_share", equals_share)
{
	static const uint8_t equals[] = { PRIORITY_NORMAL, PRIORITY_NORMAL,
					  PRIORITY_NORMAL };

	expect_shares(equals, ARRAY_SIZE(equals), 30);
}

SELF_TEST("sched.shares_by_nice", shares_by_nice)
{
	static const uint8_t nices[] = { PRIORITY_NORMAL, PRIORITY_NORMAL + 5,
					 PRIORITY_NORMAL - 5, PRIORITY_LOW,
					 PRIORITY_FAIR };

	expect_shares(nices, ARRAY_SIZE(nices), 60);
}

SELF_TEST("sched.many_starve_not", many_starve_not)
{
	static uint8_t priorities[MANY];
	uint64_t deadline = clock_monotonic() + PATIENCE_NS;
	unsigned ran = 0;

	for (unsigned i = 0; i < MANY; i++)
		priorities[i] = (uint8_t)(PRIORITY_NORMAL - 2 + i % 5);
	if (start_spinners(priorities, MANY))
		while (ran < MANY && clock_monotonic() < deadline) {
			EXPECT_EQ(task_sleep(5 * FAIR_SLICE_NS), 0);
			for (ran = 0; ran < MANY && tasks[ran]->switches > 1;)
				ran++;
		}
	EXPECT_EQ(ran, MANY);
	end_spinners(MANY);
}
