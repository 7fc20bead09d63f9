/*
 * preempt.h: keeping this CPU to oneself for a few instructions.
 *
 * preempt_disable nests. sched_preempt* are sched/'s: sync/ knows only their names.
 */
#ifndef KERNEL_SYNC_PREEMPT_H
#define KERNEL_SYNC_PREEMPT_H

#include "kernel/debug/schedfuzz.h"
#include "kernel/sync/lockdep.h"
#include "kernel/x86/cpu.h"

/* Implemented by sched/: switches to a better task. From task context. */
void sched_preempt(void);
/* The same at the end of an interrupt, called by trap_dispatch with interrupts off. */
void sched_preempt_irq(void);

static inline void preempt_disable(void)
{
	cpu_preempt_add(1);
}

static inline void preempt_enable_no_resched(void)
{
	cpu_preempt_add((uint32_t)-1);
}

static inline void preempt_enable(void)
{
	if (CONFIG_DEBUG && unlikely(cpu_preempt_count() == 0))
		lockdep_preempt_unbalanced();
	cpu_preempt_add((uint32_t)-1);
	schedfuzz_point();
	if (unlikely(cpu_need_resched()) && cpu_preempt_count() == 0 && irq_enabled())
		sched_preempt();
}

/* Whether the caller may sleep: no lock held, no interrupt, interrupts on. */
static inline bool context_may_sleep(void)
{
	return cpu_preempt_count() == 0 && cpu_irq_depth() == 0 && irq_enabled();
}

#endif
