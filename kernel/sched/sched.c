/*
 * sched.c: which task runs, and the switch to it.
 *
 * queue.c knows who is next. The running task's alarm is set only while somebody waits,
 * so a task alone, and the idle task, are not interrupted. need_resched asks for a
 * decision, or for the alarm: it is looked at when an interrupt ends and when preemption
 * is enabled again.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/schedfuzz.h"
#include "kernel/debug/trace.h"
#include "kernel/debug/watchdog.h"
#include "kernel/mm/slab.h"
#include "kernel/time/clock.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/switch.h"

static struct run_queue boot_queue;
static struct task boot_idle; /* task 0 */
_Atomic uint64_t sched_online;

/* The stack of a task that cannot go on here has been left. Releases the lock. */
static NOINLINE void depart(struct run_queue *rq, struct task *task)
{
	enum departure departure = rq->departure;

	rq->departure = DEPARTS_NOT;
	if (departure == DEPARTS_AWAY) {
		sched_move(rq, task, sched_choose_cpu(task, rq->cpu->id));
		/* Interrupts are off, and nobody looks on the way out of here. */
		if (unlikely(cpu_need_resched()))
			smp_send_reschedule(rq->cpu->id);
		return;
	}
	spin_unlock(&rq->lock);
	task_release_dead(task);
}

static ALWAYS_INLINE void after_switch(void)
{
	struct run_queue *rq = cpu_this()->run_queue;
	struct task *previous = rq->previous;

	atomic_store_explicit(&previous->on_cpu, false, memory_order_release);
	if (unlikely(rq->departure))
		depart(rq, previous);
	else
		spin_unlock(&rq->lock);
}

/* stack: below sched_after_switch, no sched_schedule */
void sched_after_switch(void)
{
	after_switch();
}

static ALWAYS_INLINE void switch_to(struct run_queue *rq, struct task *previous,
				    struct task *next)
{
	ASSERT(!atomic_load_explicit(&next->on_cpu, memory_order_acquire));
	atomic_store_explicit(&next->on_cpu, true, memory_order_relaxed);
	rq->previous = previous;
	rq->switches++;
	rq->urgency = next->priority;
	next->switches++;
	rq->cpu->task = next;
	rq->cpu->kernel_rsp = (uint64_t)next->stack + next->stack_size;
	trace(TRACE_SWITCH,
	      (uint64_t)previous->id | (uint64_t)atomic_load_explicit(
					       &previous->state, memory_order_relaxed)
					       << 32,
	      (uint64_t)next->id);
	switch_stack(&previous->rsp, next->rsp);
	after_switch();
}

/* Whether the task that runs goes on; if not, what becomes of it. */
static ALWAYS_INLINE bool goes_on(struct run_queue *rq, struct task *task,
				  enum sched_reason reason)
{
	uint32_t state = atomic_load_explicit(&task->state, memory_order_relaxed);

	if (reason == SCHED_SLEEP && state != TASK_RUNNABLE) {
		if (unlikely(state == TASK_DEAD))
			rq->departure = DEPARTS_DEAD;
		return false;
	}
	if (likely(may_run_on(task, rq->cpu->id)))
		return true;
	rq->departure = DEPARTS_AWAY;
	task->presence = PRESENCE_MOVING;
	return false;
}

/*
 * Interrupts are off in it.
 * stack: below sched_schedule, no sched_preempt
 * stack: below sched_schedule, no sched_schedule
 */
void sched_schedule(enum sched_reason reason)
{
	uint64_t flags = irq_save();
	struct cpu *cpu = cpu_this();
	struct run_queue *rq = cpu->run_queue;
	struct task *previous = cpu->task, *next;
	uint64_t now;

	spin_lock(&rq->lock);
	__atomic_store_n(&cpu->need_resched, 0, __ATOMIC_RELAXED);
	cpu->decisions++;
	now = clock_monotonic();
	run_queue_account(rq, previous, now);
	next = run_queue_choose(rq, previous, goes_on(rq, previous, reason),
				reason == SCHED_YIELD || schedfuzz_ends_turn(), now);
	next->since = now;
	run_queue_set_alarm(rq, next);
	if (next != previous)
		switch_to(rq, previous, next); /* releases the lock */
	else
		spin_unlock(&rq->lock);
	irq_restore(flags);
}

/* Only the running task's alarm was asked for: somebody waits now. */
static void set_alarm(void)
{
	uint64_t flags = irq_save();
	struct run_queue *rq = cpu_this()->run_queue;

	spin_lock(&rq->lock);
	if (__atomic_fetch_and(&rq->cpu->need_resched, ~NEED_ALARM, __ATOMIC_RELAXED))
		run_queue_set_alarm(rq, cpu_task());
	spin_unlock(&rq->lock);
	irq_restore(flags);
}

/* An alarm is set with interrupts off. stack: below sched_preempt, no sched_preempt */
void sched_preempt(void)
{
	while (cpu_task() && cpu_need_resched() && cpu_irq_depth() == 0) {
		watchdog_wake(); /* an interrupt's end may take the CPU from idle, too */
		if (__atomic_load_n(&cpu_this()->need_resched, __ATOMIC_RELAXED) ==
		    NEED_ALARM)
			set_alarm();
		else
			sched_schedule(SCHED_PREEMPT);
	}
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

/* The alarm came: if the running task's time is over, the next interrupt exit decides. */
static void slice_ended(void)
{
	struct run_queue *rq = cpu_this()->run_queue;
	uint64_t due, now = clock_monotonic();

	spin_lock(&rq->lock);
	rq->alarm = 0;
	due = run_queue_alarm(rq, cpu_task());
	if (due > now)
		run_queue_set_alarm(rq, cpu_task());
	spin_unlock(&rq->lock);
	if (due == 0 || due > now)
		return;
	run_queue_resched(rq);
	sched_push(rq);
}

static void print_locks(void)
{
	lockdep_print_held(cpu_task()->locks);
}

/* Gives a CPU its queue, and the idle task, which it runs. */
static COLD void adopt(struct cpu *cpu, struct run_queue *rq, struct task *idle)
{
	run_queue_init(rq, cpu, idle);
	atomic_store(&idle->cpu, cpu->id);
	idle->affinity = CPUS_ALL; /* what it creates may run anywhere */
	atomic_store(&idle->state, TASK_RUNNABLE);
	atomic_store(&idle->on_cpu, true);
	idle->since = clock_monotonic();
	cpu->idle = cpu->task = idle;
	cpu->run_queue = rq;
}

COLD void sched_init(void)
{
	task_cache_init();
	task_init(&boot_idle, "idle", PRIORITY_IDLE);
	adopt(cpu_this(), &boot_queue, &boot_idle);
	atomic_store(&sched_online, 1);
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
	adopt(cpus[cpu], rq, idle);
	cpus[cpu]->kernel_rsp = (uint64_t)idle->stack + idle->stack_size;
	return 0;
}

COLD void sched_cpu_run(void)
{
	struct cpu *cpu = cpu_this();

	cpu->task->since = clock_monotonic();
	atomic_fetch_or(&sched_online, 1ull << cpu->id);
	sched_idle();
}

uint64_t sched_cpus(void)
{
	return atomic_load_explicit(&sched_online, memory_order_acquire);
}

void sched_idle(void)
{
	struct run_queue *rq = cpu_this()->run_queue;
	uint64_t bit = 1ull << rq->cpu->id;

	for (;;) {
		if (sched_cpus() != bit) {
			/* First the bit: who queues a task after our look sees it. */
			atomic_fetch_or(&sched_idle_mask, bit);
			sched_pull(rq);
		}
		irq_disable();
		lockdep_idle();
		if (!cpu_need_resched())
			cpu_wait_irq(); /* what comes now ends the halt: no gap */
		irq_enable();
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
