/*
 * sched_bench.c: what a switch, a wake-up and a timer cost.
 */
#include "kernel/debug/panic.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "tests/self/self.h"

static atomic_bool stop;

static struct task *start(int (*entry)(void *))
{
	struct task *task = NULL;

	atomic_store(&stop, false);
	if (task_create("bench", entry, NULL, cpu_task()->priority, &task))
		self_fail(__FILE__, __LINE__, "no memory");
	return task;
}

static void end(struct task *task)
{
	if (task && task_join(task, NULL) == 0)
		task_put(task);
}

static int yield_on(void *argument)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		task_yield();
	return 0;
}

SELF_BENCH("sched.switch", bench_switch)
{
	struct task *other = start(yield_on);

	/* Each yield is a switch to the other and one back. */
	for (uint64_t i = 0; i < times; i += 2)
		task_yield();
	atomic_store(&stop, true);
	end(other);
}

static struct waitq ping, pong;
static atomic_uint turn;

static int answer(void *argument)
{
	while (!waitq_wait(&ping, atomic_load(&turn) == 1 || atomic_load(&stop)) &&
	       !atomic_load(&stop)) {
		atomic_store(&turn, 0);
		waitq_wake(&pong, 1);
	}
	return 0;
}

SELF_BENCH("sched.wake_up_round_trip", bench_wake)
{
	struct task *other;

	waitq_init(&ping);
	waitq_init(&pong);
	atomic_store(&turn, 0);
	other = start(answer);
	for (uint64_t i = 0; other && i < times; i++) {
		atomic_store(&turn, 1);
		waitq_wake(&ping, 1);
		waitq_wait_always(&pong, atomic_load(&turn) == 0);
	}
	atomic_store(&stop, true);
	waitq_wake(&ping, 1);
	end(other);
}

SELF_BENCH("sched.wake_up_of_nobody", bench_wake_nobody)
{
	waitq_init(&ping);
	for (uint64_t i = 0; i < times; i++)
		waitq_wake(&ping, 1);
}

static int nothing(void *argument)
{
	return 0;
}

SELF_BENCH("sched.create_and_join", bench_create)
{
	for (uint64_t i = 0; i < times; i++)
		end(start(nothing));
}

SELF_BENCH("time.clock_monotonic", bench_clock)
{
	for (uint64_t i = 0; i < times; i++)
		(void)clock_monotonic();
}

static void never(struct timer *timer)
{
	panic("bench: a timer of the far future expired");
}

SELF_BENCH("time.timer_start_and_cancel", bench_timer)
{
	struct timer timer;

	timer_setup(&timer, never);
	for (uint64_t i = 0; i < times; i++) {
		timer_start(&timer, clock_monotonic() + 3600 * NSEC_PER_SEC);
		timer_cancel(&timer);
	}
}

enum { WORK_LOOPS = 1000 };
static uint64_t shares; /* units of work for each task */
static struct waitq calls[2], replies[2];
static atomic_uint called[2];

static int work(void *argument)
{
	for (uint64_t i = 0; i < shares; i++)
		for (volatile unsigned n = 0; n < WORK_LOOPS;)
			n = n + 1;
	return 0;
}

/* Two tasks on their CPUs do half of the work each; or one after the other. */
static void in_two(uint64_t times, uint64_t first, uint64_t second)
{
	struct task *tasks[2] = { NULL };
	const uint64_t masks[2] = { first, second };

	shares = times / 2;
	for (unsigned i = 0; i < 2; i++) {
		if (task_create_stopped("work", work, NULL, PRIORITY_NORMAL, &tasks[i])) {
			self_fail(__FILE__, __LINE__, "no memory");
			continue;
		}
		if (task_set_affinity(tasks[i], masks[i]))
			self_fail(__FILE__, __LINE__, "no CPU");
		task_start(tasks[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		end(tasks[i]);
}

SELF_BENCH("smp.work_on_1_cpu", bench_work_1)
{
	in_two(times, 1, 1);
}

SELF_BENCH("smp.work_on_2_cpus", bench_work_2)
{
	in_two(times, 1, sched_cpus() & 2 ? 2 : 1);
}

static int reply(void *argument)
{
	unsigned which = (unsigned)(uintptr_t)argument;

	for (uint64_t i = 0; i < shares; i++) {
		waitq_wait_always(&calls[which], atomic_load(&called[which]) == 1);
		atomic_store(&called[which], 0);
		waitq_wake(&replies[which], 1);
	}
	return 0;
}

static int call(void *argument)
{
	unsigned which = (unsigned)(uintptr_t)argument;

	for (uint64_t i = 0; i < shares; i++) {
		atomic_store(&called[which], 1);
		waitq_wake(&calls[which], 1);
		waitq_wait_always(&replies[which], atomic_load(&called[which]) == 0);
	}
	return 0;
}

/* Two pairs that wake each other up, each pair on one CPU. */
static void pairs(uint64_t times, uint64_t first, uint64_t second)
{
	struct task *tasks[4] = { NULL };
	const uint64_t masks[2] = { first, second };

	shares = times / 2;
	for (unsigned i = 0; i < 4; i++) {
		waitq_init(i % 2 ? &calls[i / 2] : &replies[i / 2]);
		atomic_store(&called[i / 2], 0);
		if (task_create_stopped("pair", i % 2 ? reply : call,
					(void *)(uintptr_t)(i / 2), PRIORITY_NORMAL,
					&tasks[i]) ||
		    task_set_affinity(tasks[i], masks[i / 2]))
			self_fail(__FILE__, __LINE__, "no memory or CPU");
	}
	for (unsigned i = 0; i < 4; i++)
		if (tasks[i])
			task_start(tasks[i]);
	for (unsigned i = 0; i < 4; i++)
		end(tasks[i]);
}

SELF_BENCH("smp.wake_ups_on_1_cpu", bench_wakes_1)
{
	pairs(times, 1, 1);
}

SELF_BENCH("smp.wake_ups_on_2_cpus", bench_wakes_2)
{
	pairs(times, 1, sched_cpus() & 2 ? 2 : 1);
}
