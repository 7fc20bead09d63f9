/*
 * x86_trap.c: traps, interrupts, stack switches, names of addresses, tables of ACPI.
 */
#include "kernel/boot_info.h"
#include "kernel/debug/backtrace.h"
#include "kernel/debug/symbols.h"
#include "kernel/mm/page.h"
#include "kernel/sync/preempt.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/switch.h"
#include "kernel/x86/trap.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { TEST_VECTOR = 0xe0 };

static struct trap_frame seen;
static volatile unsigned count;

static bool note(struct trap_frame *frame)
{
	seen = *frame;
	count++;
	return true;
}

SELF_TEST("x86.breakpoint", test_breakpoint)
{
	count = 0;
	trap_set_handler(TRAP_BREAKPOINT, note);
	cpu_trap();
	cpu_trap();
	trap_set_handler(TRAP_BREAKPOINT, NULL);
	EXPECT_EQ(count, 2);
	EXPECT_EQ(seen.vector, TRAP_BREAKPOINT);
	EXPECT_EQ(seen.error, 0);
	EXPECT(!trap_from_user(&seen));
	EXPECT(seen.rip > (uint64_t)test_breakpoint &&
	       seen.rip < (uint64_t)test_breakpoint + 512);
	EXPECT_EQ(seen.rbp, (uint64_t)__builtin_frame_address(0));
	EXPECT(irq_enabled());
}

static volatile uint64_t depth_seen, flags_seen;

static bool note_flags(struct trap_frame *frame)
{
	flags_seen = cpu_flags();
	return true;
}

SELF_TEST("x86.trap_closes_user_memory", test_trap_closes_user_memory)
{
	if (!cpu_features.smap) {
		self_skip("no SMAP");
		return;
	}
	trap_set_handler(TRAP_BREAKPOINT, note_flags);
	cpu_open_user();
	cpu_trap();
	EXPECT(cpu_flags() & RFLAGS_AC);
	cpu_close_user();
	trap_set_handler(TRAP_BREAKPOINT, NULL);
	EXPECT(!(flags_seen & RFLAGS_AC));
}

static bool interrupt(struct trap_frame *frame)
{
	depth_seen = cpu_irq_depth();
	flags_seen = cpu_flags();
	count++;
	apic_end();
	return true;
}

/* It comes at once, but for a few instructions. */
static void expect_count(unsigned n)
{
	for (unsigned i = 0; i < 100 && count < n; i++)
		cpu_relax();
	EXPECT_EQ(count, n);
}

SELF_TEST("x86.interrupt_to_itself", test_interrupt)
{
	if (!apic_timer_present()) {
		self_skip("no local APIC");
		return;
	}
	count = 0;
	trap_set_handler(TEST_VECTOR, interrupt);
	irq_disable();
	apic_send(cpu_this()->id, TEST_VECTOR);
	EXPECT_EQ(count, 0);
	irq_enable();
	expect_count(1);
	EXPECT_EQ(depth_seen, 1);
	EXPECT_EQ(flags_seen & RFLAGS_IF, 0);
	EXPECT_EQ(cpu_irq_depth(), 0);
	trap_set_handler(TEST_VECTOR, NULL);
	/* Nobody's: it is ended all the same, or no other would come. */
	apic_send(cpu_this()->id, TEST_VECTOR);
	trap_set_handler(TEST_VECTOR, interrupt);
	apic_send(cpu_this()->id, TEST_VECTOR);
	expect_count(2);
	trap_set_handler(TEST_VECTOR, NULL);
}

static volatile uint64_t vector_seen;

static bool note_vector(struct trap_frame *frame)
{
	vector_seen = frame->vector;
	return interrupt(frame);
}

/* Each vector's entry says its own number. */
SELF_TEST("x86.every_vector", test_vectors)
{
	if (!apic_timer_present()) {
		self_skip("no local APIC");
		return;
	}
	/* Behind the ISA lines and before the local APIC's own. */
	for (unsigned v = IRQ_VECTOR_FIRST + 16; v < VECTOR_TIMER; v++) {
		count = 0;
		trap_set_handler(v, note_vector);
		apic_send(cpu_this()->id, v);
		expect_count(1);
		EXPECT_EQ(vector_seen, v);
		trap_set_handler(v, NULL);
	}
}

static uint64_t here, there;
static unsigned steps;

static void other_stack(void *argument)
{
	for (;;) {
		steps += *(unsigned *)argument;
		switch_stack(&there, here);
	}
}

SELF_TEST("x86.switch_stack", test_switch)
{
	uint8_t *stack = page_alloc_address(0, GFP_KERNEL);
	unsigned step = 3;
	uint64_t flags;

	if (!stack) {
		self_skip("no memory");
		return;
	}
	steps = 0;
	flags = irq_save();
	there = switch_prepare(stack + PAGE_SIZE, other_stack, &step);
	switch_stack(&here, there);
	EXPECT_EQ(steps, 3);
	switch_stack(&here, there);
	EXPECT_EQ(steps, 6);
	irq_restore(flags);
	page_free_address(stack);
}

static NOINLINE unsigned inner(uint64_t *addresses, unsigned max)
{
	unsigned n = backtrace_walk((uint64_t)__builtin_frame_address(0), addresses, max);

	EXPECT(n > 0);
	return n;
}

static NOINLINE unsigned outer(uint64_t *addresses, unsigned max)
{
	unsigned n = inner(addresses, max);

	EXPECT(n > 1);
	return n;
}

SELF_TEST("x86.backtrace", test_backtrace)
{
	uint64_t addresses[16];
	struct symbol symbol;

	EXPECT(outer(addresses, ARRAY_SIZE(addresses)) >= 2);
	EXPECT(symbol_find(addresses[0], &symbol));
	EXPECT(strcmp(symbol.name, "outer") == 0);
	EXPECT(symbol.offset > 0 && symbol.offset < 256);
	EXPECT(symbol_find(addresses[1], &symbol));
	EXPECT(strcmp(symbol.name, "test_backtrace") == 0);
	EXPECT_EQ(outer(addresses, 2), 2);
}

SELF_TEST("x86.backtrace_of_broken_chains", test_broken_chains)
{
	static const uint64_t bad[] = { 0,
					1,
					4096,
					0x7fffffffffff,
					0x800000000000,
					0xffff7fffffffffff,
					DIRECT_BASE - 8,
					VIRTUAL_BASE + VIRTUAL_SIZE,
					UINT64_MAX,
					UINT64_MAX - 7 };
	uint64_t addresses[4], chain[2] = { 0, 12345 };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(backtrace_walk(bad[i], addresses, 4), 0);
	/* No code there; a chain that bites its tail. */
	EXPECT_EQ(backtrace_walk((uint64_t)chain, addresses, 4), 0);
	chain[0] = (uint64_t)chain;
	chain[1] = (uint64_t)test_broken_chains;
	EXPECT(backtrace_walk((uint64_t)chain, addresses, 4) <= 4);
}

SELF_TEST("x86.symbols", test_symbols)
{
	struct symbol symbol = { .offset = 99 };

	EXPECT(symbol_find((uint64_t)symbol_find, &symbol));
	EXPECT(strcmp(symbol.name, "symbol_find") == 0);
	EXPECT_EQ(symbol.offset, 0);
	EXPECT_EQ(symbol_address("symbol_find"), (uint64_t)symbol_find);
	EXPECT_EQ(symbol_address("no such function"), 0);
	EXPECT(!symbol_find(0, &symbol));
	EXPECT(!symbol_find((uint64_t)kernel_text_end, &symbol));
	EXPECT(!symbol_find((uint64_t)boot_stack, &symbol));
}

SELF_TEST("x86.canary", test_canary)
{
	extern uintptr_t __stack_chk_guard;

	EXPECT_EQ(__stack_chk_guard & 0xff, 0);
	EXPECT(__stack_chk_guard >> 32 != 0);
}

SELF_TEST("x86.memory_map", test_memory_map)
{
	EXPECT(boot_info.memory_count > 0);
	for (unsigned i = 0; i < boot_info.memory_count; i++) {
		const struct boot_memory *m = &boot_info.memory[i];

		EXPECT(m->size > 0);
		EXPECT(i == 0 || m[-1].base + m[-1].size <= m->base);
	}
}

SELF_TEST("x86.acpi", test_acpi)
{
	static const char *const names[] = { "FACP", "APIC", "HPET" };

	EXPECT(!acpi_find("NONE"));
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		const struct acpi_header *table = acpi_find(names[i]);
		uint8_t sum = 0;

		if (!table)
			continue;
		EXPECT(memcmp(table->signature, names[i], 4) == 0);
		for (uint32_t at = 0; at < table->length; at++)
			sum += ((const uint8_t *)table)[at];
		EXPECT_EQ(sum, 0);
	}
}
