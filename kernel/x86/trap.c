/*
 * trap.c: exceptions and interrupts in C.
 *
 * trap_dispatch runs with interrupts off and keeps them off. An exception that nobody
 * handles is a panic with a full report; an interrupt that nobody handles is ended and
 * counted, since hardware may raise what nobody asked for. A frame may not be preempted
 * unless it had interrupts on, no lock, and is the outermost.
 */
#include "kernel/x86/trap.h"

#include "kernel/debug/backtrace.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/schedfuzz.h"
#include "kernel/debug/trace.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/smp.h"
#include "lib/printf.h"
#include "lib/string.h"

enum {
	EXCEPTIONS = 32,
	/* Page-fault error code: Intel SDM 3A, 4.7. */
	FAULT_PRESENT = 1 << 0,
	FAULT_WRITE = 1 << 1,
	FAULT_USER = 1 << 2,
	FAULT_RESERVED = 1 << 3,
	FAULT_FETCH = 1 << 4,
};

static const char *const names[EXCEPTIONS] = {
	[TRAP_DIVIDE] = "divide error",
	[TRAP_DEBUG] = "debug exception",
	[TRAP_NMI] = "non-maskable interrupt",
	[TRAP_BREAKPOINT] = "breakpoint",
	[TRAP_OVERFLOW] = "overflow",
	[TRAP_BOUND] = "bound range exceeded",
	[TRAP_OPCODE] = "invalid opcode",
	[TRAP_NO_FPU] = "floating point in the kernel",
	[TRAP_DOUBLE_FAULT] = "double fault",
	[TRAP_TSS] = "invalid TSS",
	[TRAP_SEGMENT] = "segment not present",
	[TRAP_STACK] = "stack-segment fault",
	[TRAP_PROTECTION] = "general protection fault",
	[TRAP_PAGE_FAULT] = "page fault",
	[TRAP_FPU] = "x87 floating-point error",
	[TRAP_ALIGNMENT] = "alignment check",
	[TRAP_MACHINE_CHECK] = "machine check",
	[TRAP_SIMD] = "SIMD floating-point error",
};

static trap_handler handlers[256];
static struct trap_hooks hooks;

void trap_dispatch(struct trap_frame *frame);

COLD void trap_set_handler(unsigned vector, trap_handler handler)
{
	__atomic_store_n(&handlers[vector & 255], handler, __ATOMIC_RELEASE);
}

COLD void trap_set_hooks(const struct trap_hooks *given)
{
	hooks = *given;
}

static COLD const char *trap_name(uint64_t vector)
{
	if (vector >= EXCEPTIONS)
		return "interrupt";
	return names[vector] ? names[vector] : "exception";
}

static bool is_guard(uint64_t address)
{
	unsigned i;

	if (address >= (uint64_t)boot_stack_guard && address < (uint64_t)boot_stack)
		return true;
	for (i = 0; i < ARRAY_SIZE(interrupt_stacks); i++) {
		if (address - (uint64_t)interrupt_stacks[i].guard < PAGE_SIZE)
			return true;
	}
	return hooks.is_guard && hooks.is_guard(address);
}

/* What a page fault was, in words. */
static COLD void describe_fault(const struct trap_frame *frame, char *text, size_t size)
{
	uint64_t address = cr2_read();
	const char *access = frame->error & FAULT_FETCH	  ? "execution"
			     : frame->error & FAULT_WRITE ? "write"
							  : "read";
	const char *why = frame->error & FAULT_RESERVED	 ? "damaged page table"
			  : frame->error & FAULT_PRESENT ? "forbidden"
							 : "nothing there";

	if (is_guard(address))
		why = "guard page: overflow of a stack or buffer";
	else if (address < 4096)
		why = "null pointer";
	fmt_snprintf(text, size, ": %s of %016llx by %s: %s", access,
		     (unsigned long long)address,
		     frame->error & FAULT_USER ? "user code" : "the kernel", why);
}

static COLD void report_registers(const struct trap_frame *f)
{
	log_err("rip %016llx  rsp %016llx  rflags %08llx  cs %02llx  ss %02llx",
		(unsigned long long)f->rip, (unsigned long long)f->rsp,
		(unsigned long long)f->rflags, (unsigned long long)f->cs,
		(unsigned long long)f->ss);
#define ROW(a, b, c, d)                                                       \
	log_err("%-3s %016llx  %-3s %016llx  %-3s %016llx  %-3s %016llx", #a, \
		(unsigned long long)f->a, #b, (unsigned long long)f->b, #c,   \
		(unsigned long long)f->c, #d, (unsigned long long)f->d)
	ROW(rax, rbx, rcx, rdx);
	ROW(rsi, rdi, rbp, r8);
	ROW(r9, r10, r11, r12);
#undef ROW
	log_err("r13 %016llx  r14 %016llx  r15 %016llx", (unsigned long long)f->r13,
		(unsigned long long)f->r14, (unsigned long long)f->r15);
	log_err("cr0 %016llx  cr2 %016llx  cr3 %016llx  cr4 %016llx",
		(unsigned long long)cr0_read(), (unsigned long long)cr2_read(),
		(unsigned long long)cr3_read(), (unsigned long long)cr4_read());
}

COLD void trap_report(const struct trap_frame *frame)
{
	char detail[160] = "", task[48];

	if (frame->vector == TRAP_PAGE_FAULT)
		describe_fault(frame, detail, sizeof(detail));
	else if (frame->vector == TRAP_DOUBLE_FAULT && is_guard(cr2_read()))
		str_copy(detail, ": stack overflow", sizeof(detail));
	panic_describe_task(task, sizeof(task));
	log_err("trap: %s (vector %llu, error %llx) in %s%s", trap_name(frame->vector),
		(unsigned long long)frame->vector, (unsigned long long)frame->error, task,
		detail);
	report_registers(frame);
	backtrace_print_from(frame->rip, frame->rbp);
}

static bool dispatch_exception(struct trap_frame *frame)
{
	trap_handler handler =
		__atomic_load_n(&handlers[frame->vector], __ATOMIC_ACQUIRE);

	if (frame->vector == TRAP_NMI)
		smp_nmi(frame);
	/* Of exceptions, tests alone have handlers. calls: nothing */
	if (handler && handler(frame))
		return true;
	return frame->vector == TRAP_PAGE_FAULT && !trap_from_user(frame) &&
	       hooks.fixup && hooks.fixup(frame);
}

/* On the CPU's stack for interrupts. */
static void handle_interrupt(void *argument)
{
	struct trap_frame *frame = argument;
	trap_handler handler =
		__atomic_load_n(&handlers[frame->vector], __ATOMIC_ACQUIRE);

	trace(TRACE_IRQ, frame->vector, frame->rip);
	if (!handler || !handler(frame))
		irqchip_unexpected((unsigned)frame->vector);
	trace(TRACE_IRQ_EXIT, frame->vector, 0);
}

static void dispatch_interrupt(struct cpu *cpu, struct trap_frame *frame)
{
	cpu->irq_frame = frame;
	if (cpu->irq_depth++ == 0)
		call_on_stack(handle_interrupt, frame, cpu->irq_stack);
	else
		handle_interrupt(frame);
	cpu->irq_depth--;
}

void trap_preempt(void)
{
	if (cpu_need_resched() && cpu_preempt_count() == 0 && hooks.preempt)
		hooks.preempt();
}

void trap_dispatch(struct trap_frame *frame)
{
	struct cpu *cpu = cpu_this();

	/* Whoever interrupts a user copy must not inherit its right; iret restores it. */
	if (cpu_features.smap)
		cpu_close_user();
	if (frame->vector < EXCEPTIONS) {
		if (!dispatch_exception(frame))
			panic_trap(frame, "%s", trap_name(frame->vector));
		return;
	}
	dispatch_interrupt(cpu, frame);
	if (cpu->preempt_count == 0 && (frame->rflags & RFLAGS_IF))
		schedfuzz_interrupt();
	if (cpu->need_resched && cpu->preempt_count == 0 && cpu->irq_depth == 0 &&
	    (frame->rflags & RFLAGS_IF) && hooks.preempt)
		hooks.preempt();
}
