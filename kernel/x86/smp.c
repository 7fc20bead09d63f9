/*
 * smp.c: the other CPUs, from an entry of the MADT to a number and an idle task.
 *
 * The boot CPU sends each the pair of interrupts that makes it begin in the trampoline
 * (boot/trampoline.asm), and goes on with its own work. What comes out of there takes
 * the next of some prepared struct cpus, makes its own state, and waits, halted. When the
 * boot CPU gets to smp_join it numbers who is there, in the MADT's order, without holes,
 * gives each an idle task, and wakes it.
 *
 *	boot CPU			another
 *	smp_wake: INIT, SIPI
 *	clocks, scheduler		smp_enter: comes, halts
 *	smp_join: numbers, prepares
 *	released = true, interrupt	rooms.run
 */
#include "kernel/x86/smp.h"

#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/debug/trace.h"
#include "kernel/dev/param.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/irqchip_parts.h"
#include "kernel/x86/paging.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

/* Of the time-stamp counter, whose rate may not be known: some hundred us; a second. */
#define AGAIN_TICKS (1ULL << 20)
#define SILENT_TICKS (1ULL << 32)

enum { TICKETS_CLOSED = 1 << 30, TSC_LOOKS = 64, EFER_LMA = 1 << 10 };

/* What boot/trampoline.asm ends with. */
struct trampoline_table {
	uint32_t to_protected[2], to_long[2];
	uint16_t pad, gdt_limit;
	uint32_t gdt_base;
	uint64_t gdt[4];
	struct cpu *const *cpus;
	void (*entry)(struct cpu *cpu);
	uint32_t cr0, cr3, cr4, efer;
	_Atomic uint32_t ticket;
	uint32_t tickets;
};
_Static_assert(sizeof(struct trampoline_table) == 96, "as boot/trampoline.asm has it");

extern const char trampoline_start[], trampoline_table[], trampoline_end[];

/* A CPU that the MADT names, until it has its number. */
struct candidate {
	uint32_t apic_id;
	_Atomic(struct cpu *) cpu; /* NULL: has not come */
	bool numbered;		   /* it is cpus[cpu->id] */
	atomic_bool released;	   /* and may run */
};

static struct candidate candidates[CPU_MAX - 1];
static unsigned candidate_count, too_many;
static unsigned cpus_wanted = CPU_MAX; /* maxcpus= */

static const struct smp_rooms *rooms;
static struct cpu *prepared[CPU_MAX - 1]; /* by ticket */
static unsigned prepared_count;
static struct trampoline_table *table; /* in the page; NULL: nobody was woken */
static uint64_t woken_at;

/* Of the counters: the newest that any CPU saw; by how much one was behind it. */
static _Atomic uint64_t newest_tsc, tsc_behind;
static _Atomic unsigned comparing; /* CPUs that have yet to compare theirs */

static int set_maxcpus(const char *rest, const char *value)
{
	uint64_t n;

	if (!value || parse_u64(value, 10, &n) || n < 1 || n > CPU_MAX)
		return -EINVAL;
	cpus_wanted = (unsigned)n;
	return 0;
}
PARAM(maxcpus, "maxcpus", "=N  use no more than N processors (1 to 64)", set_maxcpus);

void smp_found(uint32_t id)
{
	if (id == cpu_this()->apic_id)
		return;
	for (unsigned i = 0; i < candidate_count; i++)
		if (candidates[i].apic_id == id)
			return;
	if (candidate_count == CPU_MAX - 1)
		too_many++;
	else
		candidates[candidate_count++].apic_id = id;
}

/* A CPU's struct, with all that x86 hangs on it; NULL: no memory. */
static struct cpu *cpu_new(void)
{
	size_t size = ALIGN_UP(sizeof(struct cpu), 16) + ALIGN_UP(smp_state_size, 16);
	uint8_t *block = rooms->alloc(size + descriptors_size);
	struct cpu *cpu = (struct cpu *)block;
	void *stacks[IST_END] = { 0 };

	if (!cpu)
		return NULL;
	for (unsigned i = 0; i < IST_END; i++) {
		stacks[i] = rooms->alloc(INTERRUPT_STACK_SIZE);
		if (!stacks[i])
			goto no_stack;
	}
	for (unsigned i = 0; i < IST_END; i++)
		stacks[i] = (char *)stacks[i] + INTERRUPT_STACK_SIZE;
	cpu->self = cpu;
	cpu->smp = (struct smp_state *)(block + ALIGN_UP(sizeof(struct cpu), 16));
	cpu->arch = (struct descriptors *)(block + size);
	descriptors_init(cpu, stacks);
	/* Until it has a task's: one that is needed only when something breaks. */
	cpu->kernel_rsp = (uint64_t)stacks[IST_DOUBLE_FAULT];
	return cpu;
no_stack:
	for (unsigned i = 0; i < IST_END; i++)
		rooms->free(stacks[i]);
	rooms->free(block);
	return NULL;
}

static void cpu_free(struct cpu *cpu)
{
	for (unsigned i = 0; i < IST_END; i++)
		rooms->free((char *)descriptors_stack(cpu, i) - INTERRUPT_STACK_SIZE);
	rooms->free(cpu);
}

static void prepare(void)
{
	for (; prepared_count < candidate_count; prepared_count++) {
		prepared[prepared_count] = cpu_new();
		if (!prepared[prepared_count]) {
			log_err("smp: no memory for %u of the processors",
				candidate_count - prepared_count);
			break;
		}
	}
}

/*
 * Behind the newest that anybody saw before, this counter shows a time that is past, or
 * another showed one that is yet to come.
 */
uint64_t tsc_look(_Atomic uint64_t *newest, uint64_t (*read)(void))
{
	uint64_t seen = atomic_load(newest), now = read(), most = seen;

	while (most < now && !atomic_compare_exchange_weak(newest, &most, now))
		;
	return now < seen ? seen - now : 0;
}

/* Looks at this CPU's counter, between the looks of others. */
static void tsc_compare(void)
{
	uint64_t behind = tsc_look(&newest_tsc, cpu_tsc_ordered);

	if (behind > atomic_load(&tsc_behind))
		atomic_store(&tsc_behind, behind);
}

/* Waits for a number. Interrupts are on only while it is halted, so none is missed. */
static void wait_for_release(struct candidate *own)
{
	while (!atomic_load_explicit(&own->released, memory_order_acquire)) {
		cpu_wait_irq();
		irq_disable();
	}
}

static void run(void *unused)
{
	rooms->run();
}

/* The first C function of another CPU, on the stack in kernel_rsp. */
static void smp_enter(struct cpu *cpu)
{
	struct candidate *own = candidates;

	descriptors_load(cpu);
	idt_use();
	pat_init();
	apic_setup_other();
	while (own < candidates + candidate_count && own->apic_id != cpu->apic_id)
		own++;
	if (own == candidates + candidate_count)
		cpu_stop(); /* nobody asked for it */
	atomic_store_explicit(&own->cpu, cpu, memory_order_release);
	wait_for_release(own);
	tlb_flush_here(); /* from now on it is asked to */
	apic_timer_setup_other();
	for (unsigned i = 0; i < TSC_LOOKS; i++)
		tsc_compare();
	atomic_fetch_sub(&comparing, 1);
	call_on_stack(run, NULL, (void *)cpu->kernel_rsp);
}

/* Copies the trampoline to its page, and maps that where the processor will run it. */
static int place_trampoline(uint64_t page)
{
	char *copy = phys_to_virt(page);
	int error = paging_map(paging_kernel_root(), page, page, 1, PAGING_EXECUTE);

	if (error)
		return error;
	memcpy(copy, trampoline_start, (size_t)(trampoline_end - trampoline_start));
	table = (struct trampoline_table *)(copy + (trampoline_table - trampoline_start));
	table->to_protected[0] += page;
	table->to_long[0] += page;
	table->gdt_base += page;
	table->cpus = prepared;
	table->entry = smp_enter;
	table->cr0 = (uint32_t)cr0_read();
	table->cr3 = (uint32_t)paging_kernel_root();
	table->cr4 = (uint32_t)cr4_read();
	table->efer = (uint32_t)msr_read(MSR_EFER) & ~EFER_LMA;
	table->tickets = prepared_count;
	return 0;
}

static uint32_t highest_id(void)
{
	uint32_t highest = cpu_this()->apic_id;

	for (unsigned i = 0; i < candidate_count; i++)
		highest = MAX(highest, candidates[i].apic_id);
	return highest;
}

static void drop_unreachable(void)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < candidate_count; i++)
		if (apic_use_ids_to(candidates[i].apic_id))
			candidates[kept++] = candidates[i];
	log_err("smp: %u processors cannot be reached without x2APIC",
		candidate_count - kept);
	candidate_count = kept;
}

static void send_startups(void)
{
	for (unsigned i = 0; i < candidate_count; i++)
		if (!candidates[i].cpu && !smp_is_silent(candidates[i].apic_id))
			apic_send_startup(candidates[i].apic_id, rooms->low_page);
}

void smp_wake(const struct smp_rooms *given)
{
	rooms = given;
	ipi_init();
	if (too_many)
		log_warn("smp: %u processors are more than %d and not used", too_many,
			 CPU_MAX);
	candidate_count = MIN(candidate_count, cpus_wanted - 1);
	if (candidate_count == 0)
		return;
	if (!apic_use_ids_to(highest_id()))
		drop_unreachable();
	prepare();
	candidate_count = prepared_count;
	if (candidate_count == 0)
		return;
	if (rooms->low_page == 0 || place_trampoline(rooms->low_page)) {
		log_err("smp: no page below 640 KiB to start other processors in");
		return;
	}
	/* Since the first 64-bit processor, INIT needs no pause before what follows. */
	for (unsigned i = 0; i < candidate_count; i++)
		apic_send_init(candidates[i].apic_id);
	send_startups();
	woken_at = cpu_tsc();
}

static unsigned arrived(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < candidate_count; i++)
		n += atomic_load_explicit(&candidates[i].cpu, memory_order_acquire) !=
		     NULL;
	return n;
}

/* A processor takes the second startup for the first one when it missed that. */
static void wait_for_arrivals(void)
{
	bool again = false;
	uint64_t gone;

	do {
		if (arrived() == candidate_count)
			return;
		gone = cpu_tsc() - woken_at;
		if (gone > AGAIN_TICKS && !again) {
			send_startups();
			again = true;
		}
		cpu_relax();
	} while (gone < SILENT_TICKS);
}

/* Whoever comes now is too late; what was prepared for it goes back. */
static void close_trampoline(void)
{
	uint32_t taken = atomic_exchange(&table->ticket, TICKETS_CLOSED);

	paging_unmap(paging_kernel_root(), rooms->low_page, 1);
	for (; taken < prepared_count; taken++)
		cpu_free(prepared[taken]);
}

/* False: there is no memory for its idle task. */
static bool number_one(struct candidate *c, struct cpu *cpu)
{
	cpu->id = cpu_count;
	cpus[cpu_count] = cpu;
	if (rooms->prepare(cpu_count)) {
		cpus[cpu_count] = NULL;
		return false;
	}
	trace_prepare_cpu(cpu_count);
	cpu_count++;
	c->numbered = true;
	return true;
}

/*
 * Gives those that came their numbers and idle tasks. The others are told to stay where
 * they are, also one that comes at this very moment.
 */
static void number(void)
{
	for (unsigned i = 0; i < candidate_count; i++) {
		struct candidate *c = &candidates[i];
		struct cpu *cpu = c->cpu;

		if (cpu && number_one(c, cpu))
			continue;
		apic_send_init(c->apic_id);
		log_err("smp: processor with APIC id %u %s, left out", c->apic_id,
			cpu ? "gets no memory for its idle task" : "does not answer");
	}
}

static void release(void)
{
	atomic_store(&comparing, cpu_count - 1);
	for (unsigned i = 0; i < candidate_count; i++) {
		struct candidate *c = &candidates[i];

		if (!c->numbered)
			continue;
		atomic_store_explicit(&c->released, true, memory_order_release);
		smp_send_reschedule(c->cpu->id);
	}
}

bool smp_waking(void)
{
	return table != NULL;
}

bool smp_join(void)
{
	uint64_t start;

	if (!table)
		return true;
	wait_for_arrivals();
	number();
	close_trampoline();
	release();
	start = cpu_tsc();
	while (atomic_load(&comparing) && cpu_tsc() - start < SILENT_TICKS) {
		tsc_compare();
		cpu_relax();
	}
	log_info("smp: %u processors", cpu_count);
	if (tsc_behind)
		log_warn("smp: time-stamp counters differ by %llu or more",
			 (unsigned long long)tsc_behind);
	return tsc_behind == 0;
}
