/*
 * queue.c: one CPU's run queue: who waits, who is next, and when to look again.
 *
 * Real-time tasks first, by priority; within one by POSIX.1-2017, 2.8.4: who becomes
 * runnable goes to the tail of its list, who is preempted back to the head, with the
 * rest of its slice where the policy has slices. Then fair ones, by fair.h.
 */
#include "kernel/sched/internal.h"

#include "kernel/time/clock.h"
#include "kernel/x86/smp.h"

LOCK_CLASS(run_queue_class, "run queue", RANK_RUN_QUEUE, LOCK_IRQ);

COLD void run_queue_init(struct run_queue *rq, struct cpu *cpu, struct task *idle)
{
	spin_init(&rq->lock, &run_queue_class);
	rq->cpu = cpu;
	rq->idle = idle;
	rq->urgency = PRIORITY_IDLE;
	for (unsigned i = 0; i < LEVELS; i++)
		list_init(&rq->levels[i]);
}

void run_queue_ask(struct run_queue *rq, uint32_t need)
{
	if (rq->cpu == cpu_this())
		__atomic_fetch_or(&rq->cpu->need_resched, need, __ATOMIC_SEQ_CST);
	else if (!__atomic_fetch_or(&rq->cpu->need_resched, need, __ATOMIC_SEQ_CST))
		smp_send_reschedule(rq->cpu->id);
}

void run_queue_add_realtime(struct run_queue *rq, struct task *task, bool at_head)
{
	rq->rt_count++;
	rq->levels_used[task->priority / 64] |= 1ull << task->priority % 64;
	if (at_head)
		list_add_head(&rq->levels[task->priority], &task->run_link);
	else
		list_add_tail(&rq->levels[task->priority], &task->run_link);
}

void run_queue_remove_realtime(struct run_queue *rq, struct task *task)
{
	rq->rt_count--;
	list_remove(&task->run_link);
	if (list_is_empty(&rq->levels[task->priority]))
		rq->levels_used[task->priority / 64] &= ~(1ull << task->priority % 64);
}

/* The first of the most urgent real-time tasks. There is one. */
static struct task *first_realtime(const struct run_queue *rq)
{
	unsigned word = 0;

	while (!rq->levels_used[word])
		word++;
	word = 64 * word + (unsigned)__builtin_ctzll(rq->levels_used[word]);
	return list_entry(rq->levels[word].next, struct task, run_link);
}

/* Whether real-time tasks have used up this period's budget, while fair ones wait. */
static bool is_throttled(struct run_queue *rq, uint64_t now)
{
	if (now - rq->rt_window >= RT_PERIOD_NS) {
		rq->rt_window = now;
		rq->rt_used = 0;
	}
	return rq->rt_used >= RT_BUDGET_NS && rq->fair.weight;
}

uint64_t run_queue_realtime_alarm(const struct run_queue *rq, const struct task *running)
{
	uint64_t left = UINT64_MAX;

	if (running == rq->idle)
		return 0;
	if (is_fair(running))
		return MIN(running->since + fair_time_left(&running->fair),
			   rq->rt_window + RT_PERIOD_NS);
	if (rq->fair.weight)
		left = RT_BUDGET_NS - MIN(rq->rt_used, RT_BUDGET_NS);
	if (running->policy != POLICY_FIFO &&
	    !list_is_empty(&rq->levels[running->priority]))
		left = MIN(left, running->slice_left);
	return left == UINT64_MAX ? 0 : running->since + left;
}

void run_queue_enqueue(struct run_queue *rq, struct task *task, bool at_head,
		       uint64_t now)
{
	run_queue_enqueue_here(rq, task, at_head, now);
}

void run_queue_dequeue(struct run_queue *rq, struct task *task, uint64_t now)
{
	run_queue_account(rq, rq->cpu->task, now);
	run_queue_remove(rq, task);
	if (likely(is_fair(task)))
		fair_leave(&rq->fair, &task->fair, now);
}

/* Puts a real-time task that goes on back in its list. */
static void put_realtime(struct run_queue *rq, struct task *task, bool yields)
{
	bool turn_over = yields || (task->policy != POLICY_FIFO && task->slice_left == 0);

	if (turn_over)
		task->slice_left = RR_SLICE_NS;
	run_queue_add(rq, task, !turn_over);
}

static struct task *choose_fair(struct run_queue *rq, struct fair *running)
{
	struct fair *best = fair_pick(&rq->fair, running);

	if (!best)
		return rq->idle;
	if (best != running)
		run_queue_remove(rq, fair_task(best));
	return fair_task(best);
}

struct task *run_queue_choose_of_all(struct run_queue *rq, struct task *previous,
				     bool goes_on, bool yields, uint64_t now)
{
	struct fair *running = NULL;
	struct task *next;

	if (is_fair(previous)) {
		if (previous != rq->idle)
			running = run_queue_fair_ran(rq, &previous->fair, goes_on, yields,
						     now);
	} else if (goes_on) {
		put_realtime(rq, previous, yields);
	} else {
		previous->slice_left = RR_SLICE_NS;
	}
	if (rq->rt_count && !is_throttled(rq, now)) {
		next = first_realtime(rq);
		run_queue_remove(rq, next);
	} else {
		next = choose_fair(rq, running);
	}
	if (running && next != previous)
		run_queue_add(rq, previous, false);
	return next;
}
