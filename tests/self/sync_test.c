/*
 * sync_test.c: spinlocks, sequence and reference counts; from several CPUs, where there
 * are several. The checker of locks has a file of its own, lockdep_test.c.
 */
#include "kernel/sync/refcount.h"
#include "kernel/sync/seqcount.h"
#include "kernel/sync/spinlock.h"
#include "tests/self/crew.h"

LOCK_CLASS(outer_class, "test outer", RANK_FDTABLE, 0);
LOCK_CLASS(inner_class, "test inner", RANK_TIMER, LOCK_IRQ);

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
	lock.serving = lock.next = UINT32_MAX - 5;
	for (unsigned i = 0; i < 6; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	EXPECT_EQ(lock.next, 6);
	EXPECT(spin_try(&lock));
	spin_unlock(&lock);
}

/* Two CPUs drew tickets and were taken away by the host before they could look. */
SELF_TEST("sync.spinlock_passes_over_who_is_not_there", spinlock_forfeits)
{
	struct spinlock lock;

	spin_init(&lock, &outer_class);
	lock.next += 4;
	spin_lock(&lock);
	EXPECT_EQ(lock.serving, 5); /* the third turn, taken up */
	EXPECT(!spin_try(&lock));
	spin_unlock(&lock);
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

enum { SPIN_ROUNDS = 150, SEQ_WRITES = 400, SEQ_READS = 4000 };

static struct spinlock shared = SPINLOCK_INIT(&outer_class);
static struct spinlock shared_irq = SPINLOCK_INIT(&inner_class);
static unsigned counter, irq_counter; /* [shared], [shared_irq] */
static _Atomic uint32_t inside, most_inside;

/* What a lock that does not exclude loses: a count read, and written a while after. */
static void count_up(unsigned *at)
{
	unsigned before = *(volatile unsigned *)at;
	uint32_t now = atomic_fetch_add(&inside, 1) + 1;

	if (now > atomic_load(&most_inside))
		atomic_store(&most_inside, now);
	cpu_relax();
	*(volatile unsigned *)at = before + 1;
	atomic_fetch_sub(&inside, 1);
}

static void count_under_spinlock(unsigned index)
{
	for (unsigned i = 0; i < SPIN_ROUNDS; i++) {
		SPIN_GUARD(&shared);
		count_up(&counter);
	}
}

static void count_under_irq_spinlock(unsigned index)
{
	for (unsigned i = 0; i < SPIN_ROUNDS; i++) {
		SPIN_IRQ_GUARD(&shared_irq);
		count_up(&irq_counter);
	}
}

SELF_TEST("sync.spinlock_excludes", spinlock_excludes)
{
	unsigned size = crew_size();

	counter = irq_counter = 0;
	atomic_store(&most_inside, 0);
	crew_run(size, count_under_spinlock);
	EXPECT_EQ(counter, size * SPIN_ROUNDS);
	crew_run(size, count_under_irq_spinlock);
	EXPECT_EQ(irq_counter, size * SPIN_ROUNDS);
	EXPECT_EQ(most_inside, 1);
}

static void try_and_count(unsigned index)
{
	for (unsigned got = 0; got < SPIN_ROUNDS;) {
		if (!spin_try(&shared))
			continue;
		count_up(&counter);
		spin_unlock(&shared);
		got++;
	}
}

SELF_TEST("sync.spinlock_try_excludes", spinlock_try_excludes)
{
	unsigned size = crew_size();

	counter = 0;
	atomic_store(&most_inside, 0);
	crew_run(size, try_and_count);
	EXPECT_EQ(counter, size * SPIN_ROUNDS);
	EXPECT_EQ(most_inside, 1);
}

static struct seqcount seq;
static volatile uint64_t pair[2]; /* [shared, seq] one is the other's complement */
static atomic_bool writing;
static _Atomic uint32_t torn, retries, reads;

/* The first writes; the others read until it is done. */
static void write_or_read(unsigned index)
{
	if (index == 0) {
		for (uint64_t i = 0; i < SEQ_WRITES; i++) {
			spin_lock(&shared);
			seqcount_write_begin(&seq);
			pair[0] = i;
			cpu_relax();
			pair[1] = ~i;
			seqcount_write_end(&seq);
			spin_unlock(&shared);
			task_yield();
		}
		atomic_store(&writing, false);
		return;
	}
	for (unsigned i = 0; atomic_load(&writing) || i < SEQ_READS; i++) {
		uint32_t start;
		uint64_t a, b;

		for (;;) {
			start = seqcount_read(&seq);
			a = pair[0];
			b = pair[1];
			if (!seqcount_changed(&seq, start))
				break;
			atomic_fetch_add(&retries, 1);
		}
		if (a != ~b)
			atomic_fetch_add(&torn, 1);
		atomic_fetch_add(&reads, 1);
		if (i % 256 == 255)
			task_yield();
	}
}

SELF_TEST("sync.seqcount_is_never_torn", seqcount_never_torn)
{
	unsigned size = crew_size();

	pair[0] = 0;
	pair[1] = ~0ull;
	atomic_store(&writing, true);
	atomic_store(&torn, 0);
	atomic_store(&reads, 0);
	crew_run(size, write_or_read);
	EXPECT_EQ(torn, 0);
	EXPECT(atomic_load(&reads) >= (size - 1) * SEQ_READS);
	EXPECT_EQ(pair[0], SEQ_WRITES - 1);
}

SELF_TEST("sync.seqcount_tells_of_a_write", seqcount_tells)
{
	struct seqcount count = { 0 };
	uint32_t start = seqcount_read(&count);

	EXPECT(!seqcount_changed(&count, start));
	preempt_disable();
	seqcount_write_begin(&count);
	EXPECT(seqcount_changed(&count, start));
	seqcount_write_end(&count);
	preempt_enable();
	EXPECT(seqcount_changed(&count, start));
	EXPECT(!seqcount_changed(&count, seqcount_read(&count)));
}
