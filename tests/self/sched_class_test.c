/*
 * sched_class_test.c: real-time policies, by the order in which tasks get a CPU; where
 * tasks run: affinity while it changes, work for CPUs that have none; how long a sleeper
 * waits, in turns of others.
 */
#include "kernel/time/clock.h"
#include "tests/self/sched_helpers.h"

#define PATIENCE_NS (30 * NSEC_PER_SEC)

enum {
	ABOVE = 10, /* what the test itself runs at, on one CPU with the others */
	LEVEL = 60, /* the tasks that are looked at */
	TASKS = 4,
	ROUNDS = 5,
	MOVES = 300, /* changes of affinity */
};

static struct task *tasks[TASKS];
static atomic_bool stop;
static unsigned notes[TASKS * ROUNDS]; /* who ran, in order */
static atomic_uint noted;

static void begin(void)
{
	pin();
	task_set_priority(cpu_task(), ABOVE);
	atomic_store(&stop, false);
	atomic_store(&noted, 0);
}

static void end_all(void)
{
	atomic_store(&stop, true);
	for (unsigned i = 0; i < TASKS; i++) {
		if (tasks[i]) {
			EXPECT_EQ(task_join(tasks[i], NULL), 0);
			task_put(tasks[i]);
		}
		tasks[i] = NULL;
	}
	task_set_priority(cpu_task(), PRIORITY_NORMAL);
	unpin();
}

static void start(unsigned i, int (*entry)(void *), enum task_policy policy,
		  unsigned priority)
{
	if (task_create_stopped("class", entry, (void *)(uintptr_t)i, priority,
				&tasks[i])) {
		self_fail(__FILE__, __LINE__, "no memory");
		return;
	}
	EXPECT_EQ(task_set_policy(tasks[i], policy, priority), 0);
	task_start(tasks[i]);
}

/* Lets the others run until done says so. */
static void wait_until(bool (*done)(void))
{
	uint64_t deadline = clock_monotonic() + PATIENCE_NS;

	while (!done() && clock_monotonic() < deadline)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT(done());
}

static int spin(void *argument)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		cpu_relax();
	return 0;
}

static int note_and_yield(void *argument)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		notes[atomic_fetch_add(&noted, 1)] = (unsigned)(uintptr_t)argument;
		task_yield();
	}
	return 0;
}

static bool all_noted(void)
{
	return atomic_load(&noted) == TASKS * ROUNDS;
}

/* POSIX.1-2017, 2.8.4: who yields goes to the tail of its list. */
SELF_TEST("sched.fifo_yields_to_the_tail", fifo_yields)
{
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start(i, note_and_yield, POLICY_FIFO, LEVEL);
	wait_until(all_noted);
	for (unsigned i = 0; i < TASKS * ROUNDS; i++)
		EXPECT_EQ(notes[i], i % TASKS);
	end_all();
}

static bool first_was_preempted(void)
{
	return tasks[0]->switches > ROUNDS;
}

static bool third_had_a_turn(void)
{
	return tasks[2]->switches > 0;
}

static bool second_had_a_turn(void)
{
	return tasks[1]->switches > 0;
}

/* The same: who is preempted stays at the head, however often; without slices. */
SELF_TEST("sched.fifo_preempted_stays_first", fifo_stays_first)
{
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start(i, spin, POLICY_FIFO, LEVEL);
	wait_until(first_was_preempted);
	for (unsigned i = 1; i < TASKS; i++)
		EXPECT_EQ(tasks[i]->switches, 0);
	/* A more urgent one passes all, a queued one that is made so, too. */
	EXPECT_EQ(task_set_policy(tasks[2], POLICY_FIFO, LEVEL - 1), 0);
	wait_until(third_had_a_turn);
	EXPECT_EQ(tasks[1]->switches, 0);
	/* And one that runs and is made less urgent gives way. */
	EXPECT_EQ(task_set_policy(tasks[2], POLICY_FIFO, LEVEL + 1), 0);
	EXPECT_EQ(task_set_policy(tasks[0], POLICY_FIFO, LEVEL + 1), 0);
	wait_until(second_had_a_turn);
	EXPECT_EQ(tasks[3]->switches, 0);
	end_all();
}

static bool all_had_turns(void)
{
	for (unsigned i = 0; i < TASKS; i++)
		if (tasks[i]->switches < 3)
			return false;
	return true;
}

SELF_TEST("sched.rr_takes_turns", rr_takes_turns)
{
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start(i, spin, POLICY_RR, LEVEL);
	wait_until(all_had_turns);
	end_all();
}

static uint64_t turns_awaited;

static bool fair_had_its_turns(void)
{
	return tasks[1]->switches > turns_awaited;
}

/*
 * A runaway of the highest class leaves some of each second to the fair ones. A turn in
 * which the host stops us looks longer than it was, so there are a few.
 */
SELF_TEST("sched.realtime_leaves_some", realtime_leaves_some)
{
	bool more = false;

	begin();
	start(0, spin, POLICY_FIFO, LEVEL);
	start(1, spin, POLICY_FAIR, PRIORITY_NORMAL);
	for (turns_awaited = 1; turns_awaited < 6 && !more; turns_awaited++) {
		wait_until(fair_had_its_turns);
		more = task_run_time(tasks[0]) > 4 * task_run_time(tasks[1]);
	}
	EXPECT(more);
	end_all();
}

SELF_TEST("sched.policies_and_priorities_go_together", go_together)
{
	struct task *self = cpu_task();

	EXPECT_EQ(task_set_policy(self, POLICY_FIFO, PRIORITY_NORMAL), -EINVAL);
	EXPECT_EQ(task_set_policy(self, POLICY_FAIR, LEVEL), -EINVAL);
	EXPECT_EQ(task_set_policy(self, POLICY_FAIR, PRIORITY_LEVELS), -EINVAL);
	EXPECT_EQ(task_set_policy(self, POLICY_RR, PRIORITY_FAIR - 1), -EINVAL);
	EXPECT_EQ(task_set_affinity(self, 0), -EINVAL);
	EXPECT_EQ(task_set_affinity(self, ~sched_cpus()), -EINVAL);
	EXPECT_EQ(self->policy, POLICY_FAIR);
	task_set_priority(self, LEVEL);
	EXPECT_EQ(self->policy, POLICY_RR);
	task_set_priority(self, PRIORITY_NORMAL);
	EXPECT_EQ(self->policy, POLICY_FAIR);
}

/* Where each may be seen: both masks while one is changed for the other. */
static _Atomic uint64_t masks[TASKS];
static atomic_uint astray, looks;

static int look_where(void *argument)
{
	unsigned which = (unsigned)(uintptr_t)argument;

	for (unsigned i = 0; !atomic_load(&stop); i++) {
		uint32_t here;

		preempt_disable();
		here = cpu_this()->id;
		if (!(atomic_load(&masks[which]) >> here & 1))
			atomic_fetch_add(&astray, 1);
		preempt_enable();
		atomic_fetch_add(&looks, 1);
		if (i % 512 == 511)
			EXPECT_EQ(task_sleep(1000), 0);
		else if (i % 64 == 63)
			task_yield();
	}
	return 0;
}

SELF_TEST("sched.affinity_holds", affinity_holds)
{
	uint64_t cpus_now = sched_cpus(), deadline = clock_monotonic() + PATIENCE_NS;
	uint32_t random = 1;

	atomic_store(&stop, false);
	atomic_store(&astray, 0);
	for (unsigned i = 0; i < TASKS; i++) {
		atomic_store(&masks[i], cpus_now);
		start(i, look_where, POLICY_FAIR, PRIORITY_NORMAL);
	}
	for (unsigned i = 0; i < MOVES && clock_monotonic() < deadline; i++) {
		unsigned which = i % TASKS;
		uint64_t mask;

		random = random * 1664525 + 1013904223;
		mask = (random >> 16) & cpus_now;
		if (!mask || !tasks[which])
			continue;
		atomic_fetch_or(&masks[which], mask);
		EXPECT_EQ(task_set_affinity(tasks[which], mask), 0);
		atomic_store(&masks[which], mask);
		if (i % 16 == 0)
			EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	}
	end_all();
	EXPECT_EQ(atomic_load(&astray), 0);
	EXPECT(atomic_load(&looks) > 0);
}

static bool work_is_spread(void)
{
	unsigned different = 0;
	uint64_t seen = 0;

	for (unsigned i = 0; i < TASKS; i++) {
		uint64_t bit = 1ull << atomic_load(&tasks[i]->cpu);

		different += tasks[i]->switches && !(seen & bit);
		seen |= tasks[i]->switches ? bit : 0;
	}
	return different >= MIN(cpu_count, (unsigned)TASKS);
}

/* All start on one CPU and may then run on any. */
SELF_TEST("sched.idle_cpus_get_work", idle_cpus_get_work)
{
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start(i, spin, POLICY_FAIR, PRIORITY_NORMAL);
	for (unsigned i = 0; i < TASKS; i++)
		if (tasks[i])
			let_run_on(tasks[i], CPUS_ALL);
	task_set_priority(cpu_task(), PRIORITY_NORMAL);
	wait_until(work_is_spread);
	end_all();
}

static struct waitq bell;
static atomic_uint rung;
static atomic_bool slept;
static unsigned late;

static unsigned turns_of_others(void)
{
	uint64_t turns = 0;

	for (unsigned i = 1; i < TASKS; i++)
		turns += tasks[i]->switches;
	return (unsigned)turns;
}

static int answer_bell(void *argument)
{
	for (unsigned i = 1; i <= ROUNDS; i++) {
		waitq_wait_always(&bell, atomic_load(&rung) >> 16 == i);
		late += ((turns_of_others() - atomic_load(&rung)) & 0xffff) > TASKS + 1;
		atomic_store(&slept, true);
	}
	return 0;
}

static bool has_answered(void)
{
	return atomic_load(&slept);
}

/* A fair sleeper that was away waits for a slice of each other one, at the most. */
SELF_TEST("sched.sleeper_waits_for_few", sleeper_waits_for_few)
{
	begin();
	waitq_init(&bell);
	atomic_store(&rung, 0);
	late = 0;
	for (unsigned i = 1; i < TASKS; i++)
		start(i, spin, POLICY_FAIR, PRIORITY_NORMAL);
	start(0, answer_bell, POLICY_FAIR, PRIORITY_NORMAL);
	for (unsigned i = 1; i <= ROUNDS; i++) {
		EXPECT_EQ(task_sleep(3ull * TASKS * FAIR_SLICE_NS), 0);
		atomic_store(&slept, false);
		atomic_store(&rung, i << 16 | (turns_of_others() & 0xffff));
		waitq_wake(&bell, 1);
		/* Not to be looked for by sleeping often: that would end their turns. */
		EXPECT_EQ(task_sleep(3ull * TASKS * FAIR_SLICE_NS), 0);
		wait_until(has_answered);
	}
	/*
	 * One of them is in the middle of its turn; we ended one by coming back. A host
	 * that stopped makes one late, which then owes all others turns: not each time.
	 */
	EXPECT(2 * late <= ROUNDS);
	end_all();
}
