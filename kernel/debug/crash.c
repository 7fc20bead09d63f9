/*
 * crash.c: every way for the kernel to die, on purpose. One that is survived panics
 * too, and says so: then a protection is missing.
 */
#include "kernel/debug/crash.h"

#include "kernel/debug/panic.h"
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/waitq.h"
#include "kernel/x86/layout.h"
#include "kernel/x86/smp.h"
#include "lib/string.h"

/* What the compiler may not see through. */
static volatile uint64_t zero;

static void crash_assert(void)
{
	ASSERT(zero == 1);
}

static void crash_divide(void)
{
	zero = 100 / zero;
}

static void crash_opcode(void)
{
	__builtin_trap();
}

static void crash_null(void)
{
	*(volatile uint64_t *)zero = 1;
}

static void crash_wild(void)
{
	*(volatile uint64_t *)(zero + 0x123456789abcdef0ULL) = 1;
}

static void crash_text(void)
{
	*(volatile uint8_t *)kernel_text_start = 0;
}

static void crash_text_alias(void)
{
	*(volatile uint8_t *)phys_to_virt(virt_to_phys(kernel_text_start)) = 0;
}

static void crash_constant(void)
{
	*(volatile uint32_t *)(uint64_t)&crash_count = 0;
}

static void crash_execute(void)
{
	static uint8_t code[] = { 0xc3 }; /* ret */
	void (*function)(void) = (void (*)(void))(uint64_t)code;

	function();
}

static void crash_guard(void)
{
	volatile uint8_t *area = vmalloc(PAGE_SIZE, GFP_KERNEL);

	if (area)
		area[PAGE_SIZE] = 1;
}

static void crash_free_twice(void)
{
	void *volatile object = kmalloc(64, GFP_KERNEL);

	kfree(object);
	kfree(object); /* NOLINT(clang-analyzer-unix.Malloc): on purpose */
}

static void crash_page_twice(void)
{
	struct page *volatile page = page_alloc(0, GFP_KERNEL);

	if (!page)
		return;
	page_free(page);
	page_free(page);
}

/* The debug build alone sees these two. */
static void crash_overrun(void)
{
	char *volatile object = kmalloc(64, GFP_KERNEL);

	if (object)
		object[64] = 'x';
	kfree(object);
}

static void crash_stale(void)
{
	char *volatile object = kmalloc(64, GFP_KERNEL);

	kfree(object);
	if (object)
		object[63] = 'x'; /* NOLINT(clang-analyzer-unix.Malloc): on purpose */
	kfree(kmalloc(64, GFP_KERNEL));
}

static void (*volatile call_again)(void);

static void use_stack(void)
{
	volatile uint64_t room[64];

	room[0] = 1;
	call_again();
	zero = room[0] - 1;
}

static void crash_stack(void)
{
	call_again = use_stack;
	use_stack();
}

static NOINLINE void overrun(size_t n)
{
	char buffer[16];
	volatile char *p = buffer;
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = 'x';
}

static void crash_canary(void)
{
	overrun(32 + zero);
}

static void crash_null_again(void)
{
	panic_print_locks = NULL;
	crash_null();
}

static void crash_twice(void)
{
	panic_print_locks = crash_null_again;
	panic("the first of two");
}

static void panic_here(void *unused)
{
	panic("asked for on CPU %u", cpu_this()->id);
}

static void crash_everywhere(void)
{
	smp_call(cpu_online_mask(), panic_here, NULL);
}

/* What the watchdog sees: see watchdog=. */
static void crash_soft(void)
{
	preempt_disable();
	while (!zero)
		cpu_relax();
	preempt_enable();
}

static void crash_hard(void)
{
	irq_disable();
	while (!zero)
		cpu_relax();
	irq_enable();
}

static void crash_hung(void)
{
	struct waitq never;

	waitq_init(&never);
	waitq_wait_always(&never, zero);
}

static void crash_plain(void)
{
	panic("asked for at the monitor");
}

const struct crash crashes[] = {
	{ "panic", "a plain panic", crash_plain },
	{ "assert", "an assertion that does not hold", crash_assert },
	{ "divide", "a division by zero", crash_divide },
	{ "opcode", "an invalid instruction", crash_opcode },
	{ "null", "a write through a null pointer", crash_null },
	{ "wild", "a write to an address that cannot be", crash_wild },
	{ "text", "a write to the kernel's code", crash_text },
	{ "text-alias", "the same through the direct map", crash_text_alias },
	{ "constant", "a write to a constant", crash_constant },
	{ "execute", "a jump into data", crash_execute },
	{ "guard", "a write behind an area", crash_guard },
	{ "free-twice", "a second free of an object", crash_free_twice },
	{ "page-twice", "a second free of a page", crash_page_twice },
	{ "overrun", "a write behind an object (debug build)", crash_overrun },
	{ "stale", "a write to an object after its free (debug build)", crash_stale },
	{ "stack", "a recursion without end", crash_stack },
	{ "twice", "another trap in the middle of the report", crash_twice },
	{ "everywhere", "on all CPUs at once", crash_everywhere },
	{ "soft", "preemption off for ever: a soft lock-up (watchdog=)", crash_soft },
	{ "hard", "interrupts off for ever: a hard lock-up (watchdog=)", crash_hard },
	{ "hung", "a wait without end: a hung task (watchdog=)", crash_hung },
	{ "canary", "a write beyond a local buffer", crash_canary },
};
const unsigned crash_count = ARRAY_SIZE(crashes);

const struct crash *crash_find(const char *name)
{
	unsigned i;

	for (i = 0; i < crash_count; i++) {
		if (strcmp(crashes[i].name, name) == 0)
			return &crashes[i];
	}
	return NULL;
}
