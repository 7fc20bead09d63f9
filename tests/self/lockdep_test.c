/*
 * lockdep_test.c: the checker of locks, in the debug build: each kind of bug is planted
 * once, with a function of ours in place of the panic, and its report is looked at.
 */
#include "kernel/fs/vfs.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/rwlock.h"
#include "kernel/sync/spinlock.h"
#include "kernel/time/clock.h"
#include "lib/string.h"
#include "tests/self/crew.h"
#include "tests/self/lockdep_catch.h"

LOCK_CLASS(outer_class, "test outer", RANK_FDTABLE, 0);
LOCK_CLASS(inner_class, "test inner", RANK_TIMER, LOCK_IRQ);
LOCK_CLASS(sleeping_class, "test mutex", RANK_DIRECTORY, LOCK_SLEEPS);
LOCK_CLASS(sleeping_inner_class, "test inner mutex", RANK_DEVICE, LOCK_SLEEPS);

static char reported[6200], last[6200];
static _Atomic uint32_t report_count;

/* One at a time. */
static void take_report(const char *text)
{
	if (atomic_load(&report_count) == 0)
		(void)str_copy(reported, text, sizeof(reported));
	(void)str_copy(last, text, sizeof(last));
	atomic_fetch_add(&report_count, 1);
}

void catch_start(void)
{
	atomic_store(&report_count, 0);
	reported[0] = last[0] = '\0';
	LOCKDEP_SET_REPORT(take_report);
}

unsigned catch_count(void)
{
	return atomic_load(&report_count);
}

const char *catch_text(void)
{
	return reported;
}

const char *catch_last(void)
{
	return last;
}

bool catch_end(const char *word, const char *other)
{
	bool good =
		catch_count() == 1 && strstr(reported, word) && strstr(reported, other);

	LOCKDEP_SET_REPORT(NULL);
	if (!good)
		self_fail(__FILE__, __LINE__, "%u reports, the first: %s", catch_count(),
			  reported);
	return good;
}

static NOINLINE void take(struct spinlock *lock)
{
	spin_lock(lock);
}

SELF_TEST("lockdep.wrong_order", lockdep_order)
{
	struct spinlock outer, inner;
	const char *then;
	uint64_t flags;

	spin_init(&outer, &outer_class);
	spin_init(&inner, &inner_class);
	catch_start();
	flags = spin_lock_irq(&inner);
	take(&outer);
	spin_unlock(&outer);
	spin_unlock_irq(&inner, flags);
	EXPECT(catch_end("wrong order: 'test outer'", "holding 'test inner'"));
	/* Both stacks: now, and where the other was taken. */
	EXPECT(strstr(catch_text(), "  take+"));
	then = strstr(catch_text(), "'test inner' was taken:\n  lockdep_order+");
	EXPECT(then);
	EXPECT(strstr(catch_text(), "  self_run+") && strstr(then, "  self_run+"));
}

SELF_TEST("lockdep.same_rank", lockdep_same_rank)
{
	struct spinlock a, b;

	spin_init(&a, &outer_class);
	spin_init(&b, &outer_class);
	catch_start();
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	EXPECT(catch_end("wrong order: 'test outer'", "holding 'test outer'"));
}

LOCK_CLASS(by_address_class, "test by address", RANK_FDTABLE, LOCK_BY_ADDRESS);

SELF_TEST("lockdep.by_address", lockdep_by_address)
{
	struct spinlock locks[3];

	for (unsigned i = 0; i < 3; i++)
		spin_init(&locks[i], &by_address_class);
	catch_start();
	spin_lock(&locks[0]);
	spin_lock(&locks[2]);
	EXPECT_EQ(catch_count(), 0);
	spin_lock(&locks[1]);
	spin_unlock(&locks[1]);
	spin_unlock(&locks[2]);
	spin_unlock(&locks[0]);
	EXPECT(catch_end("wrong order: 'test by address'", "holding 'test by address'"));
}

SELF_TEST("lockdep.taken_twice", lockdep_twice)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	catch_start();
	spin_lock(&lock);
	/* Not by spin_lock, which would wait for ever. */
	lockdep_acquire(&lock, &outer_class, 0);
	lockdep_release(&lock);
	spin_unlock(&lock);
	EXPECT(catch_end("taken twice: 'test outer'", "holding 'test outer'"));
}

SELF_TEST("lockdep.read_twice", lockdep_read_twice)
{
	struct rwlock lock;

	rwlock_init(&lock, &sleeping_class);
	catch_start();
	rwlock_read_lock(&lock);
	rwlock_read_lock(&lock); /* goes well as long as no writer comes between */
	rwlock_read_unlock(&lock);
	rwlock_read_unlock(&lock);
	EXPECT(catch_end("taken twice: 'test mutex'", "lockdep_read_twice+"));
}

SELF_TEST("lockdep.not_held", lockdep_not_held)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	catch_start();
	lockdep_release(&lock);
	EXPECT(catch_end("released, but not held", "lockdep_not_held+"));
}

SELF_TEST("lockdep.mutex_not_held", lockdep_mutex_not_held)
{
	struct mutex mutex;

	mutex_init(&mutex, &sleeping_class);
	atomic_store(&mutex.owner, (uintptr_t)cpu_task()); /* or it would be a panic */
	catch_start();
	mutex_unlock(&mutex);
	EXPECT(catch_end("released, but not held", "lockdep_mutex_not_held+"));
}

SELF_TEST("lockdep.tried_may_go_against_the_order", lockdep_tried)
{
	struct spinlock outer, inner;
	uint64_t flags;

	spin_init(&outer, &outer_class);
	spin_init(&inner, &inner_class);
	catch_start();
	flags = spin_lock_irq(&inner);
	EXPECT(spin_try(&outer));
	EXPECT_EQ(catch_count(), 0);
	spin_unlock(&outer);
	spin_unlock_irq(&inner, flags);
	LOCKDEP_SET_REPORT(NULL);
	EXPECT_EQ(catch_count(), 0);
}

SELF_TEST("lockdep.too_many_held", lockdep_too_many)
{
	struct spinlock locks[LOCKS_HELD_MAX + 1];
	uint64_t flags = irq_save(); /* an interrupt would find it full, too */

	catch_start();
	for (unsigned i = 0; i <= LOCKS_HELD_MAX; i++) {
		spin_init(&locks[i], &by_address_class);
		spin_lock(&locks[i]);
	}
	EXPECT_EQ(catch_count(), 1);
	for (unsigned i = 0; i <= LOCKS_HELD_MAX; i++)
		spin_unlock(&locks[i]);
	irq_restore(flags);
	LOCKDEP_SET_REPORT(NULL);
	EXPECT_EQ(catch_count(), 2); /* the last one was not on the list */
	EXPECT(strstr(catch_text(), "too many locks held"));
}

SELF_TEST("lockdep.mutex_order", lockdep_mutex)
{
	struct mutex outer, inner;

	mutex_init(&outer, &sleeping_class);
	mutex_init(&inner, &sleeping_inner_class);
	catch_start();
	mutex_lock(&inner);
	mutex_lock(&outer);
	mutex_unlock(&outer);
	mutex_unlock(&inner);
	EXPECT(catch_end("wrong order: 'test mutex'", "holding 'test inner mutex'"));
	EXPECT(strstr(catch_text(), "now, on CPU"));
	EXPECT(strstr(catch_text(), "'test inner mutex' was taken:\n  lockdep_mutex+"));
}

SELF_TEST("lockdep.right_order_is_silent", lockdep_silent)
{
	struct mutex sleeping, sleeping_inner;
	struct spinlock outer, inner;
	uint64_t flags;

	mutex_init(&sleeping, &sleeping_class);
	mutex_init(&sleeping_inner, &sleeping_inner_class);
	spin_init(&outer, &outer_class);
	spin_init(&inner, &inner_class);
	catch_start();
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
	EXPECT_EQ(catch_count(), 0);
}

LOCK_CLASS(misplaced_class, "test misplaced", RANK_TIMER, 0);

/* Held with interrupts on, it would be interrupted by what ranks below it. */
SELF_TEST("lockdep.misplaced_rank", lockdep_misplaced)
{
	struct spinlock lock;
	uint64_t flags;

	spin_init(&lock, &misplaced_class);
	catch_start();
	flags = irq_save(); /* or an interrupt's locks would be reported too */
	spin_lock(&lock);
	spin_unlock(&lock);
	irq_restore(flags);
	EXPECT(catch_end("LOCK_IRQ does not go with its rank", "'test misplaced'"));
}

SELF_TEST("lockdep.wrong_kind_of_class", lockdep_wrong_kind)
{
	struct spinlock lock;
	struct mutex mutex;

	spin_init(&lock, &sleeping_class);
	catch_start();
	spin_lock(&lock);
	spin_unlock(&lock);
	EXPECT(catch_end("a spinlock of a sleeping class", "'test mutex'"));
	mutex_init(&mutex, &outer_class);
	catch_start();
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	EXPECT(catch_end("a sleeping lock of a spinning class", "'test outer'"));
}

SELF_TEST("lockdep.waited_for_too_long", lockdep_waiting_test)
{
	uint64_t limit = lockdep_wait_limit;
	struct spinlock lock;
	uint64_t since = 0;

	spin_init(&lock, &outer_class);
	catch_start();
	lockdep_wait_limit = 1000;
	spin_lock(&lock);
	lockdep_contended(&lock);
	/* As spin_wait does: reports once, however long it goes on. */
	for (unsigned i = 0; i < 10000 || !catch_count(); i++)
		lockdep_waiting(&lock, &since);
	lockdep_acquired(&lock);
	spin_unlock(&lock);
	lockdep_wait_limit = limit;
	EXPECT(catch_end("waited for too long: 'test outer'", "lockdep_waiting_test+"));
}

SELF_TEST("lockdep.freed_with_a_lock", lockdep_freed)
{
	struct {
		uint64_t before;
		struct spinlock lock;
	} *object = kmalloc(sizeof(*object), GFP_KERNEL);
	struct {
		struct mutex mutex;
	} *other = kmalloc(sizeof(*other), GFP_KERNEL);

	if (!object || !other) {
		self_skip("no memory");
		kfree(object);
		kfree(other);
		return;
	}
	spin_init(&object->lock, &outer_class);
	mutex_init(&other->mutex, &sleeping_class);
	catch_start();
	spin_lock(&object->lock);
	kfree(object);
	lockdep_release(&object->lock);
	preempt_enable();
	EXPECT(catch_end("lies a lock that is held", "holding 'test outer'"));
	EXPECT(strstr(catch_text(), "  kfree+"));
	catch_start();
	mutex_lock(&other->mutex);
	kfree(other);
	lockdep_release_sleeping(cpu_task()->locks, &other->mutex);
	EXPECT(catch_end("lies a lock that is held", "holding 'test mutex'"));
}

static _Atomic uint32_t visited;

static void find_class(const struct lock_class *lock_class, void *context)
{
	const struct lock_stat **stat = context;

	atomic_fetch_add(&visited, 1);
	if (strcmp(lock_class->name, "test counted") == 0)
		*stat = &lock_class->state->stat;
}

LOCK_CLASS(counted_class, "test counted", RANK_DIRECTORY, LOCK_SLEEPS);
static struct mutex counted;
static _Atomic uint32_t holds;

static void hold_or_wait(unsigned index)
{
	if (index == 0) {
		mutex_lock(&counted);
		atomic_store(&holds, 1);
		AWAIT(atomic_load(&counted.owner) & 1); /* somebody is in the queue */
		mutex_unlock(&counted);
	} else {
		AWAIT(atomic_load(&holds));
		mutex_lock(&counted);
		mutex_unlock(&counted);
	}
}

SELF_TEST("lockdep.counts_contention", lockdep_counts)
{
	const struct lock_stat *stat = NULL;
	struct file *file = NULL;
	char text[4] = "";
	struct iter to = iter_kernel(text, sizeof(text)), zero = iter_kernel("0\n", 2);

	mutex_init(&counted, &counted_class);
	mutex_lock(&counted);
	mutex_unlock(&counted);
	lockdep_visit(find_class, &stat);
	EXPECT(stat);
	EXPECT_EQ(vfs_open("/proc/lock_stat", O_RDWR, 0, &file), 0);
	if (!stat || !file)
		return;
	EXPECT_EQ(do_read(file, &to), 4);
	EXPECT(memcmp(text, "lock", 4) == 0);
	EXPECT_EQ(do_write(file, &zero), 2);
	EXPECT_EQ(atomic_load(&stat->acquisitions), 0);
	zero = iter_kernel("1", 1);
	EXPECT_EQ(do_write(file, &zero), -EINVAL);
	file_put(file);
	atomic_store(&holds, 0);
	crew_run(2, hold_or_wait);
	EXPECT_EQ(atomic_load(&stat->acquisitions), 2);
	EXPECT_EQ(atomic_load(&stat->contentions), 1);
	EXPECT(atomic_load(&stat->wait_total) > 0);
	EXPECT(atomic_load(&stat->wait_total) >= atomic_load(&stat->wait_max));
	EXPECT(atomic_load(&stat->hold_total) >= atomic_load(&stat->hold_max));
}
