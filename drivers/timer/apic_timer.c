/*
 * apic_timer.c: the local APIC's timer as the alarm of each CPU: by TSC deadline where
 * the processor has that (Intel SDM volume 3A, 10.5.4.1), else by counting down. The
 * countdown's rate is measured in passing, from what it counted until the first alarm.
 */
#include "kernel/dev/init.h"
#include "kernel/time/clock.h"
#include "kernel/time/scale.h"
#include "kernel/time/timer.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"

enum { MIN_NS = 1000 };
#define DEADLINE_MAX_NS (3600 * NSEC_PER_SEC)

static uint64_t ticks_per_ns; /* fixed point; 0: not known yet */

static bool apic_timer_interrupt(struct trap_frame *frame)
{
	apic_end();
	timer_interrupt();
	return true;
}

/* The countdown as a counter that counts up. */
static uint64_t countdown_read(void)
{
	return UINT32_MAX - apic_timer_remaining();
}

static struct clock_source countdown = {
	.name = "apic",
	.read = countdown_read,
	.mask = UINT32_MAX,
};

static void measure(void)
{
	clock_source_measure(&countdown);
	ticks_per_ns = scale_factor(NSEC_PER_SEC, countdown.hz);
}

/* Other CPUs' counters count as fast, but were not looked at when this one was. */
static int countdown_start(struct clock_event *event)
{
	if (smp_waking())
		measure();
	trap_set_handler(VECTOR_TIMER, apic_timer_interrupt);
	return 0;
}

static void countdown_set(uint64_t ns)
{
	uint64_t ticks;

	if (unlikely(!ticks_per_ns))
		measure();
	/* Rounded up: an alarm that comes too early is set again. */
	ticks = scale_apply(ticks_per_ns, ns) + 1;
	apic_timer_start((uint32_t)MIN(ticks, (uint64_t)UINT32_MAX));
}

static struct clock_event countdown_event = {
	.name = "apic",
	.start = countdown_start,
	.set = countdown_set,
	.min_ns = MIN_NS,
	/* Longer ones come in steps. */
	.max_ns = NSEC_PER_SEC,
	.rating = 200,
};

static int deadline_start(struct clock_event *event)
{
	uint64_t hz = clock_tsc_hz();

	if (!hz)
		return -ENODEV;
	ticks_per_ns = scale_factor(NSEC_PER_SEC, hz);
	trap_set_handler(VECTOR_TIMER, apic_timer_interrupt);
	apic_timer_use_deadline();
	return 0;
}

static void deadline_set(uint64_t ns)
{
	apic_timer_deadline(cpu_tsc() + scale_apply(ticks_per_ns, ns) + 1);
}

static struct clock_event deadline_event = {
	.name = "apic-deadline",
	.start = deadline_start,
	.set = deadline_set,
	.min_ns = MIN_NS,
	.max_ns = DEADLINE_MAX_NS,
	.rating = 300,
};

static int apic_timer_init(void)
{
	if (!apic_timer_present())
		return -ENODEV;
	if (cpu_features.tsc_deadline)
		clock_event_register(&deadline_event);
	clock_event_register(&countdown_event);
	clock_source_register(&countdown);
	apic_timer_start(UINT32_MAX);
	return 0;
}

INIT(INIT_CLOCK, apic_timer_init);
