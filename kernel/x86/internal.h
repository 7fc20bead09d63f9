/*
 * internal.h: the instructions and registers that only x86/ uses, and what its files
 * share among themselves.
 */
#ifndef KERNEL_X86_INTERNAL_H
#define KERNEL_X86_INTERNAL_H

#include "kernel/x86/cpu.h"
#include "kernel/x86/layout.h"

/* Control registers: Intel SDM volume 3A, section 2.5. */
#define CR0_WP (1ULL << 16)
#define CR4_PGE (1ULL << 7)
#define CR4_OSFXSR (1ULL << 9)
#define CR4_OSXMMEXCPT (1ULL << 10)
#define CR4_UMIP (1ULL << 11)
#define CR4_SMEP (1ULL << 20)
#define CR4_SMAP (1ULL << 21)

enum msr {
	MSR_APIC_BASE = 0x1b,
	MSR_EFER = 0xc0000080,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_PAT = 0x277,
	MSR_X2APIC = 0x800, /* the first of its registers */
	MSR_GS_BASE = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};

/* Segment selectors; the order of the user's is SYSRET's. */
enum selector {
	SELECTOR_KERNEL_CODE = 0x08,
	SELECTOR_KERNEL_DATA = 0x10,
	SELECTOR_USER_CODE_32 = 0x1b,
	SELECTOR_USER_DATA = 0x23,
	SELECTOR_USER_CODE = 0x2b,
	SELECTOR_TSS = 0x30,
};

/*
 * Each CPU's stacks: one that interrupts are handled on, and some for what may come when
 * the stack is not to be trusted, by their number in the TSS.
 */
enum interrupt_stack { IST_NONE, IST_DOUBLE_FAULT, IST_NMI, IST_MACHINE_CHECK, IST_END };
enum { IRQ_STACK = IST_NONE, INTERRUPT_STACK_SIZE = IRQ_STACK_SIZE };

/* The boot CPU's, by the enum; paging_init unmaps the guards. */
struct interrupt_stack_area {
	uint8_t guard[PAGE_SIZE];
	uint8_t stack[INTERRUPT_STACK_SIZE];
};
extern struct interrupt_stack_area interrupt_stacks[IST_END];

struct cpu;

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} PACKED;

static inline uint64_t cr0_read(void)
{
	uint64_t v;

	__asm__ volatile("movq %%cr0, %0" : "=r"(v));
	return v;
}

static inline void cr0_write(uint64_t v)
{
	__asm__ volatile("movq %0, %%cr0" : : "r"(v) : "memory");
}

static inline uint64_t cr2_read(void)
{
	uint64_t v;

	__asm__ volatile("movq %%cr2, %0" : "=r"(v));
	return v;
}

static inline uint64_t cr3_read(void)
{
	uint64_t v;

	__asm__ volatile("movq %%cr3, %0" : "=r"(v));
	return v;
}

static inline void cr3_write(uint64_t v)
{
	__asm__ volatile("movq %0, %%cr3" : : "r"(v) : "memory");
}

static inline uint64_t cr4_read(void)
{
	uint64_t v;

	__asm__ volatile("movq %%cr4, %0" : "=r"(v));
	return v;
}

static inline void cr4_write(uint64_t v)
{
	__asm__ volatile("movq %0, %%cr4" : : "r"(v) : "memory");
}

static inline void tlb_flush_page(uint64_t virt)
{
	__asm__ volatile("invlpg (%0)" : : "r"(virt) : "memory");
}

/* Forgets all translations, global ones too. */
static inline void tlb_flush_here(void)
{
	uint64_t cr4 = cr4_read();

	if (cr4 & CR4_PGE) {
		cr4_write(cr4 & ~CR4_PGE);
		cr4_write(cr4);
	} else {
		cr3_write(cr3_read());
	}
}

static inline void idt_load(const struct table_pointer *pointer)
{
	__asm__ volatile("lidt %0" : : "m"(*pointer));
}

static inline void task_register_load(uint16_t selector)
{
	__asm__ volatile("ltr %0" : : "r"(selector));
}

static inline void cpu_halt(void)
{
	__asm__ volatile("cli; hlt" : : : "memory");
}

static inline void cpu_trap(void)
{
	__asm__ volatile("int3");
}

/* A random number of the processor's; false: it had none to give. */
static inline bool cpu_rdrand(uint64_t *value)
{
	bool ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(*value), "=qm"(ok) : : "cc");
	return ok;
}

/* descriptors.asm: loads the GDT and every segment register; GS's base is lost. */
void gdt_load(const struct table_pointer *pointer);

/* descriptors.c: GDT and TSS of a CPU, in its arch, with its stacks' tops by number. */
extern const size_t descriptors_size;
void descriptors_init(struct cpu *cpu, void *const stacks[IST_END]);
void *descriptors_stack(const struct cpu *cpu, unsigned number);
/* Loads them, with GS, on the CPU itself. */
void descriptors_load(struct cpu *cpu);
/* The IDT, which all share: filled once, loaded on each CPU. */
void idt_init(void);
void idt_use(void);

/* switch.asm: calls function(argument) on another stack, and comes back. */
void call_on_stack(void (*function)(void *), void *argument, void *stack_top);

/* smp.c: how far what read() tells is behind the newest that any CPU saw. */
uint64_t tsc_look(_Atomic uint64_t *newest, uint64_t (*read)(void));

/* smp_fault.c: whether a CPU is to be made silent on purpose, for a test. */
#if CONFIG_DEBUG
bool smp_is_silent(uint32_t apic_id);
#else
static inline bool smp_is_silent(uint32_t apic_id)
{
	return false;
}
#endif

/* smp.c: for irqchip.c, which reads the MADT: there is a CPU with this APIC id. */
void smp_found(uint32_t apic_id);
/* ipi.c: what a CPU keeps to be asked; before the others start. */
void ipi_init(void);
extern const size_t smp_state_size;

/* trap.c: where preemption was off for a while. */
void trap_preempt(void);

/* direct_map.c: memory types as the boot CPU has them. */
void pat_init(void);

/* entry.asm: an entry of 4 bytes for each vector, in blocks with a tail of jumps. */
extern char trap_entries[];
enum { TRAP_ENTRY_SIZE = 4, TRAP_BLOCK = 32, TRAP_BLOCK_SIZE = 32 * 4 + 4 * 5 };

/* canary.c: before any function that returns was given a canary. */
void canary_init(void);

/* boot/entry.asm: the tables and the stack that boot/ left. */
extern uint64_t boot_pml4[512];
extern uint64_t boot_pd_direct[4 * 512]; /* 2 MiB each, from physical 0 on */
extern char boot_stack_guard[], boot_stack[], boot_stack_top[];

/* paging.c: maps device registers in the direct map. NULL: no memory, or RAM is there. */
volatile void *paging_map_device(uint64_t phys, size_t size);
/* The same for firmware's tables, read-only and cached, where nothing is mapped yet. */
const void *paging_map_firmware(uint64_t phys, size_t size);

#endif
