/*
 * sched_test.c: tasks: who runs when, counted rather than timed; life, end and kill.
 */
#include "kernel/debug/trace.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "tests/self/sched_helpers.h"

#define LONG_NS (10 * NSEC_PER_SEC) /* a guard: what takes that long hangs */

static atomic_bool stop;
static atomic_uint ran;

/* Ends the test's tasks; each has our reference. */
static void end(struct task **tasks, unsigned n)
{
	atomic_store(&stop, true);
	for (unsigned i = 0; i < n; i++) {
		if (!tasks[i])
			continue;
		EXPECT_EQ(task_join(tasks[i], NULL), 0);
		task_put(tasks[i]);
	}
}

static int spin(void *argument)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		cpu_relax();
	return 0;
}

/* One more urgent than what a test starts. */
static unsigned raise_self(void)
{
	unsigned old = cpu_task()->base_priority;

	task_set_priority(cpu_task(), PRIORITY_HIGH);
	return old;
}

static int note_run(void *argument)
{
	atomic_fetch_add(&ran, 1);
	return 0;
}

SELF_TEST("sched.more_urgent_runs_at_once", urgent_runs_at_once)
{
	struct task *urgent;

	pin();
	atomic_store(&ran, 0);
	start_task("urgent", note_run, NULL, PRIORITY_HIGH, &urgent);
	EXPECT_EQ(atomic_load(&ran), 1);
	end(&urgent, 1);
	unpin();
}

SELF_TEST("sched.wake_up_preempts", wake_up_preempts)
{
	enum { WAKES = 20 };
	struct task *spinner;
	uint64_t switches, ours;
	unsigned old;

	pin();
	old = raise_self();
	atomic_store(&stop, false);
	start_task("spin", spin, NULL, PRIORITY_NORMAL, &spinner);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	switches = spinner->switches;
	ours = cpu_task()->switches;
	for (unsigned i = 0; i < WAKES; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	/* It never gave up the CPU by itself; a paused host may let a sleep be none. */
	ours = cpu_task()->switches - ours;
	EXPECT_EQ(spinner->switches - switches, ours);
	EXPECT(ours > WAKES / 2 && ours <= WAKES);
	end(&spinner, 1);
	task_set_priority(cpu_task(), old);
	unpin();
}

SELF_TEST("sched.priority_change_counts_at_once", priority_change)
{
	struct task *task;
	unsigned old = cpu_task()->base_priority;

	pin();
	atomic_store(&ran, 0);
	start_task("later", note_run, NULL, PRIORITY_LOW, &task);
	EXPECT_EQ(atomic_load(&ran), 0);
	task_set_priority(task, PRIORITY_HIGH);
	EXPECT_EQ(atomic_load(&ran), 1);
	end(&task, 1);
	start_task("later", note_run, NULL, PRIORITY_LOW - 1, &task);
	task_set_priority(cpu_task(), PRIORITY_LEVELS - 1);
	EXPECT_EQ(atomic_load(&ran), 2);
	task_set_priority(cpu_task(), old);
	end(&task, 1);
	unpin();
}

SELF_TEST("sched.yield_alternates", yield_alternates)
{
	enum { YIELDS = 100 };
	struct task *other;
	uint64_t before;

	pin();
	atomic_store(&stop, true);
	start_task("other", spin, NULL, cpu_task()->priority, &other);
	task_yield();
	EXPECT(other->switches >= 1);
	while (atomic_load(&other->state) != TASK_DEAD)
		task_yield(); /* the host stopped while it ran: its slice was over */
	before = cpu_task()->switches;
	for (unsigned i = 0; i < YIELDS; i++)
		task_yield(); /* it has ended: nobody to switch to */
	EXPECT_EQ(cpu_task()->switches, before);
	end(&other, 1);
	unpin();
}

enum { SLEEPERS = 5 };
static unsigned sleep_order[SLEEPERS];
static uint64_t sleep_base; /* one for all: they may not start at the same time */

static int sleep_and_note(void *argument)
{
	static const unsigned ms[SLEEPERS] = { 30, 10, 50, 20, 40 };
	unsigned which = (unsigned)(uintptr_t)argument;
	uint64_t deadline = sleep_base + ms[which] * NSEC_PER_MSEC;
	int error = task_sleep_until(deadline);

	sleep_order[atomic_fetch_add(&ran, 1)] = ms[which];
	return !error && clock_monotonic() >= deadline;
}

/* Real-time ones: when the host stops us and several are due, they run as they woke. */
SELF_TEST("sched.sleepers_wake_in_order", sleepers_in_order)
{
	struct task *tasks[SLEEPERS];
	bool all_sleep;
	int slept;

	pin();
	atomic_store(&ran, 0);
	sleep_base = clock_monotonic() + 20 * NSEC_PER_MSEC;
	for (unsigned i = 0; i < SLEEPERS; i++)
		start_task("sleeper", sleep_and_note, (void *)(uintptr_t)i, PRIORITY_HIGH,
			   &tasks[i]);
	all_sleep = clock_monotonic() < sleep_base;
	for (unsigned i = 0; i < SLEEPERS; i++) {
		EXPECT_EQ(task_join(tasks[i], &slept), 0);
		EXPECT(slept);
		task_put(tasks[i]);
	}
	if (!all_sleep)
		self_skip("the host stopped us while they started");
	for (unsigned i = 0; all_sleep && i < SLEEPERS; i++)
		EXPECT_EQ(sleep_order[i], (i + 1) * 10);
	unpin();
}

static int give_back(void *argument)
{
	if ((uintptr_t)argument > 50)
		task_exit((int)(uintptr_t)argument);
	return (int)(uintptr_t)argument;
}

SELF_TEST("sched.join_gives_the_status", join_status)
{
	static const int statuses[] = { 0, 42, 99 };
	struct task *task;
	int status = -1;

	for (unsigned i = 0; i < ARRAY_SIZE(statuses); i++) {
		start_task("give", give_back, (void *)(uintptr_t)statuses[i],
			   PRIORITY_NORMAL, &task);
		EXPECT_EQ(task_join(task, &status), 0);
		EXPECT_EQ(status, statuses[i]);
		status = -1;
		EXPECT_EQ(task_join(task, &status), 0); /* again, after its end */
		EXPECT_EQ(status, statuses[i]);
		EXPECT_EQ(task_find(task->id) == task, true);
		task_put(task); /* task_find's */
		task_put(task);
	}
}

static int sleep_long(void *argument)
{
	return task_sleep(LONG_NS);
}

SELF_TEST("sched.kill_ends_a_sleep", kill_ends_sleep)
{
	struct task *task;
	uint64_t started = clock_monotonic();
	int status = 0;

	pin();
	start_task("sleeper", sleep_long, NULL, PRIORITY_HIGH, &task);
	EXPECT_EQ(atomic_load(&task->state), TASK_SLEEPING);
	task_kill(task);
	EXPECT_EQ(task_join(task, &status), 0);
	EXPECT_EQ(status, -EINTR);
	EXPECT(clock_monotonic() - started < LONG_NS / 2);
	task_put(task);
	unpin();
}

SELF_TEST("sched.kill_before_the_start", kill_before_start)
{
	struct task *task;
	int status = 0;

	if (task_create_stopped("late", sleep_long, NULL, PRIORITY_NORMAL, &task)) {
		self_fail(__FILE__, __LINE__, "no memory");
		return;
	}
	task_kill(task);
	EXPECT_EQ(atomic_load(&task->state), TASK_BLOCKED);
	task_start(task);
	EXPECT_EQ(task_join(task, &status), 0);
	EXPECT_EQ(status, -EINTR);
	task_put(task);
}

static void count_tasks(struct task *task, void *context)
{
	unsigned *count = context;

	(*count)++;
	EXPECT(task_state_name(task) != NULL);
}

static unsigned task_count(void)
{
	unsigned count = 0;

	task_visit(count_tasks, &count);
	return count;
}

SELF_TEST("sched.never_started_is_freed", never_started)
{
	unsigned count = task_count();
	uint64_t mapped = vmalloc_used();
	struct task *task;

	if (task_create_stopped("never", sleep_long, NULL, PRIORITY_NORMAL, &task)) {
		self_fail(__FILE__, __LINE__, "no memory");
		return;
	}
	task_put(task);
	EXPECT_EQ(task_count(), count);
	EXPECT_EQ(vmalloc_used(), mapped);
}

/* Task objects are freed where nobody waits for it: by the idle task, soon. */
static bool memory_returns(unsigned count, uint64_t mapped)
{
	uint64_t deadline = clock_monotonic() + LONG_NS;

	while (task_count() != count || vmalloc_used() != mapped)
		if (clock_monotonic() > deadline || task_sleep(NSEC_PER_MSEC))
			return false;
	return true;
}

SELF_TEST("sched.ends_leave_no_memory", ends_leave_nothing)
{
	enum { TASKS = 100 };
	unsigned count = task_count();
	uint64_t mapped = vmalloc_used();

	for (unsigned i = 0; i < TASKS; i++) {
		struct task *task;

		start_task("short", give_back, NULL, i % 2 ? PRIORITY_HIGH : PRIORITY_LOW,
			   &task);
		if (i % 3)
			EXPECT_EQ(task_join(task, NULL), 0);
		task_put(task); /* one in three is left alone */
	}
	EXPECT(memory_returns(count, mapped));
}

SELF_TEST("sched.create_without_memory", create_without_memory)
{
	unsigned count = task_count();
	uint64_t mapped = vmalloc_used();
	struct task *task = NULL;
	unsigned failed = 0;
	bool struck;
	int error;

	do {
		fault_inject_arm(failed + 1, cpu_task());
		error = task_create("starved", give_back, NULL, PRIORITY_NORMAL, &task);
		struck = fault_inject_disarm();
		EXPECT_EQ(error, struck ? -ENOMEM : 0);
		failed += struck;
		EXPECT_EQ(struck && vmalloc_used() != mapped, false);
	} while (struck && failed < 100);
	EXPECT(failed >= 2); /* the task and its stack */
	end(&task, 1);
	EXPECT(memory_returns(count, mapped));
}

SELF_TEST("sched.visit_and_find", visit_and_find)
{
	unsigned before = task_count();
	struct task *task;
	int id;

	pin();
	start_task("seen", sleep_long, NULL, PRIORITY_NORMAL, &task);
	id = task->id;
	EXPECT_EQ(task_count(), before + 1);
	EXPECT(task_find(id) == task);
	task_put(task);
	task_kill(task);
	end(&task, 1);
	EXPECT(task_find(id) == NULL);
	unpin();
}

struct seen_switch {
	unsigned task, count;
};

static bool see_switch(const struct trace_entry *entry, void *context)
{
	struct seen_switch *seen = context;

	seen->count += entry->kind == TRACE_SWITCH && entry->b == seen->task;
	return true;
}

SELF_TEST("sched.switches_are_traced", switches_traced)
{
	uint32_t mask = trace_mask;
	struct seen_switch seen;
	struct task *task;

	pin();
	trace_stop();
	EXPECT_EQ(trace_start(TRACE_BIT(TRACE_SWITCH)), 0);
	start_task("traced", give_back, NULL, PRIORITY_HIGH, &task);
	seen = (struct seen_switch){ (unsigned)task->id, 0 };
	end(&task, 1);
	trace_visit(UINT64_MAX, see_switch, &seen);
	trace_mask = mask;
	EXPECT_EQ(seen.count, 1);
	unpin();
}
