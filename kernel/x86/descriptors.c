/*
 * descriptors.c: the segments, the task state and the interrupt gates that 64-bit mode
 * still asks for (Intel SDM volume 3A, sections 3.4.5, 6.14 and 7.7).
 *
 * Each CPU has a GDT and a TSS of its own; all share one IDT. Every gate is an interrupt
 * gate, so handlers start with interrupts off. Double fault, NMI and machine check have
 * stacks of their own, with nothing else on them.
 */
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/trap.h"

enum {
	GDT_ENTRIES = 8,
	VECTORS = 256,
	GATE_INTERRUPT = 0x8e,
	GATE_INTERRUPT_USER = 0xee,
};

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} PACKED;

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};

/* What struct cpu's arch points at. */
struct descriptors {
	uint64_t gdt[GDT_ENTRIES] ALIGNED(16);
	struct tss tss ALIGNED(16);
};

const size_t descriptors_size = sizeof(struct descriptors);
struct interrupt_stack_area interrupt_stacks[IST_END] ALIGNED(PAGE_SIZE);
static struct gate idt[VECTORS] ALIGNED(16);

void descriptors_init(struct cpu *cpu, void *const stacks[IST_END])
{
	static struct descriptors boot_descriptors;
	struct descriptors *d = cpu->arch ? cpu->arch : &boot_descriptors;
	uint64_t base = (uint64_t)&d->tss;
	unsigned i;

	cpu->arch = d;
	cpu->irq_stack = stacks[IRQ_STACK];
	for (i = IST_NONE + 1; i < IST_END; i++)
		d->tss.ist[i - 1] = (uint64_t)stacks[i];
	d->tss.io_map = sizeof(d->tss);

	d->gdt[SELECTOR_KERNEL_CODE / 8] = 0x00af9b000000ffff;
	d->gdt[SELECTOR_KERNEL_DATA / 8] = 0x00cf93000000ffff;
	d->gdt[SELECTOR_USER_CODE_32 / 8] = 0x00cffb000000ffff;
	d->gdt[SELECTOR_USER_DATA / 8] = 0x00cff3000000ffff;
	d->gdt[SELECTOR_USER_CODE / 8] = 0x00affb000000ffff;
	d->gdt[SELECTOR_TSS / 8] = (sizeof(d->tss) - 1) | (base & 0xffffff) << 16 |
				   0x89ULL << 40 | (base >> 24 & 0xff) << 56;
	d->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

void *descriptors_stack(const struct cpu *cpu, unsigned number)
{
	return number == IRQ_STACK ? cpu->irq_stack
				   : (void *)cpu->arch->tss.ist[number - 1];
}

void descriptors_load(struct cpu *cpu)
{
	struct descriptors *d = cpu->arch;
	struct table_pointer pointer = { sizeof(d->gdt) - 1, (uint64_t)d->gdt };

	gdt_load(&pointer);
	task_register_load(SELECTOR_TSS);
	msr_write(MSR_GS_BASE, (uint64_t)cpu);
	msr_write(MSR_KERNEL_GS_BASE, 0);
}

static uint8_t vector_stack(unsigned vector)
{
	switch (vector) {
	case TRAP_DOUBLE_FAULT:
		return IST_DOUBLE_FAULT;
	case TRAP_NMI:
		return IST_NMI;
	case TRAP_MACHINE_CHECK:
		return IST_MACHINE_CHECK;
	default:
		return IST_NONE;
	}
}

void idt_init(void)
{
	unsigned i;

	for (i = 0; i < VECTORS; i++) {
		uint64_t entry = (uint64_t)trap_entries +
				 i / TRAP_BLOCK * TRAP_BLOCK_SIZE +
				 i % TRAP_BLOCK * TRAP_ENTRY_SIZE;

		idt[i] = (struct gate){
			.offset_low = (uint16_t)entry,
			.selector = SELECTOR_KERNEL_CODE,
			.ist = vector_stack(i),
			.type = i == TRAP_BREAKPOINT ? GATE_INTERRUPT_USER
						     : GATE_INTERRUPT,
			.offset_middle = (uint16_t)(entry >> 16),
			.offset_high = (uint32_t)(entry >> 32),
		};
	}
}

void idt_use(void)
{
	const struct table_pointer pointer = { sizeof(idt) - 1, (uint64_t)idt };

	idt_load(&pointer);
}
