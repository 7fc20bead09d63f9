/*
 * cpu.h: one processor: its instructions that C lacks, and its own data through GS.
 *
 * struct cpu is what a processor needs to find without asking anybody. GS.base points
 * at it from the first C function on. Only the CPU itself writes it, unless a field
 * says otherwise; code that reads it must not be moved to another CPU meanwhile
 * (preemption or interrupts off), except cpu_task(), which is right at any moment.
 */
#ifndef KERNEL_X86_CPU_H
#define KERNEL_X86_CPU_H

#include "lib/base.h"

enum { CPU_MAX = 64, IRQ_STACK_SIZE = 12288 };

struct task;
struct run_queue;
struct trap_frame;

/* What a CPU's need_resched asks for. */
enum need {
	NEED_CHOICE = 1 << 0, /* who runs? */
	NEED_ALARM = 1 << 1,  /* when to look again? */
};

struct cpu {
	struct cpu *self;	/* offset 0: read by cpu_this() */
	struct task *task;	/* offset 8: what runs here now */
	uint32_t preempt_count; /* offset 16: above 0 nothing else may run here */
	uint32_t need_resched; /* offset 20: [a] enum need: what the scheduler is to do */
	uint64_t kernel_rsp;   /* offset 24: the running task's stack, for SYSCALL */
	uint64_t user_rsp;     /* offset 32: scratch of the SYSCALL entry */
	uint32_t irq_depth;    /* offset 40: interrupts being handled, nested */
	uint32_t id;	       /* offset 44: 0 .. cpu_count - 1 */
	uint32_t apic_id;
	struct run_queue *run_queue;
	struct task *idle;
	void *irq_stack; /* [I] its top: interrupts are handled there */
	/* For who watches this CPU: the interrupt being handled; scheduling decisions. */
	const struct trap_frame *irq_frame;
	uint32_t decisions;
	struct smp_state *smp;	  /* [I] x86's own: what others ask of it */
	struct descriptors *arch; /* [I] x86's own: GDT, TSS, stacks */
};

extern struct cpu *cpus[CPU_MAX];
extern unsigned cpu_count; /* [I] after boot: smp_join */

static inline struct cpu *cpu_this(void)
{
	struct cpu *cpu;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

static inline struct task *cpu_task(void)
{
	struct task *task;

	__asm__ volatile("movq %%gs:8, %0" : "=r"(task));
	return task;
}

/* preempt_count and need_resched, in one instruction each, so no move can tear them. */
static inline void cpu_preempt_add(uint32_t n)
{
	__asm__ volatile("addl %0, %%gs:16" : : "ri"(n) : "memory", "cc");
}

static inline uint32_t cpu_preempt_count(void)
{
	uint32_t n;

	__asm__ volatile("movl %%gs:16, %0" : "=r"(n) : : "memory");
	return n;
}

static inline bool cpu_need_resched(void)
{
	uint32_t n;

	__asm__ volatile("movl %%gs:20, %0" : "=r"(n) : : "memory");
	return n != 0;
}

static inline uint32_t cpu_irq_depth(void)
{
	uint32_t n;

	__asm__ volatile("movl %%gs:40, %0" : "=r"(n) : : "memory");
	return n;
}

#define RFLAGS_IF (1u << 9)
#define RFLAGS_AC (1u << 18) /* with SMAP: user memory may be touched */

static inline uint64_t cpu_flags(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline bool irq_enabled(void)
{
	return cpu_flags() & RFLAGS_IF;
}

static inline void irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/* Disables interrupts; the result goes to irq_restore. */
static inline uint64_t irq_save(void)
{
	uint64_t flags = cpu_flags();

	irq_disable();
	return flags;
}

static inline void irq_restore(uint64_t flags)
{
	if (flags & RFLAGS_IF)
		irq_enable();
}

/* Enables interrupts and halts until one comes, with no gap between the two. */
static inline void cpu_wait_irq(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

/* Ends the right to touch user memory, and grants it; only with cpu_features.smap. */
static inline void cpu_close_user(void)
{
	__asm__ volatile("clac" : : : "memory", "cc");
}

static inline void cpu_open_user(void)
{
	__asm__ volatile("stac" : : : "memory", "cc");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline uint64_t cpu_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Not before the loads in front of it: for counts that are compared between CPUs. */
static inline uint64_t cpu_tsc_ordered(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return cpu_tsc();
}

static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)(value & UINT32_MAX)),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpu_id(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

/* What this machine's processors have, read once at boot. [I] */
struct cpu_features {
	char vendor[13], brand[49];
	bool nx, pge, gbytes, fsgsbase, smep, smap, umip, x2apic, tsc_deadline,
		tsc_invariant, rdrand, rdseed, hypervisor, xsave, pcid;
	uint8_t phys_bits; /* of a physical address */
};
extern struct cpu_features cpu_features;

/* Stops this processor for good, interrupts off. */
NORETURN void cpu_stop(void);

/* GDT, IDT, TSS, GS, control registers, features of the CPU that calls. No allocation. */
void cpu_init_boot(void);

#endif
