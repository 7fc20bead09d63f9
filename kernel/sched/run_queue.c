/*
 * run_queue.c: the runnable tasks of one CPU: a list for each priority and a bit map of
 * the lists in use, so that the most urgent task is found in one step.
 */
#include "kernel/sched/internal.h"

LOCK_CLASS(run_queue_class, "run queue", RANK_RUN_QUEUE, LOCK_IRQ);

void run_queue_init(struct run_queue *rq, struct cpu *cpu, struct task *idle)
{
	spin_init(&rq->lock, &run_queue_class);
	rq->cpu = cpu;
	rq->idle = idle;
	rq->levels_used = 0;
	rq->count = 0;
	for (unsigned i = 0; i < PRIORITY_LEVELS; i++)
		list_init(&rq->levels[i]);
	rq->previous = NULL;
	rq->switches = 0;
}

void run_queue_add(struct run_queue *rq, struct task *task, bool at_head)
{
	struct list *level = &rq->levels[task->priority];

	if (at_head)
		list_add_head(level, &task->run_link);
	else
		list_add_tail(level, &task->run_link);
	rq->levels_used |= 1u << task->priority;
	rq->count++;
}

void run_queue_remove(struct run_queue *rq, struct task *task)
{
	list_remove(&task->run_link);
	if (list_is_empty(&rq->levels[task->priority]))
		rq->levels_used &= ~(1u << task->priority);
	rq->count--;
}

struct task *run_queue_take(struct run_queue *rq)
{
	struct task *task;

	if (!rq->levels_used)
		return rq->idle;
	task = list_entry(rq->levels[__builtin_ctz(rq->levels_used)].next, struct task,
			  run_link);
	run_queue_remove(rq, task);
	return task;
}

bool run_queue_has(const struct run_queue *rq, unsigned priority)
{
	return priority < PRIORITY_LEVELS && rq->levels_used & 1u << priority;
}
