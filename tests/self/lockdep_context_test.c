/*
 * lockdep_context_test.c: what the checker of locks says of where they are taken, and of
 * what ends, sleeps or returns with one: each bug planted once.
 */
#include "kernel/dev/chardev.h"
#include "kernel/proc/process.h"
#include "kernel/sched/rwlock.h"
#include "kernel/time/clock.h"
#include "lib/string.h"
#include "tests/self/crew.h"
#include "tests/self/lockdep_catch.h"
#include "tests/self/syscall_helpers.h"

LOCK_CLASS(outer_class, "test outer", RANK_FDTABLE, 0);
LOCK_CLASS(inner_class, "test inner", RANK_TIMER, LOCK_IRQ);
LOCK_CLASS(early_class, "test early", RANK_TTY, LOCK_IRQ);
LOCK_CLASS(sleeping_class, "test mutex", RANK_DIRECTORY, LOCK_SLEEPS);

static struct spinlock spinlock;
static struct mutex mutex;

SELF_TEST("lockdep.interrupts_on", interrupts_on)
{
	spin_init(&spinlock, &inner_class);
	catch_start();
	spin_lock(&spinlock);
	spin_unlock(&spinlock);
	EXPECT(catch_end("interrupts take it, and they are on: 'test inner'",
			 "  interrupts_on+"));
}

/* A timer's function runs in an interrupt. */
static void run_in_interrupt(void (*function)(struct timer *timer))
{
	struct timer timer;

	timer_setup(&timer, function);
	timer_start(&timer, 1);
	AWAIT(catch_count());
	timer_cancel(&timer);
}

static void take_unmarked(struct timer *timer)
{
	spin_lock(&spinlock);
	spin_unlock(&spinlock);
}

SELF_TEST("lockdep.interrupt_takes_unmarked", interrupt_takes_unmarked)
{
	spin_init(&spinlock, &outer_class);
	catch_start();
	run_in_interrupt(take_unmarked);
	EXPECT(catch_end("taken in an interrupt without LOCK_IRQ: 'test outer'",
			 "  take_unmarked+"));
}

static void sleep_in_interrupt(struct timer *timer)
{
	lockdep_may_sleep("test");
}

SELF_TEST("lockdep.sleep_in_interrupt", interrupt_sleeps)
{
	catch_start();
	run_in_interrupt(sleep_in_interrupt);
	EXPECT(catch_end("test may sleep, but this is an interrupt",
			 "  sleep_in_interrupt+"));
}

static void keep_lock(struct timer *timer)
{
	(void)spin_lock_irq(&spinlock);
}

SELF_TEST("lockdep.timer_keeps_a_lock", timer_keeps_lock)
{
	struct timer timer;

	spin_init(&spinlock, &early_class);
	timer_setup(&timer, keep_lock);
	catch_start();
	preempt_disable(); /* the interrupt comes here: the lock is ours to release */
	timer_start(&timer, 1);
	while (!catch_count())
		cpu_relax();
	spin_unlock_irq(&spinlock, RFLAGS_IF);
	preempt_enable();
	timer_cancel(&timer);
	EXPECT(catch_end("a timer leaves with other locks", "'test early' was taken:"));
	EXPECT(strstr(catch_text(), "  keep_lock+"));
}

SELF_TEST("lockdep.sleep_with_spinlock", sleep_with_spinlock)
{
	spin_init(&spinlock, &outer_class);
	mutex_init(&mutex, &sleeping_class);
	catch_start();
	spin_lock(&spinlock);
	mutex_lock(&mutex); /* free, so it does not sleep now; but it may */
	spin_unlock(&spinlock);
	mutex_unlock(&mutex);
	EXPECT(strstr(catch_text(), "mutex_lock may sleep, but preemption is off"));
	EXPECT(strstr(catch_text(), "holding 'test outer'"));
	EXPECT(strstr(catch_text(), "'test outer' was taken:\n  sleep_with_spinlock+"));
	LOCKDEP_SET_REPORT(NULL);
}

SELF_TEST("lockdep.sleep_with_interrupts_off", sleep_irqs_off)
{
	uint64_t flags;

	catch_start();
	flags = irq_save();
	lockdep_may_sleep("test");
	irq_restore(flags);
	EXPECT(catch_end("test may sleep, but interrupts are off", "  sleep_irqs_off+"));
}

SELF_TEST("lockdep.sleep_with_preemption_off", sleep_preempt_off)
{
	catch_start();
	preempt_disable();
	lockdep_may_sleep("test");
	preempt_enable();
	EXPECT(catch_end("test may sleep, but preemption is off",
			 "  sleep_preempt_off+"));
}

SELF_TEST("lockdep.preemption_enabled_twice", preempt_twice)
{
	catch_start();
	preempt_enable();
	preempt_disable();
	EXPECT(catch_end("preemption is enabled that nobody disabled",
			 "  preempt_twice+"));
	EXPECT_EQ(cpu_preempt_count(), 0);
}

static void end_with_mutex(unsigned index)
{
	mutex_lock(&mutex);
}

SELF_TEST("lockdep.task_ends_with_mutex", task_ends_with_mutex)
{
	mutex_init(&mutex, &sleeping_class);
	catch_start();
	crew_run(1, end_with_mutex);
	EXPECT(catch_end("a task ends with a lock, holding 'test mutex'",
			 "  end_with_mutex+"));
	EXPECT(strstr(catch_text(), "  task_exit+") || strstr(catch_text(), "  begin+"));
}

static struct rwlock rwlock;

static void end_with_read_lock(unsigned index)
{
	rwlock_read_lock(&rwlock);
}

SELF_TEST("lockdep.task_ends_with_read_lock", task_ends_with_read_lock)
{
	rwlock_init(&rwlock, &sleeping_class);
	catch_start();
	crew_run(1, end_with_read_lock);
	EXPECT(catch_end("a task ends with a lock, holding 'test mutex'",
			 "  end_with_read_lock+"));
}

/* Idle itself cannot be made to take a lock; this is what it asks each time. */
SELF_TEST("lockdep.idle_with_spinlock", idle_with_spinlock)
{
	spin_init(&spinlock, &outer_class);
	catch_start();
	spin_lock(&spinlock);
	lockdep_idle();
	spin_unlock(&spinlock);
	EXPECT(catch_end("a CPU idles with a lock", "holding 'test outer'"));
	EXPECT(strstr(catch_text(), "  idle_with_spinlock+"));
}

static ssize_t read_and_keep(struct chardev *device, void *session, struct iter *to,
			     unsigned flags, off_t *position)
{
	mutex_lock(&mutex);
	return 0;
}

static const struct chardev_ops keeper_ops = { .read = read_and_keep };
static struct chardev keeper = {
	.name = "test-keeper", .major = 240, .mode = 0666, .ops = &keeper_ops
};

SELF_TEST("lockdep.system_call_keeps_a_mutex", call_keeps_mutex)
{
	static bool registered;
	long fd;

	if (!user_start())
		return;
	mutex_init(&mutex, &sleeping_class);
	if (!registered)
		EXPECT_EQ(chardev_register(&keeper), 0);
	registered = true;
	fd = call(NR_open, user_string(0, "/dev/test-keeper"), O_RDONLY);
	EXPECT(fd >= 0);
	catch_start();
	EXPECT_EQ(call(NR_read, fd, user_at(64), 1), 0);
	EXPECT(catch_end("a system call leaves with other locks", "  read_and_keep+"));
	mutex_unlock(&mutex);
	EXPECT_EQ(call(NR_close, fd), 0);
	user_end();
}
