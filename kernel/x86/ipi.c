/*
 * ipi.c: what CPUs ask of each other, by interrupts between them.
 *
 * One call to functions of others is on its way at a time. Who waits for another CPU has
 * interrupts on, so that it answers meanwhile; preemption is off, since a task that has
 * the turn must not wait for one that spins for it.
 */
#include <stdatomic.h>

#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/irqchip_parts.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"

#define STOP_TICKS (1ULL << 29) /* of the TSC: some tenths of a second */

struct smp_state {
	uint64_t counts[SMP_EVENTS]; /* only the CPU itself writes them */
	_Atomic uint32_t tlb_round;  /* the last whose changes it has seen */
	atomic_bool tlb_asked;	     /* an interrupt is on its way */
};

const size_t smp_state_size = sizeof(struct smp_state);

static struct {
	atomic_bool taken;
	/* Of who has taken it. */
	void (*function)(void *argument);
	void *argument;
	_Atomic uint64_t pending; /* CPUs that have not finished */
} call;

static _Atomic uint32_t tlb_round; /* counts who asked */

static _Atomic uint64_t stopped;
static _Atomic(struct cpu *) stopper; /* NULL: nobody stops the others */
static void (*stop_seen)(const struct trap_frame *frame);

static uint64_t bit_of(const struct cpu *cpu)
{
	return 1ULL << cpu->id;
}

static uint64_t others(void)
{
	return cpu_online_mask() & ~bit_of(cpu_this());
}

static void send(uint64_t mask, unsigned vector)
{
	for (; mask; mask &= mask - 1)
		apic_send((unsigned)__builtin_ctzll(mask), vector);
}

static void count(enum smp_event event)
{
	apic_end();
	cpu_this()->smp->counts[event]++;
}

uint64_t smp_count(unsigned cpu, enum smp_event event)
{
	return cpus[cpu]->smp->counts[event];
}

static bool reschedule_interrupt(struct trap_frame *frame)
{
	count(SMP_RESCHEDULE); /* the end of every interrupt looks at need_resched */
	return true;
}

void smp_send_reschedule(unsigned cpu)
{
	apic_send(cpu, VECTOR_RESCHEDULE);
}

static void stay(void)
{
	cpu_preempt_add(1);
}

static void leave(void)
{
	cpu_preempt_add((uint32_t)-1);
	trap_preempt();
}

static bool call_interrupt(struct trap_frame *frame)
{
	uint64_t bit = bit_of(cpu_this());

	count(SMP_CALL);
	if (atomic_load_explicit(&call.pending, memory_order_acquire) & bit) {
		call.function(call.argument);
		atomic_fetch_and_explicit(&call.pending, ~bit, memory_order_release);
	}
	return true;
}

void smp_call(uint64_t mask, void (*function)(void *argument), void *argument)
{
	uint64_t flags;

	stay();
	while (atomic_exchange_explicit(&call.taken, true, memory_order_acquire))
		cpu_relax();
	call.function = function;
	call.argument = argument;
	atomic_store(&call.pending, mask & others());
	send(mask & others(), VECTOR_CALL);
	if (mask & bit_of(cpu_this())) {
		flags = irq_save();
		function(argument);
		irq_restore(flags);
	}
	while (atomic_load_explicit(&call.pending, memory_order_acquire))
		cpu_relax();
	atomic_store_explicit(&call.taken, false, memory_order_release);
	leave();
}

/* What is asked from here on comes with another interrupt. Interrupts are off. */
static void tlb_answer(struct smp_state *own)
{
	uint32_t round;

	atomic_store(&own->tlb_asked, false);
	round = atomic_load(&tlb_round);
	tlb_flush_here();
	atomic_store_explicit(&own->tlb_round, round, memory_order_release);
}

static bool tlb_interrupt(struct trap_frame *frame)
{
	count(SMP_TLB);
	tlb_answer(cpu_this()->smp);
	return true;
}

static bool is_before(const struct smp_state *state, uint32_t round)
{
	return (int32_t)(atomic_load_explicit(&state->tlb_round, memory_order_acquire) -
			 round) < 0;
}

/* With interrupts off, as during boot: others may wait for this CPU, too. */
static void wait_for_flush(void)
{
	if (!irq_enabled())
		tlb_answer(cpu_this()->smp);
	cpu_relax();
}

void tlb_flush_all(void)
{
	uint64_t mask, flags;
	uint32_t round;

	stay();
	round = atomic_fetch_add(&tlb_round, 1) + 1;
	for (mask = others(); mask; mask &= mask - 1) {
		unsigned cpu = (unsigned)__builtin_ctzll(mask);

		if (!atomic_exchange(&cpus[cpu]->smp->tlb_asked, true))
			apic_send(cpu, VECTOR_TLB);
	}
	flags = irq_save();
	tlb_answer(cpu_this()->smp);
	irq_restore(flags);
	for (mask = others(); mask; mask &= mask - 1)
		while (is_before(cpus[__builtin_ctzll(mask)]->smp, round))
			wait_for_flush();
	leave();
}

void smp_nmi_others(void)
{
	for (uint64_t mask = others(); mask; mask &= mask - 1)
		apic_send_nmi((unsigned)__builtin_ctzll(mask));
}

uint64_t smp_stop_others(void (*seen)(const struct trap_frame *frame))
{
	uint64_t start = cpu_tsc(), flags = irq_save(), mask = others();
	struct cpu *nobody = NULL;

	if (mask && atomic_compare_exchange_strong(&stopper, &nobody, cpu_this())) {
		stop_seen = seen;
		smp_nmi_others();
		while ((mask & ~atomic_load(&stopped)) && cpu_tsc() - start < STOP_TICKS)
			cpu_relax();
	}
	irq_restore(flags);
	return mask & ~atomic_load(&stopped);
}

void smp_nmi(const struct trap_frame *frame)
{
	struct cpu *cpu = cpu_this();

	if (!atomic_load(&stopper) || atomic_load(&stopper) == cpu)
		return;
	if (stop_seen)
		stop_seen(frame);
	atomic_fetch_or(&stopped, bit_of(cpu));
	cpu_stop();
}

void ipi_init(void)
{
	static struct smp_state boot_state;

	cpu_this()->smp = &boot_state;
	trap_set_handler(VECTOR_RESCHEDULE, reschedule_interrupt);
	trap_set_handler(VECTOR_CALL, call_interrupt);
	trap_set_handler(VECTOR_TLB, tlb_interrupt);
}
