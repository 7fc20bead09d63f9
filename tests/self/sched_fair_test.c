/*
 * sched_fair_test.c: how a CPU is shared, in run time counted: by nice values, among
 * many, with sleepers; and what of that real-time tasks leave.
 *
 * A host that stops for a while is seen here as a task that ran for so long. The
 * scheduler makes it good, but only once each other task had its part of so much: of 100
 * tasks, 100 times as long. So a share is waited for, and when it does not come, once
 * more from the beginning: what is wrong here is wrong each time.
 */
#include "kernel/time/clock.h"
#include "tests/self/sched_helpers.h"

#define PATIENCE_NS (5 * NSEC_PER_SEC)
#define PATIENCE_MAX_NS (60 * NSEC_PER_SEC)

enum { MANY = 100, ATTEMPTS = 4, TURNS = 10 /* of each, on the average */ };

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

static uint64_t switches_of(unsigned n)
{
	uint64_t switches = 0;

	for (unsigned i = 0; i < n; i++)
		switches += tasks[i]->switches;
	return switches;
}

/* Whether what is asked of the spinners comes true; a slow host has few switches. */
static bool comes_true(bool (*is_true)(unsigned n, uint64_t ns), unsigned n, uint64_t ns)
{
	uint64_t start = clock_monotonic(), waited = 0;

	while (waited < PATIENCE_NS ||
	       (waited < PATIENCE_MAX_NS && switches_of(n) < n * TURNS)) {
		EXPECT_EQ(task_sleep(FAIR_SLICE_NS), 0);
		if (is_true(n, ns))
			return true;
		waited = clock_monotonic() - start;
	}
	return false;
}

static void expect(bool (*is_true)(unsigned n, uint64_t ns), const uint8_t *priorities,
		   unsigned n, unsigned slices)
{
	bool true_once = false;

	for (unsigned i = 0; i < ATTEMPTS && !true_once; i++) {
		true_once = start_spinners(priorities, n) &&
			    comes_true(is_true, n, slices * (uint64_t)FAIR_SLICE_NS);
		end_spinners(n);
	}
	EXPECT(true_once);
}

SELF_TEST("sched.equals_share", equals_share)
{
	static const uint8_t equals[] = { PRIORITY_NORMAL, PRIORITY_NORMAL,
					  PRIORITY_NORMAL };

	expect(is_shared, equals, ARRAY_SIZE(equals), 30);
}

SELF_TEST("sched.shares_by_nice", shares_by_nice)
{
	static const uint8_t nices[] = { PRIORITY_NORMAL, PRIORITY_NORMAL + 5,
					 PRIORITY_NORMAL - 5, PRIORITY_LOW,
					 PRIORITY_FAIR };

	expect(is_shared, nices, ARRAY_SIZE(nices), 60);
}

/*
 * Whether each has had its part, within two slices, of what all have had; but what one
 * had far beyond its part, since the host stopped, is not yet the others'.
 */
static bool nobody_starves(unsigned n, uint64_t at_least)
{
	uint64_t total = 0, shared = 0, weights = 0;

	for (unsigned i = 0; i < n; i++) {
		total += task_run_time(tasks[i]);
		weights += tasks[i]->fair.weight;
	}
	for (unsigned i = 0; i < n; i++)
		shared += MIN(task_run_time(tasks[i]),
			      total / weights * tasks[i]->fair.weight + FAIR_SLICE_NS);
	for (unsigned i = 0; i < n; i++)
		if (!tasks[i]->switches ||
		    task_run_time(tasks[i]) + 2ull * FAIR_SLICE_NS <
			    shared / weights * tasks[i]->fair.weight)
			return false;
	return shared >= at_least;
}

SELF_TEST("sched.many_starve_not", many_starve_not)
{
	static uint8_t priorities[MANY];

	for (unsigned i = 0; i < MANY; i++)
		priorities[i] = (uint8_t)(PRIORITY_NORMAL - 2 + i % 5);
	expect(nobody_starves, priorities, MANY, 2 * MANY);
}
