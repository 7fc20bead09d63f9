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
