/*
 * inherit_test.c: priorities that pass from those who wait for a mutex to its owner, and
 * on through what that waits for. Every test looks at the priorities in force; that a
 * task waits is seen a moment before what it lends.
 */
#include "kernel/sched/rwlock.h"
#include "lib/errno.h"
#include "tests/self/crew.h"
#include "tests/self/sched_helpers.h"

/* Tests take several at once, in an order of their own. */
LOCK_CLASS(chain_class, "test chain", RANK_DIRECTORY, LOCK_SLEEPS | LOCK_BY_ADDRESS);

enum { CHAIN = 5, URGENT = PRIORITY_HIGH, LOWEST = PRIORITY_LOW, SWAPS = 150 };

static struct mutex mutexes[CHAIN + 1];
static struct task *links[CHAIN];
static _Atomic uint32_t go;
static unsigned seen[CHAIN][3];

static void init_all(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(mutexes); i++)
		mutex_init(&mutexes[i], &chain_class);
	atomic_store(&go, 0);
}

static void start(const char *name, int (*entry)(void *), unsigned number,
		  unsigned priority, struct task **task)
{
	start_task(name, entry, (void *)(uintptr_t)number, priority, task);
}

/* Link n owns mutex n and waits for the one above it, the first for us. */
static int be_link(void *argument)
{
	unsigned n = (unsigned)(uintptr_t)argument;

	mutex_lock(&mutexes[n]);
	mutex_lock(&mutexes[n + 1]);
	seen[n][0] = cpu_task()->priority;
	mutex_unlock(&mutexes[n + 1]);
	seen[n][1] = cpu_task()->priority;
	mutex_unlock(&mutexes[n]);
	seen[n][2] = cpu_task()->priority;
	return 0;
}

static int want(void *argument)
{
	int error = mutex_lock_killable(&mutexes[(uintptr_t)argument]);

	if (!error)
		mutex_unlock(&mutexes[(uintptr_t)argument]);
	return error;
}

/* The most urgent of a chain is its last: link 0, whom nobody waits for. */
static unsigned own_priority(unsigned n)
{
	return LOWEST - (CHAIN - n);
}

static void expect_in_force(unsigned priority)
{
	for (unsigned i = 0; i < CHAIN; i++) {
		AWAIT(links[i]->priority == priority);
		EXPECT_EQ(links[i]->base_priority, own_priority(i));
	}
	AWAIT(cpu_task()->priority == MIN(priority, cpu_task()->base_priority));
}

/* us <- link 4 <- link 3 <- ... <- link 0 <- the urgent one */
SELF_TEST("inherit.chain_of_five", chain_of_five)
{
	struct task *urgent;

	init_all();
	mutex_lock(&mutexes[CHAIN]);
	for (unsigned i = CHAIN; i-- > 0;) {
		start("link", be_link, i, own_priority(i), &links[i]);
		AWAIT(links[i]->waits);
	}
	/* Each link is more urgent than those it waits for: all have the last one's. */
	for (unsigned i = 0; i < CHAIN; i++)
		AWAIT(links[i]->priority == own_priority(0));
	start("urgent", want, 0, URGENT, &urgent);
	AWAIT(urgent->waits);
	expect_in_force(URGENT);
	EXPECT_EQ(cpu_task()->priority, URGENT);
	/* It goes, and with it what it lent, all the way. */
	task_kill(urgent);
	EXPECT_EQ(end_task(urgent), -EINTR);
	expect_in_force(own_priority(0));
	EXPECT_EQ(cpu_task()->priority, cpu_task()->base_priority);
	start("urgent", want, 0, URGENT, &urgent);
	AWAIT(urgent->waits);
	expect_in_force(URGENT);
	mutex_unlock(&mutexes[CHAIN]);
	EXPECT_EQ(cpu_task()->priority, cpu_task()->base_priority);
	EXPECT_EQ(end_task(urgent), 0);
	for (unsigned i = 0; i < CHAIN; i++) {
		EXPECT_EQ(end_task(links[i]), 0);
		EXPECT_EQ(seen[i][0], URGENT); /* with both */
		EXPECT_EQ(seen[i][1], URGENT); /* with its own, which is waited for */
		EXPECT_EQ(seen[i][2], own_priority(i));
	}
}

/* Three are owned and waited for; what is in force is the most urgent of what is left. */
static void release_in_order(const unsigned order[3], const unsigned in_force[3])
{
	static const unsigned priorities[] = { 110, 105, 115 };
	struct task *waiters[3];
	unsigned own = cpu_task()->base_priority;

	init_all();
	for (unsigned i = 0; i < 3; i++)
		mutex_lock(&mutexes[i]);
	for (unsigned i = 0; i < 3; i++) {
		start("waiter", want, i, priorities[i], &waiters[i]);
		AWAIT(waiters[i]->waits);
	}
	AWAIT(cpu_task()->priority == 105);
	for (unsigned i = 0; i < 3; i++) {
		mutex_unlock(&mutexes[order[i]]);
		EXPECT_EQ(cpu_task()->priority, MIN(in_force[i], own));
	}
	for (unsigned i = 0; i < 3; i++)
		EXPECT_EQ(end_task(waiters[i]), 0);
}

SELF_TEST("inherit.released_in_any_order", released_in_any_order)
{
	const unsigned none = LOWEST;

	release_in_order((const unsigned[]){ 0, 1, 2 },
			 (const unsigned[]){ 105, 115, none });
	release_in_order((const unsigned[]){ 1, 2, 0 },
			 (const unsigned[]){ 110, 110, none });
	release_in_order((const unsigned[]){ 2, 1, 0 },
			 (const unsigned[]){ 105, 110, none });
}

/* The priority of one who waits, and of one who is lent one, change meanwhile. */
SELF_TEST("inherit.follows_own_priorities", follows_own)
{
	struct task *waiter, *self = cpu_task();
	unsigned own = self->base_priority;

	init_all();
	mutex_lock(&mutexes[0]);
	start("waiter", want, 0, 115, &waiter);
	AWAIT(waiter->waits);
	AWAIT(self->priority == 115);
	task_set_priority(waiter, 103);
	EXPECT_EQ(self->priority, 103);
	task_set_priority(self, LOWEST);
	EXPECT_EQ(self->priority, 103);
	EXPECT_EQ(self->base_priority, LOWEST);
	task_set_priority(waiter, LOWEST);
	EXPECT_EQ(self->priority, LOWEST);
	task_set_priority(self, own);
	EXPECT_EQ(self->priority, own);
	mutex_unlock(&mutexes[0]);
	EXPECT_EQ(end_task(waiter), 0);
}

static struct rwlock rwlock;

static int read_it(void *argument)
{
	READ_GUARD(&rwlock);
	return 0;
}

SELF_TEST("inherit.writer_of_a_rwlock", writer_inherits)
{
	struct task *reader;

	rwlock_init(&rwlock, &chain_class);
	rwlock_write_lock(&rwlock);
	start("reader", read_it, 0, URGENT, &reader);
	AWAIT(reader->waits);
	AWAIT(cpu_task()->priority == URGENT);
	rwlock_write_unlock(&rwlock);
	EXPECT_EQ(cpu_task()->priority, cpu_task()->base_priority);
	EXPECT_EQ(end_task(reader), 0);
}

static _Atomic uint32_t wrong;

/* Owners and waiters of three mutexes, each with priorities that change. */
static void mix(unsigned index)
{
	struct task *self = cpu_task();

	for (unsigned i = 0; i < SWAPS; i++) {
		unsigned first = (i + index) % 2, second = first + 1 + i % 2;

		if (i % 16 == 0)
			task_set_priority(self, 101 + (index * 7 + i) % 38);
		mutex_lock(&mutexes[first]);
		if (i % 4 == index % 4)
			task_yield();
		mutex_lock(&mutexes[second]);
		if (self->priority > self->base_priority)
			atomic_fetch_add(&wrong, 1);
		/* Not always in the reverse order. */
		mutex_unlock(&mutexes[i % 3 ? second : first]);
		mutex_unlock(&mutexes[i % 3 ? first : second]);
	}
	/* It owns nothing: what was lent must be gone. */
	if (self->priority != self->base_priority || self->waited || self->waits)
		atomic_fetch_add(&wrong, 1);
}

SELF_TEST("inherit.nothing_is_left_over", nothing_left)
{
	init_all();
	atomic_store(&wrong, 0);
	crew_run(crew_size(), mix);
	EXPECT_EQ(wrong, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(mutexes); i++)
		EXPECT_EQ(atomic_load(&mutexes[i].owner), 0);
}
