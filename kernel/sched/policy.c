/*
 * policy.c: what can be asked of a task's scheduling while it runs, waits or sleeps: its
 * priority and policy, and the CPUs where it may run.
 */
#include "kernel/sched/internal.h"

#include "kernel/time/clock.h"

static void store_priority(struct task *task, unsigned priority)
{
	task->priority = (uint8_t)priority;
	if (is_fair(task))
		fair_set_weight(&task->fair, fair_weights[priority - PRIORITY_FAIR]);
}

/* Of the task that runs on the queue's CPU. */
static void change_running(struct run_queue *rq, struct task *task, unsigned priority,
			   uint64_t now)
{
	run_queue_account(rq, task, now);
	if (is_fair(task))
		fair_leave(&rq->fair, &task->fair, now);
	store_priority(task, priority);
	if (is_fair(task))
		fair_join(&rq->fair, &task->fair, now);
	rq->urgency = priority;
	run_queue_resched(rq);
}

/*
 * POSIX.1-2017, pthread_setschedprio: to the tail of the list of a more urgent priority,
 * to the head of a less urgent one. With the lock of rq.
 */
static void change(struct run_queue *rq, struct task *task, unsigned priority)
{
	uint64_t now = clock_monotonic();
	bool at_head = priority > task->priority;

	if (task->priority == priority)
		return;
	if (task->presence == PRESENCE_QUEUED) {
		run_queue_dequeue(rq, task, now);
		store_priority(task, priority);
		run_queue_enqueue(rq, task, at_head, now);
	} else if (rq->cpu->task == task) {
		change_running(rq, task, priority, now);
	} else {
		store_priority(task, priority);
	}
}

COLD void sched_set_priority(struct task *task, unsigned priority)
{
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);

	change(rq, task, priority);
	spin_unlock_irq(&rq->lock, flags);
}

static bool go_together(unsigned policy, unsigned priority)
{
	if (policy == POLICY_FAIR)
		return priority >= PRIORITY_FAIR && priority < PRIORITY_LEVELS;
	return (policy == POLICY_FIFO || policy == POLICY_RR) &&
	       priority < PRIORITY_FAIR - 1;
}

/* Its own; what is in force then comes of it and of what mutexes lend. */
static void change_base(struct task *task, unsigned policy, unsigned priority)
{
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);

	if (task->policy != policy && rq->cpu->task == task)
		run_queue_resched(rq); /* it may have a slice now, or none */
	task->policy = (uint8_t)policy;
	task->base_priority = (uint8_t)priority;
	if (policy == POLICY_FAIR)
		task->fair_priority = (uint8_t)priority;
	spin_unlock_irq(&rq->lock, flags);
	mutex_priority_changed(task);
}

COLD int task_set_policy(struct task *task, enum task_policy policy, unsigned priority)
{
	if (!go_together(policy, priority))
		return -EINVAL;
	change_base(task, policy, priority);
	return 0;
}

COLD void task_set_priority(struct task *task, unsigned priority)
{
	unsigned policy = task->policy;

	priority = MIN(priority, PRIORITY_LEVELS - 1u);
	if (!go_together(policy, priority))
		policy = priority < PRIORITY_FAIR ? POLICY_RR : POLICY_FAIR;
	change_base(task, policy, priority);
}

COLD void task_set_nice(struct task *task, int nice)
{
	unsigned priority = (unsigned)(PRIORITY_NORMAL + nice);
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);
	bool is_in_force = task->policy == POLICY_FAIR;

	task->fair_priority = (uint8_t)priority;
	spin_unlock_irq(&rq->lock, flags);
	if (is_in_force)
		change_base(task, POLICY_FAIR, priority);
}

uint64_t task_slice(const struct task *task)
{
	if (task->policy == POLICY_FAIR)
		return task->fair.slice;
	return task->policy == POLICY_RR ? RR_SLICE_NS : 0;
}

/* Whether it runs where it must not. */
static bool is_astray(struct task *task)
{
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);
	bool astray = rq->cpu->task == task && !may_run_on(task, rq->cpu->id);

	spin_unlock_irq(&rq->lock, flags);
	return astray;
}

COLD int task_set_affinity(struct task *task, uint64_t mask)
{
	struct run_queue *rq;
	uint64_t flags;

	if (!(mask & sched_cpus()))
		return -EINVAL;
	preempt_disable();
	rq = sched_lock_task(task, &flags);
	task->affinity = mask;
	if (may_run_on(task, rq->cpu->id) || task->presence == PRESENCE_MOVING) {
		spin_unlock(&rq->lock);
	} else if (task->presence == PRESENCE_QUEUED) {
		run_queue_dequeue(rq, task, clock_monotonic());
		sched_move(rq, task, sched_choose_cpu(task, rq->cpu->id));
	} else {
		if (rq->cpu->task == task)
			run_queue_resched(rq); /* it goes when it has left its stack */
		spin_unlock(&rq->lock);
	}
	irq_restore(flags);
	preempt_enable();
	/* Its CPU has been told: that takes it until it may be preempted. */
	while (is_astray(task))
		cpu_relax();
	return 0;
}
