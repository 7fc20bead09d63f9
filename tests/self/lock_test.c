/*
 * lock_test.c: mutexes, reader-writer locks and completions: who is let in, in which
 * order, and that nobody is forgotten; on as many CPUs as there are.
 */
#include "kernel/sched/completion.h"
#include "kernel/sched/rwlock.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "tests/self/crew.h"
#include "tests/self/sched_helpers.h"

LOCK_CLASS(mutex_class, "test mutex", RANK_DIRECTORY, LOCK_SLEEPS);
LOCK_CLASS(rwlock_class, "test rwlock", RANK_INODE, LOCK_SLEEPS);

enum { ROUNDS = 400 };

static struct mutex mutex;
static struct rwlock rwlock;
static unsigned counter; /* [mutex or rwlock] */
static _Atomic uint32_t inside, most_inside, wrong;

static void enter(void)
{
	uint32_t now = atomic_fetch_add(&inside, 1) + 1;

	if (now > atomic_load(&most_inside))
		atomic_store(&most_inside, now);
}

static void leave(void)
{
	atomic_fetch_sub(&inside, 1);
}

static void begin(void)
{
	mutex_init(&mutex, &mutex_class);
	rwlock_init(&rwlock, &rwlock_class);
	counter = 0;
	atomic_store(&inside, 0);
	atomic_store(&most_inside, 0);
	atomic_store(&wrong, 0);
}

static void count_under_mutex(unsigned index)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned before;

		MUTEX_GUARD(&mutex);
		enter();
		before = *(volatile unsigned *)&counter;
		if (i % 8 == index % 8)
			task_yield(); /* with the lock: others find it taken and sleep */
		*(volatile unsigned *)&counter = before + 1;
		leave();
	}
}

SELF_TEST("lock.mutex_excludes", mutex_excludes)
{
	unsigned size = crew_size();

	begin();
	crew_run(size, count_under_mutex);
	EXPECT_EQ(counter, size * ROUNDS);
	EXPECT_EQ(most_inside, 1);
	EXPECT_EQ(atomic_load(&mutex.owner), 0);
}

/* Those who wait, in the order in which they were let in. */
static unsigned came[8];
static unsigned came_count; /* [mutex or rwlock] */

static int lock_and_tell(void *argument)
{
	mutex_lock(&mutex);
	came[came_count++] = (unsigned)(uintptr_t)argument;
	mutex_unlock(&mutex);
	return 0;
}

static void start(int (*entry)(void *), unsigned number, unsigned priority,
		  struct task **task)
{
	start_task("locker", entry, (void *)(uintptr_t)number, priority, task);
}

SELF_TEST("lock.mutex_lets_in_by_priority_then_arrival", mutex_order)
{
	static const unsigned priorities[] = { 120, 110, 120, 105, 110 };
	static const unsigned expected[] = { 3, 1, 4, 0, 2 };
	struct task *tasks[ARRAY_SIZE(priorities)];

	begin();
	came_count = 0;
	mutex_lock(&mutex);
	for (unsigned i = 0; i < ARRAY_SIZE(tasks); i++) {
		start(lock_and_tell, i, priorities[i], &tasks[i]);
		AWAIT(tasks[i]->waits);
	}
	mutex_unlock(&mutex);
	for (unsigned i = 0; i < ARRAY_SIZE(tasks); i++)
		EXPECT_EQ(end_task(tasks[i]), 0);
	EXPECT_EQ(came_count, ARRAY_SIZE(expected));
	for (unsigned i = 0; i < ARRAY_SIZE(expected); i++)
		EXPECT_EQ(came[i], expected[i]);
}

/* All are inside before one leaves: nothing but a shared lock lets that end. */
static void read_together(unsigned index)
{
	rwlock_read_lock(&rwlock);
	enter();
	AWAIT(atomic_load(&most_inside) == 4);
	rwlock_read_unlock(&rwlock);
}

SELF_TEST("lock.rwlock_readers_share", rwlock_readers_share)
{
	begin();
	crew_run(4, read_together);
	EXPECT_EQ(most_inside, 4);
	EXPECT(rwlock_write_try(&rwlock));
	EXPECT(!rwlock_read_try(&rwlock));
	EXPECT(!rwlock_write_try(&rwlock));
	rwlock_write_unlock(&rwlock);
	EXPECT(rwlock_read_try(&rwlock));
	EXPECT(!rwlock_write_try(&rwlock));
	rwlock_read_unlock(&rwlock);
	EXPECT_EQ(atomic_load(&rwlock.readers), 0);
}

static volatile unsigned pair[2]; /* [rwlock] equal */

/* Every third writes. */
static void read_and_write(unsigned index)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (index % 3 == 0) {
			WRITE_GUARD(&rwlock);
			enter();
			pair[0]++;
			if (i % 8 == 0)
				task_yield();
			pair[1]++;
			if (atomic_load(&inside) != 1)
				atomic_fetch_add(&wrong, 1);
			leave();
		} else {
			READ_GUARD(&rwlock);
			enter();
			if (i % 8 == 0)
				task_yield();
			if (pair[0] != pair[1])
				atomic_fetch_add(&wrong, 1);
			leave();
		}
	}
}

SELF_TEST("lock.rwlock_writer_is_alone", rwlock_writer_alone)
{
	unsigned size = crew_size();

	begin();
	pair[0] = pair[1] = 0;
	crew_run(size, read_and_write);
	EXPECT_EQ(wrong, 0);
	EXPECT_EQ(pair[1], (size + 2) / 3 * ROUNDS);
	EXPECT_EQ(atomic_load(&rwlock.readers), 0);
}

static int write_and_tell(void *argument)
{
	rwlock_write_lock(&rwlock);
	came[came_count++] = (unsigned)(uintptr_t)argument;
	rwlock_write_unlock(&rwlock);
	return 0;
}

static int read_and_tell(void *argument)
{
	rwlock_read_lock(&rwlock);
	came[came_count++] = (unsigned)(uintptr_t)argument;
	rwlock_read_unlock(&rwlock);
	return 0;
}

/* A reader is inside; a writer comes, then another reader, who does not pass it. */
SELF_TEST("lock.rwlock_writer_does_not_starve", rwlock_writer_waits)
{
	struct task *writer, *reader;

	begin();
	came_count = 0;
	rwlock_read_lock(&rwlock);
	start(write_and_tell, 1, PRIORITY_NORMAL, &writer);
	AWAIT(atomic_load(&rwlock.readers) > 1); /* shut */
	EXPECT(!rwlock_read_try(&rwlock));
	start(read_and_tell, 2, PRIORITY_NORMAL, &reader);
	AWAIT(reader->waits);
	EXPECT_EQ(came_count, 0);
	rwlock_read_unlock(&rwlock);
	EXPECT_EQ(end_task(writer), 0);
	EXPECT_EQ(end_task(reader), 0);
	EXPECT_EQ(came[0], 1);
	EXPECT_EQ(came[1], 2);
}

/* A writer is inside; a reader comes, then another writer, who does not pass it. */
SELF_TEST("lock.rwlock_reader_does_not_starve", rwlock_reader_waits)
{
	struct task *writer, *reader;

	begin();
	came_count = 0;
	rwlock_write_lock(&rwlock);
	start(read_and_tell, 1, PRIORITY_NORMAL, &reader);
	AWAIT(reader->waits);
	start(write_and_tell, 2, PRIORITY_NORMAL, &writer);
	AWAIT(writer->waits);
	rwlock_write_unlock(&rwlock);
	EXPECT_EQ(end_task(reader), 0);
	EXPECT_EQ(end_task(writer), 0);
	EXPECT_EQ(came[0], 1);
	EXPECT_EQ(came[1], 2);
}

static struct completion completion;
static _Atomic uint32_t taken;

SELF_TEST("lock.completion_counts", completion_counts)
{
	completion_init(&completion);
	EXPECT(!completion_try(&completion));
	completion_done(&completion);
	completion_done(&completion);
	EXPECT_EQ(completion_wait(&completion), 0);
	EXPECT(completion_try(&completion));
	EXPECT(!completion_try(&completion));
	EXPECT_EQ(completion_wait_until(&completion, clock_monotonic() + 1), -ETIMEDOUT);
	completion_done_all(&completion);
	for (unsigned i = 0; i < 3; i++)
		completion_wait_always(&completion);
	EXPECT(completion_try(&completion));
}

/* Even ones announce, odd ones take: as many events as takes, or one sleeps for ever. */
static void announce_or_take(unsigned index)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (index % 2 == 0)
			completion_done(&completion);
		else if (completion_wait(&completion) == 0)
			atomic_fetch_add(&taken, 1);
		if (i % 32 == index)
			task_yield();
	}
}

SELF_TEST("lock.completion_is_never_lost", completion_never_lost)
{
	unsigned size = crew_size() & ~1u;

	completion_init(&completion);
	atomic_store(&taken, 0);
	crew_run(size, announce_or_take);
	EXPECT_EQ(taken, size / 2 * ROUNDS);
	EXPECT(!completion_try(&completion));
}

static int take_one(void *argument)
{
	return completion_wait(&completion);
}

/* Two wait; one event comes, and the one that it woke is killed at once. */
SELF_TEST("lock.completion_killed_waiter_passes_on", completion_pass_on)
{
	struct task *first, *second;

	completion_init(&completion);
	start(take_one, 0, PRIORITY_NORMAL, &first);
	AWAIT(!waitq_is_empty(&completion.waiters));
	start(take_one, 0, PRIORITY_NORMAL, &second);
	AWAIT(atomic_load(&second->state) == TASK_SLEEPING);
	task_kill(first);
	completion_done(&completion);
	/* Either has it, and not both. */
	if (end_task(first) == 0) {
		EXPECT(!completion_try(&completion));
		completion_done(&completion);
	}
	EXPECT_EQ(end_task(second), 0);
	EXPECT(!completion_try(&completion));
}

static struct completion *_Atomic handed;
static struct completion asked;

static void answer_each(unsigned index)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (index == 1) {
			completion_wait_always(&asked);
			completion_done(atomic_exchange(&handed, NULL));
		} else {
			struct completion mine;

			completion_init(&mine);
			atomic_store(&handed, &mine);
			completion_done(&asked);
			completion_wait_always(&mine);
			/* Who is still in there finds no lock. */
			memset(&mine, 0x5a, sizeof(mine));
		}
	}
}

SELF_TEST("lock.completion_may_vanish_after_the_wait", completion_vanishes)
{
	completion_init(&asked);
	crew_run(2, answer_each);
	EXPECT(!completion_try(&asked));
}
