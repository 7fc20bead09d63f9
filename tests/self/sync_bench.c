/*
 * sync_bench.c: what locks cost: a pair of taking and releasing while nobody else wants
 * it ("sync.", to be counted in instructions), and while two tasks do ("contended.", in
 * wall time with two CPUs; with one they take turns).
 */
#include "kernel/sched/completion.h"
#include "kernel/sched/rwlock.h"
#include "kernel/sync/seqcount.h"
#include "kernel/time/clock.h"
#include "tests/self/crew.h"

LOCK_CLASS(spin_class, "bench lock", RANK_FDTABLE, 0);
LOCK_CLASS(irq_class, "bench irq lock", RANK_TIMER, LOCK_IRQ);
LOCK_CLASS(sleeping_class, "bench mutex", RANK_DEVICE, LOCK_SLEEPS);

static struct spinlock spinlock = SPINLOCK_INIT(&spin_class);
static struct mutex mutex;
static struct rwlock rwlock;

SELF_BENCH("sync.spinlock_pair", bench_spinlock)
{
	for (uint64_t i = 0; i < times; i++) {
		spin_lock(&spinlock);
		spin_unlock(&spinlock);
	}
}

SELF_BENCH("sync.spinlock_irq_pair", bench_spinlock_irq)
{
	struct spinlock lock;

	spin_init(&lock, &irq_class);
	for (uint64_t i = 0; i < times; i++)
		spin_unlock_irq(&lock, spin_lock_irq(&lock));
}

SELF_BENCH("sync.mutex_pair", bench_mutex)
{
	mutex_init(&mutex, &sleeping_class);
	for (uint64_t i = 0; i < times; i++) {
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
}

SELF_BENCH("sync.rwlock_read_pair", bench_rwlock_read)
{
	rwlock_init(&rwlock, &sleeping_class);
	for (uint64_t i = 0; i < times; i++) {
		rwlock_read_lock(&rwlock);
		rwlock_read_unlock(&rwlock);
	}
}

SELF_BENCH("sync.rwlock_write_pair", bench_rwlock_write)
{
	rwlock_init(&rwlock, &sleeping_class);
	for (uint64_t i = 0; i < times; i++) {
		rwlock_write_lock(&rwlock);
		rwlock_write_unlock(&rwlock);
	}
}

SELF_BENCH("sync.completion_pair", bench_completion)
{
	struct completion completion;

	completion_init(&completion);
	for (uint64_t i = 0; i < times; i++) {
		completion_done(&completion);
		completion_wait_always(&completion);
	}
}

SELF_BENCH("sync.seqcount_read", bench_seqcount)
{
	struct seqcount count = { 0 };

	for (uint64_t i = 0; i < times; i++)
		while (seqcount_changed(&count, seqcount_read(&count)))
			;
}

#define LONG_NS (300 * NSEC_PER_MSEC)

static uint64_t rounds;

static void by_two(uint64_t times, void (*work)(unsigned index))
{
	rounds = times / 2;
	mutex_init(&mutex, &sleeping_class);
	rwlock_init(&rwlock, &sleeping_class);
	crew_run(2, work);
}

/* As long as what stands between: some tens of instructions. */
static void do_something(void)
{
	for (volatile unsigned i = 0; i < 10; i++)
		;
}

static void spin_pairs(unsigned index)
{
	for (uint64_t i = 0; i < rounds; i++) {
		spin_lock(&spinlock);
		do_something();
		spin_unlock(&spinlock);
		do_something();
	}
}

SELF_BENCH_LONG("contended.spinlock_by_two", bench_spinlock_contended, LONG_NS)
{
	by_two(times, spin_pairs);
}

static struct spinlock apart[2][8] = { { SPINLOCK_INIT(&spin_class) },
				       { SPINLOCK_INIT(&spin_class) } };

/* The same with a lock each: what there is to gain. */
static void spin_apart_pairs(unsigned index)
{
	for (uint64_t i = 0; i < rounds; i++) {
		spin_lock(&apart[index][0]);
		do_something();
		spin_unlock(&apart[index][0]);
		do_something();
	}
}

SELF_BENCH_LONG("contended.spinlock_apart_by_two", bench_spinlock_apart, LONG_NS)
{
	by_two(times, spin_apart_pairs);
}

static void mutex_pairs(unsigned index)
{
	for (uint64_t i = 0; i < rounds; i++) {
		mutex_lock(&mutex);
		do_something();
		mutex_unlock(&mutex);
		do_something();
	}
}

SELF_BENCH_LONG("contended.mutex_by_two", bench_mutex_contended, LONG_NS)
{
	by_two(times, mutex_pairs);
}

/* The owner lets others run: who waits sleeps, and gets it handed over. */
static void mutex_sleeping_pairs(unsigned index)
{
	for (uint64_t i = 0; i < rounds; i++) {
		mutex_lock(&mutex);
		task_yield();
		mutex_unlock(&mutex);
	}
}

SELF_BENCH_LONG("contended.mutex_sleeps_by_two", bench_mutex_sleeps, LONG_NS)
{
	by_two(times, mutex_sleeping_pairs);
}

static void read_pairs(unsigned index)
{
	for (uint64_t i = 0; i < rounds; i++) {
		rwlock_read_lock(&rwlock);
		do_something();
		rwlock_read_unlock(&rwlock);
		do_something();
	}
}

SELF_BENCH_LONG("contended.rwlock_read_by_two", bench_rwlock_contended, LONG_NS)
{
	by_two(times, read_pairs);
}
