/*
 * balance.c: work goes to where CPUs have none: an idle CPU pulls before it halts. And
 * seldom otherwise: a CPU whose slice ended while others wait gives one to a CPU that
 * halts, or, every BALANCE_NS, to the least busy one where that makes both more equal. A
 * CPU with one task has no alarm of slices, so the busier one does it.
 */
#include "kernel/sched/internal.h"

#include "kernel/time/clock.h"

#define BALANCE_NS (64 * NSEC_PER_MSEC)

/* A real-time task that waits and may run on cpu, the most urgent. With the lock. */
static struct task *movable_realtime(const struct run_queue *rq, unsigned cpu)
{
	for (unsigned word = 0; word < LEVEL_WORDS; word++) {
		for (uint64_t left = rq->levels_used[word]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			const struct list *level = &rq->levels[64 * word + bit];
			struct task *task;

			list_for_each (task, level, run_link)
				if (may_run_on(task, cpu))
					return task;
		}
	}
	return NULL;
}

/* Of any class; a fair one below a weight. With the lock of rq. */
static struct task *movable(const struct run_queue *rq, unsigned cpu, uint64_t below)
{
	struct task *task = rq->rt_count ? movable_realtime(rq, cpu) : NULL;
	struct rb_node *node;

	for (node = rb_first(&rq->fair.tree); !task && node; node = rb_next(node)) {
		struct task *fair = fair_task(rb_entry(node, struct fair, node));

		if (may_run_on(fair, cpu) && fair->fair.weight < below)
			task = fair;
	}
	return task;
}

/* Takes a task from one CPU to another, if there is one. Interrupts are off. */
static bool transfer(struct run_queue *from, unsigned to, uint64_t below)
{
	struct task *task;

	spin_lock(&from->lock);
	task = movable(from, to, below);
	if (!task) {
		spin_unlock(&from->lock);
		return false;
	}
	run_queue_dequeue(from, task, clock_monotonic());
	sched_move(from, task, to);
	return true;
}

/* The CPU of the mask with the most tasks that wait, or NULL. */
static struct run_queue *busiest_of(uint64_t mask)
{
	struct run_queue *busiest = NULL;
	unsigned most = 0;

	for (; mask; mask &= mask - 1) {
		struct run_queue *rq = cpus[__builtin_ctzll(mask)]->run_queue;
		/* A task that has just been sent to an idle CPU is about to run there. */
		unsigned waiting =
			rq->count - (rq->count && rq->urgency == PRIORITY_IDLE);

		if (waiting > most) {
			most = waiting;
			busiest = rq;
		}
	}
	return busiest;
}

bool sched_pull(struct run_queue *rq)
{
	unsigned here = rq->cpu->id;
	uint64_t others = sched_cpus() & ~(1ull << here);
	struct run_queue *busiest = busiest_of(others);
	uint64_t flags = irq_save();
	bool pulled = false;

	while (!pulled && busiest) {
		pulled = transfer(busiest, here, UINT64_MAX);
		others &= ~(1ull << busiest->cpu->id);
		busiest = pulled ? NULL : busiest_of(others);
	}
	irq_restore(flags);
	return pulled;
}

static struct run_queue *least_busy_of(uint64_t mask)
{
	struct run_queue *least = NULL;

	for (; mask; mask &= mask - 1) {
		struct run_queue *rq = cpus[__builtin_ctzll(mask)]->run_queue;

		if (!least || run_queue_load(rq) < run_queue_load(least))
			least = rq;
	}
	return least;
}

void sched_push(struct run_queue *rq)
{
	uint64_t others = sched_cpus() & ~(1ull << rq->cpu->id);
	uint64_t idle = others, unwanted = 0, load = run_queue_load(rq);
	uint64_t now = clock_monotonic();
	struct run_queue *to;
	bool gone = false;
	unsigned cpu;

	if (!others || !rq->count)
		return;
	while (!gone && sched_claim_idle(idle, &cpu)) {
		gone = transfer(rq, cpu, UINT64_MAX);
		idle &= ~(1ull << cpu);
		unwanted |= gone ? 0 : 1ull << cpu;
	}
	if (unwanted)
		atomic_fetch_or(&sched_idle_mask, unwanted);
	if (gone)
		return;
	if (now - rq->balanced_at < BALANCE_NS)
		return;
	rq->balanced_at = now;
	to = least_busy_of(others);
	if (run_queue_load(to) < load)
		transfer(rq, to->cpu->id, load - run_queue_load(to));
}
