/*
 * sched_wait_test.c: wait queues, poll tables and mutexes: no wake-up is lost, whoever
 * waits, is killed or times out.
 */
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/poll.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "tests/self/sched_helpers.h"

#define LONG_NS (10 * NSEC_PER_SEC) /* a guard: what takes that long hangs */

static struct waitq queue;
static atomic_uint items, taken, order;
static atomic_bool stop;

static void begin(void)
{
	waitq_init(&queue);
	atomic_store(&items, 0);
	atomic_store(&taken, 0);
	atomic_store(&order, 0);
	atomic_store(&stop, false);
}

/* Takes one item if there is one. */
static bool take(void)
{
	unsigned n = atomic_load(&items);

	while (n)
		if (atomic_compare_exchange_weak(&items, &n, n - 1))
			return true;
	return false;
}

SELF_TEST("sched.wait_times_out", wait_times_out)
{
	uint64_t now, deadline;

	begin();
	now = clock_monotonic();
	deadline = now + 5 * NSEC_PER_MSEC;
	EXPECT_EQ(waitq_wait_until(&queue, false, deadline), -ETIMEDOUT);
	EXPECT(clock_monotonic() >= deadline);
	EXPECT(waitq_is_empty(&queue));
	/* In the past: at once; and a true condition wins over it. */
	EXPECT_EQ(waitq_wait_until(&queue, false, now), -ETIMEDOUT);
	EXPECT_EQ(waitq_wait_until(&queue, true, now), 0);
	EXPECT_EQ(waitq_wait(&queue, true), 0);
	EXPECT_EQ(atomic_load(&cpu_task()->state), TASK_RUNNABLE);
}

static int take_one(void *argument)
{
	unsigned *place = argument;
	int error = waitq_wait_until(&queue, take(), clock_monotonic() + LONG_NS);

	if (!error)
		*place = atomic_fetch_add(&order, 1) + 1;
	return error;
}

SELF_TEST("sched.wake_in_order_of_arrival", wake_in_order)
{
	enum { TASKS = 4 };
	struct task *tasks[TASKS];
	unsigned places[TASKS] = { 0 };

	pin();
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start_task("waiter", take_one, &places[i], PRIORITY_HIGH, &tasks[i]);
	for (unsigned i = 0; i < TASKS; i++) {
		EXPECT_EQ(places[i], 0);
		atomic_fetch_add(&items, 1);
		waitq_wake(&queue, 1);
		for (unsigned j = i + 1; j < TASKS; j++)
			EXPECT_EQ(tasks[j]->switches, 1); /* nobody else was woken */
		EXPECT_EQ(end_task(tasks[i]), 0);
		EXPECT_EQ(places[i], i + 1);
	}
	EXPECT(waitq_is_empty(&queue));
	unpin();
}

SELF_TEST("sched.two_wake_ups_reach_two", two_wake_two)
{
	unsigned places[2] = { 0 };
	struct task *tasks[2];

	pin();
	begin();
	for (unsigned i = 0; i < 2; i++)
		start_task("waiter", take_one, &places[i], PRIORITY_HIGH, &tasks[i]);
	atomic_store(&items, 2);
	preempt_disable(); /* neither has gone when the other is woken */
	waitq_wake(&queue, 1);
	waitq_wake(&queue, 1);
	EXPECT(waitq_is_empty(&queue));
	preempt_enable();
	for (unsigned i = 0; i < 2; i++)
		EXPECT_EQ(end_task(tasks[i]), 0);
	unpin();
}

SELF_TEST("sched.wake_all", wake_all)
{
	enum { TASKS = 8 };
	struct task *tasks[TASKS];
	unsigned places[TASKS] = { 0 };

	pin();
	begin();
	for (unsigned i = 0; i < TASKS; i++)
		start_task("waiter", take_one, &places[i], PRIORITY_HIGH, &tasks[i]);
	atomic_store(&items, TASKS);
	waitq_wake_all(&queue);
	for (unsigned i = 0; i < TASKS; i++)
		EXPECT_EQ(end_task(tasks[i]), 0);
	EXPECT_EQ(atomic_load(&order), TASKS);
	unpin();
}

SELF_TEST("sched.kill_ends_a_wait", kill_ends_wait)
{
	unsigned place = 0;
	struct task *task;

	pin();
	begin();
	start_task("waiter", take_one, &place, PRIORITY_HIGH, &task);
	EXPECT(!waitq_is_empty(&queue));
	task_kill(task);
	EXPECT_EQ(end_task(task), -EINTR);
	EXPECT_EQ(place, 0);
	EXPECT(waitq_is_empty(&queue));
	unpin();
}

static int wait_always(void *argument)
{
	waitq_wait_always(&queue, take());
	return task_killed();
}

SELF_TEST("sched.some_waits_outlast_a_kill", outlast_kill)
{
	struct task *task;

	pin();
	begin();
	start_task("waiter", wait_always, NULL, PRIORITY_HIGH, &task);
	task_kill(task);
	EXPECT_EQ(atomic_load(&task->state), TASK_BLOCKED);
	EXPECT_EQ(task->switches, 1);
	atomic_store(&items, 1);
	waitq_wake(&queue, 1);
	EXPECT_EQ(end_task(task), true);
	unpin();
}

enum { CONSUMERS = 6, PRODUCERS = 3, EACH = 2000 };

static int consume(void *argument)
{
	uint64_t deadline = clock_monotonic() + 6 * LONG_NS;
	bool got;

	do {
		int error = waitq_wait_until(&queue, (got = take()) || atomic_load(&stop),
					     deadline);

		if (error)
			return error;
		atomic_fetch_add(&taken, got);
	} while (got);
	return 0;
}

static int produce(void *argument)
{
	for (unsigned i = 0; i < EACH; i++) {
		atomic_fetch_add(&items, 1);
		waitq_wake(&queue, 1);
		if (i % 7 == 0)
			task_yield();
	}
	return 0;
}

SELF_TEST("sched.wait_stress", wait_stress)
{
	struct task *consumers[CONSUMERS], *producers[PRODUCERS];

	begin();
	for (unsigned i = 0; i < CONSUMERS; i++)
		start_task("consumer", consume, NULL, PRIORITY_NORMAL - i % 3,
			   &consumers[i]);
	for (unsigned i = 0; i < PRODUCERS; i++)
		start_task("producer", produce, NULL, PRIORITY_NORMAL, &producers[i]);
	for (unsigned i = 0; i < PRODUCERS; i++)
		EXPECT_EQ(end_task(producers[i]), 0);
	/* Each item had its wake-up: they go without any other. */
	for (unsigned i = 0; atomic_load(&items) && i < 1000; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT_EQ(atomic_load(&items), 0);
	atomic_store(&stop, true);
	waitq_wake_all(&queue);
	for (unsigned i = 0; i < CONSUMERS; i++)
		EXPECT_EQ(end_task(consumers[i]), 0);
	EXPECT_EQ(atomic_load(&taken), PRODUCERS * EACH);
}

enum { QUEUES = POLL_INLINE + 2 * POLL_CHUNK + 3 };
static struct waitq queues[QUEUES];

static void watch_all(struct poll_table *table)
{
	poll_table_init(table);
	for (unsigned i = 0; i < QUEUES; i++)
		poll_watch(table, &queues[i]);
}

static int wake_later(void *argument)
{
	int error = task_sleep(2 * NSEC_PER_MSEC);

	waitq_wake(argument, 1);
	return error;
}

SELF_TEST("sched.poll_many_queues", poll_many)
{
	static const unsigned which[] = { 0, POLL_INLINE - 1, POLL_INLINE, QUEUES - 1 };
	uint64_t used = slab_used(), deadline = clock_monotonic() + LONG_NS;
	struct poll_table table;
	struct task *waker;

	for (unsigned i = 0; i < QUEUES; i++)
		waitq_init(&queues[i]);
	watch_all(&table);
	for (unsigned i = 0; i < ARRAY_SIZE(which); i++) {
		waitq_wake(&queues[which[i]], 1); /* before the wait: remembered */
		EXPECT_EQ(poll_table_wait(&table, deadline), 0);
		start_task("waker", wake_later, &queues[which[i]], PRIORITY_HIGH, &waker);
		EXPECT_EQ(poll_table_wait(&table, deadline), 0);
		EXPECT_EQ(end_task(waker), 0);
	}
	EXPECT_EQ(poll_table_wait(&table, clock_monotonic() + NSEC_PER_MSEC), -ETIMEDOUT);
	poll_table_finish(&table);
	for (unsigned i = 0; i < QUEUES; i++)
		EXPECT(waitq_is_empty(&queues[i]));
	EXPECT_EQ(slab_used(), used);
}

SELF_TEST("sched.poll_without_memory", poll_without_memory)
{
	uint64_t used = slab_used();
	struct poll_table table;

	for (unsigned i = 0; i < QUEUES; i++)
		waitq_init(&queues[i]);
	for (unsigned n = 1; n <= 3; n++) {
		fault_inject_arm(n, cpu_task());
		watch_all(&table);
		EXPECT(fault_inject_disarm());
		EXPECT_EQ(poll_table_wait(&table, 0), -ENOMEM);
		poll_table_finish(&table);
		EXPECT_EQ(slab_used(), used);
	}
}

/* A watcher does not use up the wake-up that a waiter needs. */
SELF_TEST("sched.poll_leaves_wake_ups_to_others", poll_and_waiter)
{
	uint64_t started = clock_monotonic();
	struct poll_table table;
	struct task *task;
	unsigned place = 0;

	begin();
	poll_table_init(&table);
	poll_watch(&table, &queue);
	start_task("waiter", take_one, &place, PRIORITY_HIGH, &task);
	atomic_store(&items, 1);
	waitq_wake(&queue, 1);
	EXPECT_EQ(end_task(task), 0);
	EXPECT(clock_monotonic() - started < LONG_NS / 2); /* not by its deadline */
	EXPECT_EQ(poll_table_wait(&table, clock_monotonic() + LONG_NS), 0);
	poll_table_finish(&table);
}

LOCK_CLASS(mutex_class, "test mutex", RANK_DEVICE, LOCK_SLEEPS);
static struct mutex mutex;
static unsigned counter, inside; /* [mutex] */

enum { LOCKERS = 6, ROUNDS = 300 };

static int count_up(void *argument)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned before;

		MUTEX_GUARD(&mutex);
		if (inside++)
			self_fail(__FILE__, __LINE__, "two at once");
		before = counter;
		if (i % 3 == 0)
			task_yield();
		counter = before + 1;
		inside--;
	}
	return 0;
}

SELF_TEST("sched.mutex_excludes", mutex_excludes)
{
	struct task *tasks[LOCKERS];

	mutex_init(&mutex, &mutex_class);
	counter = inside = 0;
	for (unsigned i = 0; i < LOCKERS; i++)
		start_task("locker", count_up, NULL, PRIORITY_NORMAL - i % 2, &tasks[i]);
	for (unsigned i = 0; i < LOCKERS; i++)
		EXPECT_EQ(end_task(tasks[i]), 0);
	EXPECT_EQ(counter, LOCKERS * ROUNDS);
	EXPECT(mutex_try(&mutex));
	EXPECT(!mutex_try(&mutex));
	mutex_unlock(&mutex);
	EXPECT(!cpu_task()->waited);
}

static int lock_once(void *argument)
{
	int error = mutex_lock_killable(&mutex);

	if (error)
		return error;
	mutex_unlock(&mutex);
	return 0;
}

/* Two wait; the lock becomes free, and the one that was woken is killed at once. */
SELF_TEST("sched.mutex_killed_waiter_passes_on", mutex_pass_on)
{
	struct task *first, *second;

	pin();
	mutex_init(&mutex, &mutex_class);
	mutex_lock(&mutex);
	start_task("first", lock_once, NULL, PRIORITY_HIGH, &first);
	start_task("second", lock_once, NULL, PRIORITY_HIGH, &second);
	task_kill(first);
	EXPECT_EQ(end_task(first), -EINTR);
	EXPECT_EQ(atomic_load(&second->state), TASK_SLEEPING);
	start_task("first", lock_once, NULL, PRIORITY_HIGH, &first);
	task_yield(); /* second lent us its priority: first is no more urgent */
	EXPECT_EQ(atomic_load(&first->state), TASK_SLEEPING);
	preempt_disable(); /* so that second has not run when it is killed */
	mutex_unlock(&mutex);
	task_kill(second);
	preempt_enable();
	EXPECT_EQ(end_task(first), 0);
	EXPECT_EQ(end_task(second), -EINTR);
	EXPECT(mutex_try(&mutex));
	mutex_unlock(&mutex);
	unpin();
}

static int take_again_and_again(void *argument)
{
	unsigned rounds = 0;

	while (!atomic_load(&stop) && rounds < 100000) {
		MUTEX_GUARD(&mutex);
		rounds++;
		if (rounds % 8 == 0)
			task_yield(); /* with the lock: whoever waits finds it taken */
	}
	return (int)rounds;
}

SELF_TEST("sched.mutex_starves_nobody", mutex_starves_nobody)
{
	struct task *hog;

	mutex_init(&mutex, &mutex_class);
	atomic_store(&stop, false);
	start_task("hog", take_again_and_again, NULL, cpu_task()->priority, &hog);
	for (unsigned i = 0; i < 20; i++) {
		task_yield();
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
	atomic_store(&stop, true);
	EXPECT(end_task(hog) < 100000);
}

static int hold(void *argument)
{
	mutex_lock(&mutex);
	atomic_store(&items, 1);
	while (!atomic_load(&stop))
		cpu_relax();
	mutex_unlock(&mutex);
	return cpu_task()->priority;
}

static int spin_until_taken(void *argument)
{
	uint64_t deadline = clock_monotonic() + LONG_NS;

	while (!atomic_load(&taken) && clock_monotonic() < deadline)
		cpu_relax();
	return (int)atomic_load(&taken);
}

static int lock_and_tell(void *argument)
{
	mutex_lock(&mutex);
	atomic_store(&taken, 1);
	mutex_unlock(&mutex);
	return 0;
}

/* Without lending, the spinner would keep the holder, and so the urgent one, waiting. */
SELF_TEST("sched.mutex_lends_priority", mutex_lends)
{
	struct task *holder, *spinner, *urgent;
	unsigned old = cpu_task()->base_priority;

	pin();
	begin();
	mutex_init(&mutex, &mutex_class);
	task_set_priority(cpu_task(), PRIORITY_HIGH);
	start_task("holder", hold, NULL, PRIORITY_LOW, &holder);
	while (!atomic_load(&items))
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	start_task("urgent", lock_and_tell, NULL, PRIORITY_HIGH, &urgent);
	for (unsigned i = 0; holder->priority != PRIORITY_HIGH && i < 1000; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT_EQ(holder->priority, PRIORITY_HIGH);
	EXPECT_EQ(holder->base_priority, PRIORITY_LOW);
	start_task("spinner", spin_until_taken, NULL, PRIORITY_NORMAL, &spinner);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	atomic_store(&stop, true);
	EXPECT_EQ(end_task(urgent), 0);
	EXPECT_EQ(end_task(spinner), 1);
	EXPECT_EQ(end_task(holder), PRIORITY_LOW);
	task_set_priority(cpu_task(), old);
	unpin();
}
