/*
 * time_test.c: clocks that do not go back, and timers that come in order.
 */
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/time/internal.h"
#include "kernel/time/timer.h"
#include "tests/self/self.h"

enum { TIMERS = 8 };

static struct timer timers[TIMERS];
static unsigned order[4 * TIMERS];
static atomic_uint expired;

static void note(struct timer *timer)
{
	unsigned place = atomic_fetch_add(&expired, 1);

	EXPECT(clock_monotonic() >= timer->deadline);
	if (place < ARRAY_SIZE(order))
		order[place] = (unsigned)(timer - timers);
}

static void begin(void)
{
	atomic_store(&expired, 0);
	for (unsigned i = 0; i < TIMERS; i++)
		timer_setup(&timers[i], note);
}

/* For at most a second or so: the host may hold an interrupt back. */
static void wait_for(unsigned n)
{
	for (unsigned i = 0; i < 1000 && atomic_load(&expired) < n; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT_EQ(atomic_load(&expired), n);
}

/*
 * Times by two clocks, over the same while: the TSC is read before and after the clock at
 * both ends, so that a pause between two reads makes the bounds wider, never wrong.
 */
struct span {
	uint64_t tsc_before, ns, tsc_after;
};

static void span_begin(struct span *span)
{
	span->tsc_before = cpu_tsc();
	span->ns = clock_monotonic();
	span->tsc_after = cpu_tsc();
}

/* Whether the clock ran as the TSC did, but for 1 part in `parts`. */
static bool span_agrees(const struct span *span, unsigned parts)
{
	uint64_t per_ms = clock_tsc_hz() / 1000;
	uint64_t least = cpu_tsc() - span->tsc_after;
	uint64_t ns = clock_monotonic() - span->ns;
	uint64_t most = cpu_tsc() - span->tsc_before;

	least = least * 1000 / per_ms * 1000;
	most = most * 1000 / per_ms * 1000 + NSEC_PER_USEC;
	return ns + ns / parts >= least && ns - ns / parts <= most;
}

SELF_TEST("time.clock_never_goes_back", never_back)
{
	uint64_t last = clock_monotonic(), first = last;

	/* Long enough for slices, refinement and other interrupts to come between. */
	while (last - first < 30 * NSEC_PER_MSEC) {
		uint64_t now = clock_monotonic();

		if (now < last) {
			self_fail(__FILE__, __LINE__, "back by %llu ns",
				  (unsigned long long)(last - now));
			return;
		}
		last = now;
	}
}

/* The TSC as a counter that wraps after 2^30 of its ticks. */
static uint64_t read_narrow(void)
{
	return cpu_tsc() >> 6 & CLOCK_MIN_MASK;
}

SELF_TEST("time.narrow_counter_as_the_clock", narrow_counter)
{
	static struct clock_source narrow = { .name = "narrow",
					      .read = read_narrow,
					      .mask = CLOCK_MIN_MASK };
	struct clock_source *before = clock_source_in_use();
	uint64_t hz = clock_tsc_hz(), tsc;
	struct span span;

	if (!hz) {
		self_skip("no TSC");
		return;
	}
	narrow.hz = hz >> 6;
	clock_use(&narrow);
	tsc = cpu_tsc();
	span_begin(&span);
	/* Beyond one turn, in steps, since a sleep goes by the clock under test. */
	while (cpu_tsc() - tsc < 5ull << 28)
		EXPECT_EQ(task_sleep(10 * NSEC_PER_MSEC), 0);
	EXPECT(span_agrees(&span, 8));
	clock_use(before);
}

SELF_TEST("time.clock_agrees_with_the_tsc", agrees_with_tsc)
{
	struct span span;

	if (!clock_tsc_hz()) {
		self_skip("no TSC");
		return;
	}
	span_begin(&span);
	EXPECT_EQ(task_sleep(50 * NSEC_PER_MSEC), 0);
	EXPECT(span_agrees(&span, 50));
}

SELF_TEST("time.wall_clock_is_set", wall_clock)
{
	enum { YEAR_2000 = 946684800 };
	uint64_t before = clock_realtime(), mono = clock_monotonic();

	EXPECT(before == 0 || before > YEAR_2000 * NSEC_PER_SEC ||
	       before < NSEC_PER_SEC * 3600);
	clock_realtime_set(YEAR_2000 * NSEC_PER_SEC);
	EXPECT(clock_realtime() - YEAR_2000 * NSEC_PER_SEC < NSEC_PER_SEC);
	clock_realtime_set(before + (clock_monotonic() - mono));
	EXPECT(clock_realtime() >= before);
}

SELF_TEST("time.delay_is_long_enough", delay)
{
	uint64_t before = clock_monotonic();

	clock_delay(50 * NSEC_PER_USEC);
	EXPECT(clock_monotonic() - before >= 50 * NSEC_PER_USEC);
}

SELF_TEST("time.timers_expire_in_order", timers_in_order)
{
	/* In units of 2 ms; equal ones in the order in which they were started. */
	static const unsigned when[TIMERS] = { 5, 1, 3, 3, 8, 2, 1, 4 };
	static const unsigned expected[TIMERS] = { 1, 6, 5, 2, 3, 7, 0, 4 };
	uint64_t now, flags;

	begin();
	flags = irq_save(); /* none expires before all are started */
	now = clock_monotonic() + NSEC_PER_MSEC;
	for (unsigned i = 0; i < TIMERS; i++)
		timer_start(&timers[i], now + when[i] * 2 * NSEC_PER_MSEC);
	irq_restore(flags);
	wait_for(TIMERS);
	for (unsigned i = 0; i < TIMERS; i++)
		EXPECT_EQ(order[i], expected[i]);
	EXPECT(clock_monotonic() >= now + 16 * NSEC_PER_MSEC);
}

SELF_TEST("time.cancelled_timers_stay_silent", cancelled)
{
	uint64_t now, flags;

	begin();
	flags = irq_save(); /* none expires here before it is cancelled, on a slow host */
	now = clock_monotonic();
	timer_start(&timers[0], now + 2 * NSEC_PER_MSEC);
	timer_start(&timers[1], now + 2 * NSEC_PER_MSEC);
	timer_start(&timers[2], now + 1000 * NSEC_PER_SEC);
	EXPECT(timer_cancel(&timers[0]));
	irq_restore(flags);
	EXPECT(!timer_cancel(&timers[0]));
	wait_for(1);
	EXPECT_EQ(task_sleep(4 * NSEC_PER_MSEC), 0);
	EXPECT_EQ(atomic_load(&expired), 1);
	EXPECT_EQ(order[0], 1);
	EXPECT(!timer_cancel(&timers[1]));
	EXPECT(timer_cancel(&timers[2]));
}

SELF_TEST("time.started_again_means_moved", moved)
{
	uint64_t now, flags;

	begin();
	flags = irq_save(); /* the second does not expire before it is moved */
	now = clock_monotonic();
	timer_start(&timers[0], now + 1000 * NSEC_PER_SEC);
	timer_start(&timers[0], now + 2 * NSEC_PER_MSEC);
	timer_start(&timers[1], now + NSEC_PER_MSEC);
	timer_start(&timers[1], now + 1000 * NSEC_PER_SEC);
	irq_restore(flags);
	wait_for(1);
	EXPECT_EQ(task_sleep(4 * NSEC_PER_MSEC), 0);
	EXPECT_EQ(atomic_load(&expired), 1);
	EXPECT_EQ(order[0], 0);
	EXPECT(timer_cancel(&timers[1]));
}

SELF_TEST("time.past_deadlines_expire_at_once", past)
{
	begin();
	timer_start(&timers[0], 1);
	wait_for(1);
}

static void repeat(struct timer *timer)
{
	if (atomic_fetch_add(&expired, 1) < 9)
		timer_start(timer, timer->deadline + 500 * NSEC_PER_USEC);
}

SELF_TEST("time.timers_may_start_themselves", repeats)
{
	static struct timer timer;
	uint64_t now = clock_monotonic();

	atomic_store(&expired, 0);
	timer_setup(&timer, repeat);
	timer_start(&timer, now + NSEC_PER_MSEC);
	wait_for(10);
	EXPECT(clock_monotonic() - now >= 5 * NSEC_PER_MSEC + 500 * NSEC_PER_USEC);
	EXPECT(!timer_cancel(&timer));
}

static void cancel_itself(struct timer *timer)
{
	/* From expire it does not wait for itself. */
	atomic_fetch_add(&expired, timer_cancel(timer) ? 100 : 1);
}

SELF_TEST("time.cancel_from_expire", cancel_from_expire)
{
	static struct timer timer;

	atomic_store(&expired, 0);
	timer_setup(&timer, cancel_itself);
	timer_start(&timer, 1);
	wait_for(1);
}

SELF_TEST("time.idle_is_not_interrupted", idle_quiet)
{
	uint64_t before;

	EXPECT_EQ(task_sleep(20 * NSEC_PER_MSEC), 0); /* what was set before is over */
	before = timer_interrupts(cpu_this()->id);
	EXPECT_EQ(task_sleep(100 * NSEC_PER_MSEC), 0);
	/* Our own, the refinement of the clock, and one early alarm for each. */
	EXPECT(timer_interrupts(cpu_this()->id) - before <= 6);
}
