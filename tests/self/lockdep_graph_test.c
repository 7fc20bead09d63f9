/*
 * lockdep_graph_test.c: what the checker of locks finds by what it has seen before, each
 * half of a deadlock at another time or by another task: circles of orders, and ways
 * from what interrupts take to what they may interrupt. Classes here have no rank.
 */
#include "kernel/sched/mutex.h"
#include "kernel/sched/task.h"
#include "kernel/sync/spinlock.h"
#include "kernel/time/clock.h"
#include "lib/string.h"
#include "tests/self/crew.h"
#include "tests/self/lockdep_catch.h"

#define FREE_CLASS(symbol_, name_) LOCK_CLASS(symbol_, name_, RANK_NONE, 0)

static void nest(struct spinlock *first, struct spinlock *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

FREE_CLASS(ab_a_class, "test A of two");
FREE_CLASS(ab_b_class, "test B of two");

static NOINLINE void one_way(struct spinlock *a, struct spinlock *b)
{
	nest(a, b);
}

static NOINLINE void other_way(struct spinlock *a, struct spinlock *b)
{
	nest(b, a);
}

SELF_TEST("lockdep.circle_of_two", circle_of_two)
{
	struct spinlock a, b, other_a, other_b;

	spin_init(&a, &ab_a_class);
	spin_init(&b, &ab_b_class);
	/* It is the classes that count. */
	spin_init(&other_a, &ab_a_class);
	spin_init(&other_b, &ab_b_class);
	catch_start();
	one_way(&a, &b);
	one_way(&a, &b);
	EXPECT_EQ(catch_count(), 0);
	other_way(&other_a, &other_b);
	EXPECT(catch_end("circle: 'test A of two', holding 'test B of two'",
			 "'test B of two' was taken while 'test A of two' was held"));
	/* The stack of now, and the one of the first time. */
	EXPECT(strstr(catch_text(), "  other_way+"));
	EXPECT(strstr(catch_text(), "  one_way+"));
	EXPECT(strstr(catch_text(), "  one_way+") > strstr(catch_text(), "  other_way+"));
}

FREE_CLASS(round_class_0, "test round 0");
FREE_CLASS(round_class_1, "test round 1");
FREE_CLASS(round_class_2, "test round 2");
static struct spinlock ring[3];
static unsigned ring_from;

static void take_two(unsigned index)
{
	if (index == 0)
		nest(&ring[ring_from], &ring[(ring_from + 1) % 3]);
}

/* Three tasks, none of which does anything that is wrong in itself. */
SELF_TEST("lockdep.circle_of_three_tasks", circle_of_three)
{
	spin_init(&ring[0], &round_class_0);
	spin_init(&ring[1], &round_class_1);
	spin_init(&ring[2], &round_class_2);
	catch_start();
	for (ring_from = 0; ring_from < 3; ring_from++) {
		EXPECT_EQ(catch_count(), 0);
		crew_run(1, take_two);
	}
	EXPECT(catch_end("circle: 'test round 0', holding 'test round 2'",
			 "'test round 1' was taken while 'test round 0' was held"));
	EXPECT(strstr(catch_text(), "'test round 2' was taken while 'test round 1'"));
}

LOCK_CLASS(mutex_a_class, "test mutex A", RANK_NONE, LOCK_SLEEPS);
LOCK_CLASS(mutex_b_class, "test mutex B", RANK_NONE, LOCK_SLEEPS);
static struct mutex mutex_a, mutex_b;

SELF_TEST("lockdep.circle_of_mutexes", circle_of_mutexes)
{
	mutex_init(&mutex_a, &mutex_a_class);
	mutex_init(&mutex_b, &mutex_b_class);
	catch_start();
	mutex_lock(&mutex_a);
	mutex_lock(&mutex_b);
	mutex_unlock(&mutex_b);
	mutex_unlock(&mutex_a);
	EXPECT_EQ(catch_count(), 0);
	mutex_lock(&mutex_b);
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	mutex_unlock(&mutex_b);
	EXPECT(catch_end("circle: 'test mutex A', holding 'test mutex B'",
			 "circle_of_mutexes+"));
}

LOCK_CLASS(cross_a_class, "test cross A", RANK_NONE, LOCK_SLEEPS);
LOCK_CLASS(cross_b_class, "test cross B", RANK_NONE, LOCK_SLEEPS);
static struct mutex cross_a, cross_b;
static _Atomic uint32_t came;

/* Each takes one and, when both have, the other's: a deadlock, until one is killed. */
static void cross(unsigned index)
{
	struct mutex *first = index ? &cross_b : &cross_a;
	struct mutex *second = index ? &cross_a : &cross_b;

	mutex_lock(first);
	atomic_fetch_add(&came, 1);
	AWAIT(atomic_load(&came) == 2);
	if (mutex_lock_killable(second) == 0)
		mutex_unlock(second);
	mutex_unlock(first);
}

SELF_TEST("lockdep.deadlock_of_two_mutexes", deadlock_of_two)
{
	struct crew crew;

	mutex_init(&cross_a, &cross_a_class);
	mutex_init(&cross_b, &cross_b_class);
	atomic_store(&came, 0);
	catch_start();
	if (!crew_start(&crew, 2, cross))
		return;
	AWAIT(catch_count() == 2); /* the order, and then that it has happened */
	task_kill(crew.members[0].task);
	crew_join(&crew);
	LOCKDEP_SET_REPORT(NULL);
	EXPECT_EQ(catch_count(), 2);
	EXPECT(strstr(catch_last(), "deadlock of 2 tasks"));
	EXPECT(strstr(catch_last(), "waits for 'test cross A' and holds 'test cross B'"));
	EXPECT(strstr(catch_last(), "waits for 'test cross B' and holds 'test cross A'"));
	EXPECT(strstr(catch_last(), "  cross+"));
}

FREE_CLASS(tried_a_class, "test tried A");
FREE_CLASS(tried_b_class, "test tried B");

/* To try is no deadlock; to wait while holding what was got so is one. */
SELF_TEST("lockdep.circle_through_a_tried_lock", circle_through_tried)
{
	struct spinlock a, b;

	spin_init(&a, &tried_a_class);
	spin_init(&b, &tried_b_class);
	catch_start();
	spin_lock(&a);
	EXPECT(spin_try(&b));
	spin_unlock(&b);
	spin_unlock(&a);
	nest(&b, &a);
	EXPECT_EQ(catch_count(), 0);
	EXPECT(spin_try(&a));
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	EXPECT(catch_end("circle: 'test tried B', holding 'test tried A'", "nest+"));
}

static struct spinlock *irq_takes;
static _Atomic uint32_t irq_took;

static void take_in_timer(struct timer *timer)
{
	spin_lock(irq_takes);
	spin_unlock(irq_takes);
	atomic_store(&irq_took, 1);
}

/* The lock is taken by an interrupt. */
static void let_irq_take(struct spinlock *lock)
{
	struct timer timer;

	irq_takes = lock;
	atomic_store(&irq_took, 0);
	timer_setup(&timer, take_in_timer);
	timer_start(&timer, 1);
	AWAIT(atomic_load(&irq_took));
	timer_cancel(&timer);
}

static void take_irqs_off(struct spinlock *lock)
{
	spin_unlock_irq(lock, spin_lock_irq(lock));
}

FREE_CLASS(learnt_class, "test learnt");

SELF_TEST("lockdep.irq_takes_what_it_may_interrupt", irq_direct)
{
	struct spinlock lock;

	spin_init(&lock, &learnt_class);
	catch_start();
	take_irqs_off(&lock);
	let_irq_take(&lock);
	EXPECT_EQ(catch_count(), 0);
	spin_lock(&lock);
	spin_unlock(&lock);
	EXPECT(catch_end("interrupts take 'test learnt', and 'test learnt' is taken with",
			 "  take_in_timer+"));
	EXPECT(strstr(catch_text(), "  irq_direct+"));
}

FREE_CLASS(safe_class, "test safe");
FREE_CLASS(middle_class, "test middle");
FREE_CLASS(unsafe_class, "test unsafe");

/* safe -> middle -> unsafe: the last order joins them. */
SELF_TEST("lockdep.irq_through_an_order", irq_through_order)
{
	struct spinlock safe, middle, unsafe;
	uint64_t flags;

	spin_init(&safe, &safe_class);
	spin_init(&middle, &middle_class);
	spin_init(&unsafe, &unsafe_class);
	catch_start();
	let_irq_take(&safe);
	spin_lock(&unsafe);
	spin_unlock(&unsafe);
	flags = irq_save();
	nest(&safe, &middle);
	EXPECT_EQ(catch_count(), 0);
	nest(&middle, &unsafe);
	irq_restore(flags);
	EXPECT(catch_end("interrupts take 'test safe', and 'test unsafe' is taken with",
			 "'test middle' was taken while 'test safe' was held"));
	EXPECT(strstr(catch_text(), "  take_in_timer+"));
	EXPECT(strstr(catch_text(), "  irq_through_order+"));
}

FREE_CLASS(late_safe_class, "test late safe");
FREE_CLASS(late_unsafe_class, "test late unsafe");

/* The order was there first; then the contexts come. */
SELF_TEST("lockdep.irq_found_by_the_context", irq_by_context)
{
	struct spinlock safe, unsafe;
	uint64_t flags;

	spin_init(&safe, &late_safe_class);
	spin_init(&unsafe, &late_unsafe_class);
	catch_start();
	flags = irq_save();
	nest(&safe, &unsafe);
	irq_restore(flags);
	let_irq_take(&safe);
	EXPECT_EQ(catch_count(), 0);
	spin_lock(&unsafe);
	spin_unlock(&unsafe);
	EXPECT(catch_end("interrupts take 'test late safe', and 'test late unsafe' is",
			 "'test late unsafe' was taken while 'test late safe' was held"));
}
