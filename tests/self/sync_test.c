/*
 * sync_test.c: spinlocks, reference counts, and the checker of lock order: each kind of
 * bug is planted once, with a function of ours in place of the panic.
 */
#include "kernel/sched/mutex.h"
#include "kernel/sched/task.h"
#include "kernel/sync/refcount.h"
#include "lib/string.h"
#include "tests/self/self.h"

LOCK_CLASS(outer_class, "test outer", RANK_FDTABLE, 0);
LOCK_CLASS(inner_class, "test inner", RANK_TIMER, LOCK_IRQ);
LOCK_CLASS(sleeping_class, "test mutex", RANK_DIRECTORY, LOCK_SLEEPS);
LOCK_CLASS(sleeping_inner_class, "test inner mutex", RANK_DEVICE, LOCK_SLEEPS);

SELF_TEST("sync.spinlock_is_taken_once", spinlock_once)
{
	struct spinlock lock;
	uint64_t flags;

	spin_init(&lock, &inner_class);
	flags = spin_lock_irq(&lock);
	EXPECT(!irq_enabled());
	EXPECT_EQ(cpu_preempt_count(), 1);
	EXPECT(!spin_try(&lock));
	EXPECT_EQ(cpu_preempt_count(), 1);
	spin_unlock_irq(&lock, flags);
	EXPECT(irq_enabled());
	EXPECT_EQ(cpu_preempt_count(), 0);
	flags = irq_save();
	EXPECT(spin_try(&lock));
	spin_unlock(&lock);
	irq_restore(flags);
}

SELF_TEST("sync.spinlock_tickets_wrap", spinlock_wraps)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	for (unsigned i = 0; i < 70000; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	EXPECT(spin_try(&lock));
	spin_unlock(&lock);
}

SELF_TEST("sync.refcount_counts", refcount_counts)
{
	struct refcount ref = REFCOUNT_INIT(1);

	refcount_get(&ref);
	EXPECT(refcount_try_get(&ref));
	EXPECT_EQ(refcount_read(&ref), 3);
	EXPECT(!refcount_put(&ref));
	EXPECT(!refcount_put(&ref));
	EXPECT(refcount_put(&ref));
	EXPECT(!refcount_try_get(&ref));
}

SELF_TEST("sync.refcount_saturates", refcount_saturates)
{
	struct refcount ref = REFCOUNT_INIT(INT32_MAX / 2);

	refcount_get(&ref);
	EXPECT(!refcount_put(&ref));
	EXPECT_EQ(refcount_read(&ref), INT32_MAX / 2);
	EXPECT(refcount_try_get(&ref));
	EXPECT_EQ(refcount_read(&ref), INT32_MAX / 2);
}

static char reported[6200];
static volatile unsigned report_count;

static void UNUSED take_report(const char *text)
{
	report_count++;
	(void)str_copy(reported, text, sizeof(reported));
}

/* From here to the end nothing else may report; false: this build does not check. */
static bool start_catching(void)
{
	if (!CONFIG_DEBUG) {
		self_skip("the release build does not check");
		return false;
	}
	report_count = 0;
	reported[0] = '\0';
	LOCKDEP_SET_REPORT(take_report);
	return true;
}

/* One report, which has both words. */
static bool caught(const char *word, const char *other)
{
	bool good =
		report_count == 1 && strstr(reported, word) && strstr(reported, other);

	LOCKDEP_SET_REPORT(NULL);
	if (!good)
		self_fail(__FILE__, __LINE__, "%u reports, the last: %s", report_count,
			  reported);
	return good;
}

SELF_TEST("sync.lockdep_wrong_order", lockdep_order)
{
	struct spinlock outer, inner;
	uint64_t flags;

	spin_init(&outer, &outer_class);
	spin_init(&inner, &inner_class);
	if (!start_catching())
		return;
	flags = spin_lock_irq(&inner);
	spin_lock(&outer);
	spin_unlock(&outer);
	spin_unlock_irq(&inner, flags);
	EXPECT(caught("wrong order: 'test outer'", "holding 'test inner'"));
	/* Both places are in this function. */
	EXPECT(strstr(reported, "lockdep_order+") != strrchr(reported, 'l'));
}

SELF_TEST("sync.lockdep_same_rank", lockdep_same_rank)
{
	struct spinlock a, b;

	spin_init(&a, &outer_class);
	spin_init(&b, &outer_class);
	if (!start_catching())
		return;
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	EXPECT(caught("wrong order: 'test outer'", "holding 'test outer'"));
}

SELF_TEST("sync.lockdep_taken_twice", lockdep_twice)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	if (!start_catching())
		return;
	spin_lock(&lock);
	/* Not by spin_lock, which would wait for ever. */
	lockdep_acquire(&lock, &outer_class, 0);
	lockdep_release(&lock);
	spin_unlock(&lock);
	EXPECT(caught("taken twice: 'test outer'", "holding 'test outer'"));
}

SELF_TEST("sync.lockdep_not_held", lockdep_not_held)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	if (!start_catching())
		return;
	lockdep_release(&lock);
	EXPECT(caught("released, but not held", "lockdep_not_held+"));
}

SELF_TEST("sync.lockdep_interrupts_on", lockdep_irq)
{
	struct spinlock lock;

	spin_init(&lock, &inner_class);
	if (!start_catching())
		return;
	spin_lock(&lock);
	spin_unlock(&lock);
	EXPECT(caught("interrupts take it, and they are on", "'test inner'"));
}

static void take_in_interrupt(struct timer *timer)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	spin_lock(&lock);
	spin_unlock(&lock);
}

SELF_TEST("sync.lockdep_interrupt_takes_unmarked", lockdep_unmarked)
{
	struct timer timer;

	if (!start_catching())
		return;
	timer_setup(&timer, take_in_interrupt);
	timer_start(&timer, 1);
	for (unsigned i = 0; i < 1000 && !report_count; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	timer_cancel(&timer);
	EXPECT(caught("taken in an interrupt", "'test outer'"));
}

LOCK_CLASS(misplaced_class, "test misplaced", RANK_TIMER, 0);

/* Held with interrupts on, it would be interrupted by what ranks below it. */
SELF_TEST("sync.lockdep_misplaced_rank", lockdep_misplaced)
{
	struct spinlock lock;

	spin_init(&lock, &misplaced_class);
	if (!start_catching())
		return;
	spin_lock(&lock);
	spin_unlock(&lock);
	EXPECT(caught("LOCK_IRQ does not go with its rank", "'test misplaced'"));
}

SELF_TEST("sync.lockdep_sleep_with_lock", lockdep_sleep)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	if (!start_catching())
		return;
	spin_lock(&lock);
	lockdep_may_sleep("test");
	spin_unlock(&lock);
	EXPECT(caught("test may sleep", "holding 'test outer'"));
}

SELF_TEST("sync.lockdep_sleep_with_interrupts_off", lockdep_sleep_irq)
{
	uint64_t flags;

	if (!start_catching())
		return;
	flags = irq_save();
	lockdep_may_sleep("test");
	irq_restore(flags);
	EXPECT(caught("test may sleep", "interrupts are off"));
}

SELF_TEST("sync.lockdep_mutex_order", lockdep_mutex)
{
	struct mutex outer, inner;

	mutex_init(&outer, &sleeping_class);
	mutex_init(&inner, &sleeping_inner_class);
	if (!start_catching())
		return;
	mutex_lock(&inner);
	mutex_lock(&outer);
	mutex_unlock(&outer);
	mutex_unlock(&inner);
	EXPECT(caught("wrong order: 'test mutex'", "holding 'test inner mutex'"));
}

SELF_TEST("sync.lockdep_right_order_is_silent", lockdep_silent)
{
	struct mutex sleeping, sleeping_inner;
	struct spinlock outer, inner;
	uint64_t flags;

	mutex_init(&sleeping, &sleeping_class);
	mutex_init(&sleeping_inner, &sleeping_inner_class);
	spin_init(&outer, &outer_class);
	spin_init(&inner, &inner_class);
	if (!start_catching())
		return;
	mutex_lock(&sleeping);
	mutex_lock(&sleeping_inner);
	spin_lock(&outer);
	flags = spin_lock_irq(&inner);
	/* Not in the reverse order: that is allowed. */
	mutex_unlock(&sleeping);
	spin_unlock(&outer);
	spin_unlock_irq(&inner, flags);
	mutex_unlock(&sleeping_inner);
	LOCKDEP_SET_REPORT(NULL);
	EXPECT_EQ(report_count, 0);
}
