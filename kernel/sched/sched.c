/*
 * sched.c: which task runs, and the switch to it.
 *
 * The most urgent runnable task of a CPU runs; equals take turns, each for a time slice.
 * The slice's alarm is set only while an equal waits, so a task alone, and the idle
 * task, are not interrupted. need_resched asks for a decision: it is looked at when an
 * interrupt ends and when preemption is enabled again.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/debug/watchdog.h"
#include "kernel/mm/slab.h"
#include "kernel/time/clock.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/switch.h"

LOCK_CLASS(run_queue_class, "run queue", RANK_RUN_QUEUE, LOCK_IRQ);
static struct run_queue boot_queue;
static struct task boot_idle;	/* task 0 */
static _Atomic uint64_t online; /* CPUs that run tasks */

/* Asks the queue's CPU to decide anew. With the queue's lock. */
static void resched(struct run_queue *rq)
{
	if (__atomic_exchange_n(&rq->cpu->need_resched, 1, __ATOMIC_SEQ_CST))
		return;
	if (rq->cpu != cpu_this())
		smp_send_reschedule(rq->cpu->id);
}

struct run_queue *sched_lock_task(struct task *task, uint64_t *flags)
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

/* A task that became runnable: it may be better than the one that runs, or its equal. */
static void enqueue(struct run_queue *rq, struct task *task)
{
	const struct task *current = rq->cpu->task;

	run_queue_add(rq, task, false);
	if (task->priority > current->priority)
		return;
	if (task->priority == current->priority && rq->cpu == cpu_this())
		timer_set_slice(current->started_at + current->slice_left);
	else
		resched(rq); /* to run it; or only the CPU itself can set its alarm */
}

bool sched_wake(struct task *task, unsigned from)
{
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);
	bool wakes =
		from & 1u << atomic_load_explicit(&task->state, memory_order_relaxed);

	if (wakes) {
		atomic_store_explicit(&task->state, TASK_RUNNABLE, memory_order_relaxed);
		trace(TRACE_WAKE, (uint64_t)task->id, rq->cpu->id);
		/* Not when it has not slept yet: it runs, or was preempted before. */
		if (rq->cpu->task != task && list_is_empty(&task->run_link))
			enqueue(rq, task);
	}
	spin_unlock_irq(&rq->lock, flags);
	return wakes;
}

void sched_start(struct task *task)
{
	struct run_queue *rq;
	uint64_t flags;
	unsigned best = 0;

	/* Without their locks: a wrong guess costs balance, nothing else. */
	for (uint64_t left = sched_cpus() & ~1ull; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctzll(left);

		if (cpus[i]->run_queue->count < cpus[best]->run_queue->count)
			best = i;
	}
	atomic_store_explicit(&task->cpu, best, memory_order_relaxed);
	rq = sched_lock_task(task, &flags);
	task->slice_left = SLICE_NS;
	atomic_store_explicit(&task->state, TASK_RUNNABLE, memory_order_relaxed);
	enqueue(rq, task);
	spin_unlock_irq(&rq->lock, flags);
}

COLD void sched_set_priority(struct task *task, unsigned priority)
{
	uint64_t flags;
	struct run_queue *rq = sched_lock_task(task, &flags);

	if (task->priority == priority) {
		/* Nothing to do. */
	} else if (!list_is_empty(&task->run_link)) {
		run_queue_remove(rq, task);
		task->priority = (uint8_t)priority;
		enqueue(rq, task);
	} else {
		task->priority = (uint8_t)priority;
		if (rq->cpu->task == task && rq->count > 0)
			resched(rq);
	}
	spin_unlock_irq(&rq->lock, flags);
}

/* Books the time since the last decision on the task that runs. */
static void account(struct task *task, uint64_t now)
{
	uint64_t used = now - task->started_at;

	task->run_time += used;
	task->slice_left = task->slice_left > used ? task->slice_left - used : 0;
	task->started_at = now;
}

/* Who is next; a previous task that stays runnable is queued before. */
static struct task *choose(struct run_queue *rq, struct task *previous,
			   enum sched_reason reason)
{
	bool goes_on = reason == SCHED_PREEMPT ||
		       atomic_load_explicit(&previous->state, memory_order_relaxed) ==
			       TASK_RUNNABLE;
	bool turn_over = reason == SCHED_YIELD || !goes_on ||
			 (previous->slice_left == 0 && previous->policy != POLICY_FIFO);

	if (turn_over)
		previous->slice_left = SLICE_NS;
	if (previous == rq->idle) {
		ASSERT(goes_on);
		return run_queue_take(rq);
	}
	if (goes_on)
		run_queue_add(rq, previous, !turn_over);
	return run_queue_take(rq);
}

static void switch_to(struct run_queue *rq, struct task *previous, struct task *next)
{
	ASSERT(!atomic_load_explicit(&next->on_cpu, memory_order_acquire));
	atomic_store_explicit(&next->on_cpu, true, memory_order_relaxed);
	rq->previous = previous;
	rq->switches++;
	next->switches++;
	rq->cpu->task = next;
	rq->cpu->kernel_rsp = (uint64_t)next->stack + next->stack_size;
	trace(TRACE_SWITCH,
	      (uint64_t)previous->id | (uint64_t)atomic_load_explicit(
					       &previous->state, memory_order_relaxed)
					       << 32,
	      (uint64_t)next->id);
	switch_stack(&previous->rsp, next->rsp);
	sched_after_switch();
}

/* stack: below sched_after_switch, no sched_schedule */
void sched_after_switch(void)
{
	struct run_queue *rq = cpu_this()->run_queue;
	struct task *previous = rq->previous;
	bool dead =
		atomic_load_explicit(&previous->state, memory_order_relaxed) == TASK_DEAD;

	atomic_store_explicit(&previous->on_cpu, false, memory_order_release);
	spin_unlock(&rq->lock);
	if (unlikely(dead))
		task_release_dead(previous);
}

/*
 * Interrupts are off in it.
 * stack: below sched_schedule, no sched_preempt
 * stack: below sched_schedule, no sched_schedule
 */
void sched_schedule(enum sched_reason reason)
{
	uint64_t flags = irq_save();
	struct run_queue *rq = cpu_this()->run_queue;
	struct task *previous = cpu_task(), *next;
	uint64_t now;

	spin_lock(&rq->lock);
	__atomic_store_n(&rq->cpu->need_resched, 0, __ATOMIC_RELAXED);
	rq->cpu->decisions++;
	now = clock_monotonic();
	account(previous, now);
	next = choose(rq, previous, reason);
	next->started_at = now;
	timer_set_slice(run_queue_has(rq, next->priority) ? now + next->slice_left : 0);
	if (next != previous)
		switch_to(rq, previous, next); /* releases the lock */
	else
		spin_unlock(&rq->lock);
	irq_restore(flags);
}

void sched_preempt(void)
{
	while (cpu_task() && cpu_need_resched() && cpu_irq_depth() == 0)
		sched_schedule(SCHED_PREEMPT);
}

void sched_preempt_irq(void)
{
	if (cpu_preempt_count() == 0)
		sched_preempt();
}

void task_yield(void)
{
	lockdep_may_sleep("task_yield");
	sched_schedule(SCHED_YIELD);
}

/* The running task's slice is over: the next interrupt exit decides. */
static void slice_ended(void)
{
	__atomic_store_n(&cpu_this()->need_resched, 1, __ATOMIC_RELAXED);
}

static void print_locks(void)
{
	lockdep_print_held(cpu_task()->locks);
}

/* The queue of a CPU that runs its idle task. */
static COLD void run_queue_init(struct run_queue *rq, struct cpu *cpu, struct task *idle)
{
	spin_init(&rq->lock, &run_queue_class);
	rq->cpu = cpu;
	rq->idle = idle;
	for (unsigned i = 0; i < PRIORITY_LEVELS; i++)
		list_init(&rq->levels[i]);
	atomic_store(&idle->cpu, cpu->id);
	atomic_store(&idle->state, TASK_RUNNABLE);
	atomic_store(&idle->on_cpu, true);
	idle->started_at = clock_monotonic();
	cpu->idle = cpu->task = idle;
	cpu->run_queue = rq;
}

COLD void sched_init(void)
{
	task_cache_init();
	task_init(&boot_idle, "idle", PRIORITY_IDLE);
	run_queue_init(&boot_queue, cpu_this(), &boot_idle);
	atomic_store(&online, 1);
	timer_set_slice_handler(slice_ended);
	panic_print_locks = print_locks;
}

COLD int sched_cpu_prepare(unsigned cpu)
{
	struct run_queue *rq = kmalloc(sizeof(*rq), GFP_KERNEL | GFP_ZERO);
	struct task *idle = rq ? task_new_idle(cpu) : NULL;

	if (!idle) {
		kfree(rq);
		return -ENOMEM;
	}
	run_queue_init(rq, cpus[cpu], idle);
	cpus[cpu]->kernel_rsp = (uint64_t)idle->stack + idle->stack_size;
	return 0;
}

COLD void sched_cpu_run(void)
{
	struct cpu *cpu = cpu_this();

	cpu->task->started_at = clock_monotonic();
	atomic_fetch_or(&online, 1ull << cpu->id);
	sched_idle();
}

uint64_t sched_cpus(void)
{
	return atomic_load_explicit(&online, memory_order_acquire);
}

void sched_idle(void)
{
	for (;;) {
		irq_disable();
		lockdep_idle();
		if (!cpu_need_resched())
			cpu_wait_irq(); /* what comes now ends the halt: no gap */
		irq_enable();
		watchdog_wake();
		sched_preempt();
		task_reap();
	}
}

COLD void sched_stats(struct sched_stats *stats)
{
	*stats = (struct sched_stats){ 0 };
	for (unsigned i = 0; i < cpu_count; i++) {
		struct run_queue *rq = cpus[i]->run_queue;

		if (!rq)
			continue;
		SPIN_IRQ_GUARD(&rq->lock);
		stats->switches += rq->switches;
		stats->idle_ns += task_run_time(rq->idle);
	}
}
