/*
 * place.c: on which CPU a task runs: where it wakes up, where it starts, how it gets
 * from one to another.
 *
 * What is read of other CPUs' queues without their locks is a hint: a wrong guess costs
 * balance, which balance.c repairs, and nothing else.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/trace.h"
#include "kernel/time/clock.h"

_Atomic uint64_t sched_idle_mask;

static ALWAYS_INLINE struct run_queue *lock_task(struct task *task, uint64_t *flags)
{
	for (;;) {
		uint32_t cpu = atomic_load_explicit(&task->cpu, memory_order_relaxed);
		struct run_queue *rq = cpus[cpu]->run_queue;

		*flags = spin_lock_irq(&rq->lock);
		if (atomic_load_explicit(&task->cpu, memory_order_relaxed) == cpu)
			return rq;
		spin_unlock_irq(&rq->lock, *flags);
	}
}

struct run_queue *sched_lock_task(struct task *task, uint64_t *flags)
{
	return lock_task(task, flags);
}

static bool is_idle(const struct run_queue *rq)
{
	return rq->urgency == PRIORITY_IDLE && rq->count == 0;
}

bool sched_claim_idle(uint64_t mask, unsigned *cpu)
{
	mask &= atomic_load_explicit(&sched_idle_mask, memory_order_relaxed);
	for (; mask; mask &= mask - 1) {
		uint64_t bit = mask & -mask;

		*cpu = (unsigned)__builtin_ctzll(bit);
		if (atomic_fetch_and(&sched_idle_mask, ~bit) & bit &&
		    is_idle(cpus[*cpu]->run_queue))
			return true;
	}
	return false;
}

/* How much a task would not like to run there: less is better. */
static uint64_t dislike(const struct task *task, const struct run_queue *rq)
{
	return is_fair(task) ? run_queue_load(rq) : PRIORITY_IDLE - rq->urgency;
}

/* The best of a set of CPUs; the last that is as good, `first` before all. */
static unsigned best_of(const struct task *task, uint64_t mask, unsigned first)
{
	uint64_t least = UINT64_MAX;
	unsigned best = first;

	if (mask >> first & 1)
		least = dislike(task, cpus[first]->run_queue);
	for (; mask; mask &= mask - 1) {
		unsigned cpu = (unsigned)__builtin_ctzll(mask);
		uint64_t there = dislike(task, cpus[cpu]->run_queue);

		if (there < least) {
			least = there;
			best = cpu;
		}
	}
	return best;
}

unsigned sched_choose_of_several(const struct task *task, unsigned previous)
{
	uint64_t allowed = task->affinity & sched_cpus();
	unsigned here = cpu_this()->id, cpu;

	if (!allowed)
		return previous;
	if (allowed >> previous & 1 && is_idle(cpus[previous]->run_queue))
		return previous;
	if (sched_claim_idle(allowed, &cpu))
		return cpu;
	if (is_fair(task) && allowed >> previous & 1) {
		/* Here, where what it waited for was made, if that is less busy. */
		if (previous == here || !(allowed >> here & 1))
			return previous;
		allowed = 1ull << previous;
		if (run_queue_load(cpus[here]->run_queue) + task->fair.weight <
		    run_queue_load(cpus[previous]->run_queue))
			return here;
	}
	return best_of(task, allowed, previous);
}

static NOINLINE struct run_queue *travel(struct run_queue *rq, struct task *task,
					 unsigned cpu)
{
	while (rq->cpu->id != cpu) {
		task->presence = PRESENCE_MOVING;
		atomic_store_explicit(&task->cpu, cpu, memory_order_relaxed);
		spin_unlock(&rq->lock);
		rq = cpus[cpu]->run_queue;
		spin_lock(&rq->lock);
		if (!may_run_on(task, cpu)) {
			atomic_fetch_or(&sched_idle_mask, 1ull << cpu); /* if claimed */
			cpu = sched_choose_cpu(task, cpu);
		}
	}
	return rq;
}

void sched_move(struct run_queue *rq, struct task *task, unsigned cpu)
{
	if (unlikely(rq->cpu->id != cpu))
		rq = travel(rq, task, cpu);
	run_queue_enqueue(rq, task, false, clock_monotonic());
	spin_unlock(&rq->lock);
}

/*
 * Not if the task changes it meanwhile: it runs then, and sees what it is woken for. A
 * plain store could come after it has ended, and would bring it back.
 */
static ALWAYS_INLINE bool make_runnable(struct task *task, unsigned from)
{
	uint32_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

	return from & 1u << state && atomic_compare_exchange_strong_explicit(
					     &task->state, &state, TASK_RUNNABLE,
					     memory_order_relaxed, memory_order_relaxed);
}

/* Releases the lock. */
static NOINLINE void wake_elsewhere(struct run_queue *rq, struct task *task, unsigned cpu,
				    uint64_t flags)
{
	preempt_disable();
	sched_move(rq, task, cpu);
	irq_restore(flags);
	preempt_enable();
}

/* With the lock; true: it is released, since the task went elsewhere. */
static ALWAYS_INLINE bool queue_woken(struct run_queue *rq, struct task *task,
				      uint64_t flags)
{
	unsigned cpu = sched_choose_cpu(task, rq->cpu->id);

	trace(TRACE_WAKE, (uint64_t)task->id, cpu);
	if (unlikely(cpu != rq->cpu->id)) {
		wake_elsewhere(rq, task, cpu, flags);
		return true;
	}
	run_queue_enqueue_here(rq, task, false, clock_monotonic());
	return false;
}

/* Not when it has not slept yet: it runs, or was preempted before. */
static ALWAYS_INLINE bool is_to_be_queued(const struct run_queue *rq,
					  const struct task *task)
{
	return likely(rq->cpu->task != task && task->presence == PRESENCE_NONE);
}

bool sched_wake(struct task *task, unsigned from)
{
	uint64_t flags;
	struct run_queue *rq = lock_task(task, &flags);
	bool wakes = make_runnable(task, from);

	if (wakes && is_to_be_queued(rq, task) && queue_woken(rq, task, flags))
		return true;
	spin_unlock_irq(&rq->lock, flags);
	return wakes;
}

void sched_wake_locked(struct task *task)
{
	struct run_queue *rq;

	for (;;) {
		rq = cpus[atomic_load_explicit(&task->cpu, memory_order_relaxed)]
			     ->run_queue;
		spin_lock(&rq->lock);
		if (likely(atomic_load_explicit(&task->cpu, memory_order_relaxed) ==
			   rq->cpu->id))
			break;
		spin_unlock(&rq->lock);
	}
	if (make_runnable(task, SCHED_WAKE_ANY) && is_to_be_queued(rq, task) &&
	    queue_woken(rq, task, 0))
		return;
	spin_unlock(&rq->lock);
}

void sched_start(struct task *task)
{
	uint64_t flags = irq_save();
	struct run_queue *rq = cpu_this()->run_queue;
	unsigned here = rq->cpu->id, cpu = here;
	uint64_t allowed = task->affinity & sched_cpus();

	preempt_disable();
	if (allowed != 1ull << here && !sched_claim_idle(allowed, &cpu))
		cpu = best_of(task, allowed, here);
	atomic_store_explicit(&task->cpu, here, memory_order_relaxed);
	spin_lock(&rq->lock);
	atomic_store_explicit(&task->state, TASK_RUNNABLE, memory_order_relaxed);
	sched_move(rq, task, cpu);
	irq_restore(flags);
	preempt_enable();
}
