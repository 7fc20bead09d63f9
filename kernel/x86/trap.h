/*
 * trap.h: exceptions and interrupts, from the processor's vector to a C function.
 *
 * entry.asm saves the registers as a trap_frame and calls trap_dispatch, which calls
 * the handler of the vector. An exception that no handler takes ends in a report and a
 * panic. Before it returns to code that may be preempted it calls the preempt hook,
 * sched_preempt_irq() (kernel/sync/preempt.h).
 */
#ifndef KERNEL_X86_TRAP_H
#define KERNEL_X86_TRAP_H

#include "lib/base.h"

struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss; /* pushed by the processor */
};

/* Intel SDM volume 3A, table 6-1. */
enum trap_vector {
	TRAP_DIVIDE = 0,
	TRAP_DEBUG = 1,
	TRAP_NMI = 2,
	TRAP_BREAKPOINT = 3,
	TRAP_OVERFLOW = 4,
	TRAP_BOUND = 5,
	TRAP_OPCODE = 6,
	TRAP_NO_FPU = 7,
	TRAP_DOUBLE_FAULT = 8,
	TRAP_TSS = 10,
	TRAP_SEGMENT = 11,
	TRAP_STACK = 12,
	TRAP_PROTECTION = 13,
	TRAP_PAGE_FAULT = 14,
	TRAP_FPU = 16,
	TRAP_ALIGNMENT = 17,
	TRAP_MACHINE_CHECK = 18,
	TRAP_SIMD = 19,

	IRQ_VECTOR_FIRST = 0x30, /* device interrupts: kernel/dev/irq.h */
	IRQ_VECTOR_LAST = 0xdf,
	VECTOR_TIMER = 0xf0, /* the local APIC's timer */
	VECTOR_RESCHEDULE = 0xf1,
	VECTOR_CALL = 0xf2, /* smp_call */
	VECTOR_TLB = 0xf3,  /* tlb_flush_all */
	VECTOR_SPURIOUS = 0xff,
};

/* Returns true when the trap is dealt with. Runs with interrupts off. */
typedef bool (*trap_handler)(struct trap_frame *frame);

/* Sets the one handler of a vector, at boot; NULL takes it away. */
void trap_set_handler(unsigned vector, trap_handler handler);

/* What rooms above know about traps; main tells it. NULL: nobody knows. Any may be. */
struct trap_hooks {
	/* A fault in the kernel that was expected: rip moved, go on. */
	bool (*fixup)(struct trap_frame *frame);
	/* Whether an address is a guard page's, for reports. */
	bool (*is_guard)(uint64_t address);
	/* Switches to a better task, with interrupts off. */
	void (*preempt)(void);
};
void trap_set_hooks(const struct trap_hooks *given);

static inline bool trap_from_user(const struct trap_frame *frame)
{
	return (frame->cs & 3) == 3;
}

/* Prints registers, backtrace and task of a frame at level error. Any context. */
void trap_report(const struct trap_frame *frame);

#endif
