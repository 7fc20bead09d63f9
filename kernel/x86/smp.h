/*
 * smp.h: several CPUs: starting the others, and asking them for something.
 *
 * cpus[0 .. cpu_count - 1] are the CPUs that run; a CPU that ACPI describes and that does
 * not answer is reported, and has no number. The boot CPU is 0, the others are numbered
 * in the order of ACPI's MADT. CPU sets are bit masks of those numbers.
 */
#ifndef KERNEL_X86_SMP_H
#define KERNEL_X86_SMP_H

#include "kernel/x86/cpu.h"

struct trap_frame;

/* What the rooms above do for starting a CPU. */
struct smp_rooms {
	/* A cleared area with guard pages around it. NULL: no memory. */
	void *(*alloc)(size_t size);
	void (*free)(void *area);
	/* A page of RAM below 640 KiB that nobody else uses, 0: there is none. */
	uint64_t low_page;
	/*
	 * Makes a run queue and an idle task for cpus[cpu], whose stack's top goes to
	 * kernel_rsp. 0, or -ENOMEM: the CPU is left out.
	 */
	int (*prepare)(unsigned cpu);
	/* The idle task of the CPU that calls, interrupts off. Never returns. */
	void (*run)(void);
};

/*
 * Lets all other CPUs start, in parallel; does not wait for them. After irqchip_init.
 * With one CPU it does nothing.
 */
void smp_wake(const struct smp_rooms *given);
/* Whether others may come, before smp_join. */
bool smp_waking(void);
/*
 * Numbers those that came, waiting a moment for the rest, and lets them run tasks. After
 * sched_init. False: their time-stamp counters differ too much to be a clock.
 */
bool smp_join(void);

/* All CPUs' bits, this one's too. Does not change after boot. */
static inline uint64_t cpu_online_mask(void)
{
	return UINT64_MAX >> (CPU_MAX - cpu_count);
}

/* Makes a CPU look at need_resched. Any context. */
void smp_send_reschedule(unsigned cpu);

/*
 * Calls function(argument) on every CPU of mask, in an interrupt (interrupts are off, it
 * must not sleep nor call smp_call), this CPU included, and returns when all are done.
 * From task context with interrupts on and no lock that interrupts take.
 */
void smp_call(uint64_t mask, void (*function)(void *argument), void *argument);

/*
 * No CPU uses a translation of the kernel's half that was changed before the call, when
 * it returns. One round serves all who wait. From where smp_call may be called. With one
 * CPU it is not needed after paging_unmap.
 */
void tlb_flush_all(void);

/* A non-maskable interrupt to each other CPU: trap handler TRAP_NMI. Any context. */
void smp_nmi_others(void);
/*
 * Stops all other CPUs for good, by NMI; `seen` (may be NULL) is called on each before,
 * with what it was doing. Waits until all have, or for some tenths of a second. Returns
 * the CPUs that did not stop. Any context. Only the first that calls does anything.
 */
uint64_t smp_stop_others(void (*seen)(const struct trap_frame *frame));
/* trap.c: an NMI came. Does not return when this CPU is to stop. */
void smp_nmi(const struct trap_frame *frame);

enum smp_event { SMP_RESCHEDULE, SMP_CALL, SMP_TLB, SMP_EVENTS };
/* How many such interrupts came to a CPU. */
uint64_t smp_count(unsigned cpu, enum smp_event event);

#endif
