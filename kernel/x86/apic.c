/*
 * apic.c: the local APIC of the CPU that runs (Intel SDM volume 3A, chapter 10): ends
 * of interrupts, its one-shot timer, interrupts to other CPUs.
 *
 * Its registers are in memory (xAPIC), or model-specific registers in x2APIC mode, which
 * all CPUs are in or none: where the firmware has turned it on, since it cannot be left;
 * where a CPU's id needs it; and under a hypervisor, to which memory costs more. Without
 * either of the three it is left alone: interrupts of devices would need remapping
 * hardware (Intel SDM 3A, 10.12).
 */
#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/irqchip_parts.h"
#include "kernel/x86/trap.h"

enum apic_register {
	APIC_ID = 0x20,
	APIC_TASK_PRIORITY = 0x80,
	APIC_END = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ERROR_STATUS = 0x280,
	APIC_COMMAND = 0x300,
	APIC_COMMAND_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

enum {
	BASE_X2APIC = 1 << 10,
	BASE_ENABLE = 1 << 11,
	SPURIOUS_ENABLE = 1 << 8,
	LVT_MASKED = 1 << 16,
	LVT_NMI = 4 << 8,
	LVT_TIMER_DEADLINE = 2 << 17,
	LVT_EXTERNAL = 7 << 8,
	TIMER_DIVIDE_BY_16 = 3,
	COMMAND_NMI = 4 << 8,
	COMMAND_INIT = 5 << 8,
	COMMAND_STARTUP = 6 << 8, /* its vector is the number of a page */
	COMMAND_PENDING = 1 << 12,
	COMMAND_ASSERT = 1 << 14,
	ID_MAX = 254, /* of xAPIC mode */
	PENDING_POLLS = 100000,
	REGISTERS_SIZE = 0x1000,
	CPUID_APIC = 1 << 9, /* 1:EDX */
};

#define BASE_ADDRESS 0x000ffffffffff000ULL

static volatile uint8_t *registers; /* NULL in x2APIC mode */
static bool present, deadline;

static uint32_t apic_read(enum apic_register reg)
{
	if (registers)
		return mmio_read32(registers + reg);
	return (uint32_t)msr_read(MSR_X2APIC + reg / 16);
}

static void apic_write(enum apic_register reg, uint32_t value)
{
	if (registers)
		mmio_write32(registers + reg, value);
	else
		msr_write(MSR_X2APIC + reg / 16, value);
}

uint32_t apic_id(void)
{
	return registers ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
}

/* The registers of the CPU that calls: everything but its mode. */
static void setup(void)
{
	apic_write(APIC_TASK_PRIORITY, 0);
	/* One-shot, quiet until a count is written. */
	apic_write(APIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_end();
	cpu_this()->apic_id = apic_id();
}

/* From xAPIC mode, or from none; one step each, as the processor wants it. */
static void enter_x2apic(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);

	if (base & BASE_X2APIC)
		return;
	msr_write(MSR_APIC_BASE, base | BASE_ENABLE);
	msr_write(MSR_APIC_BASE, base | BASE_ENABLE | BASE_X2APIC);
}

void apic_setup_other(void)
{
	if (registers)
		msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | BASE_ENABLE);
	else
		enter_x2apic();
	setup();
}

void apic_timer_setup_other(void)
{
	if (deadline)
		apic_timer_use_deadline();
}

bool apic_use_ids_to(uint32_t highest)
{
	if (present && registers && cpu_features.x2apic &&
	    (highest > ID_MAX || cpu_features.hypervisor)) {
		enter_x2apic();
		registers = NULL;
		cpu_this()->apic_id = apic_id();
	}
	return present && (highest <= ID_MAX || !registers);
}

bool apic_init(void)
{
	uint64_t base;

	if (!(cpu_id(1, 0).edx & CPUID_APIC))
		return false;
	base = msr_read(MSR_APIC_BASE);
	if (!(base & BASE_X2APIC)) {
		registers = paging_map_device(base & BASE_ADDRESS, REGISTERS_SIZE);
		if (!registers) {
			log_err("apic: its registers cannot be mapped");
			return false;
		}
		msr_write(MSR_APIC_BASE, base | BASE_ENABLE);
	}
	present = true;
	setup();
	return true;
}

void apic_accept_pic(void)
{
	if (present)
		apic_write(APIC_LVT_LINT0, LVT_EXTERNAL);
}

void apic_end(void)
{
	if (present)
		apic_write(APIC_END, 0);
}

bool apic_timer_present(void)
{
	return present;
}

void apic_timer_start(uint32_t ticks)
{
	apic_write(APIC_TIMER_INITIAL, ticks);
}

uint32_t apic_timer_remaining(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_use_deadline(void)
{
	deadline = true;
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_TIMER_DEADLINE);
	/* The mode's change is to be seen before the first deadline: SDM 3A, 10.5.4.1. */
	atomic_thread_fence(memory_order_seq_cst);
}

void apic_timer_deadline(uint64_t tsc)
{
	msr_write(MSR_TSC_DEADLINE, tsc);
}

static void command(uint32_t target, uint32_t what)
{
	unsigned polls = PENDING_POLLS;
	uint64_t flags;

	if (!present)
		return;
	what |= COMMAND_ASSERT;
	if (!registers) {
		/* Such a write does not wait for stores before it: SDM 3A, 10.12.3. */
		atomic_thread_fence(memory_order_seq_cst);
		msr_write(MSR_X2APIC + APIC_COMMAND / 16, (uint64_t)target << 32 | what);
		return;
	}
	/* Two writes, between which no interrupt may send one of its own. */
	flags = irq_save();
	while ((apic_read(APIC_COMMAND) & COMMAND_PENDING) && --polls)
		cpu_relax();
	apic_write(APIC_COMMAND_HIGH, target << 24);
	apic_write(APIC_COMMAND, what);
	irq_restore(flags);
}

void apic_send(unsigned cpu, unsigned vector)
{
	command(cpus[cpu]->apic_id, vector);
}

void apic_send_nmi(unsigned cpu)
{
	command(cpus[cpu]->apic_id, COMMAND_NMI);
}

void apic_send_init(uint32_t id)
{
	command(id, COMMAND_INIT);
}

void apic_send_startup(uint32_t id, uint64_t page)
{
	command(id, COMMAND_STARTUP | (uint32_t)(page / PAGE_SIZE));
}
