/*
 * profile.c: where time goes: a timer on each CPU records, a thousand times a second,
 * what it interrupted, as SAMPLE and STACK records of the trace. It sees what runs with
 * interrupts off where they go on again. Idle CPUs are not recorded.
 */
#include "kernel/debug/profile.h"

#include "kernel/debug/backtrace.h"
#include "kernel/debug/trace.h"
#include "kernel/dev/init.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"

enum { DEPTH_MAX = 24 };
#define PERIOD_NS NSEC_PER_MSEC

static struct timer samplers[CPU_MAX];

/* Interrupts are off, so the records of one sample stay together. */
static void record(const struct trap_frame *frame)
{
	uint64_t calls[DEPTH_MAX + 1] = { 0 };
	unsigned n = backtrace_walk(frame->rbp, calls, DEPTH_MAX);

	trace_record(TRACE_SAMPLE, frame->rip, (n + 1) / 2);
	for (unsigned i = 0; i < n; i += 2)
		trace_record(TRACE_STACK, calls[i], calls[i + 1]);
}

static void expire(struct timer *timer)
{
	const struct cpu *cpu = cpu_this();

	if (!(trace_mask & TRACE_BIT(TRACE_SAMPLE)))
		return;
	if (cpu->task != cpu->idle)
		record(cpu->irq_frame);
	timer_start(timer, clock_monotonic() + PERIOD_NS);
}

static void start_here(void *unused)
{
	timer_start(&samplers[cpu_this()->id], clock_monotonic() + PERIOD_NS);
}

void profile_start(void)
{
	if (trace_mask & TRACE_BIT(TRACE_SAMPLE))
		smp_call(cpu_online_mask(), start_here, NULL);
}

static int profile_init(void)
{
	for (unsigned cpu = 0; cpu < CPU_MAX; cpu++)
		timer_setup(&samplers[cpu], expire);
	profile_start();
	return 0;
}
INIT(INIT_DRIVER, profile_init);
