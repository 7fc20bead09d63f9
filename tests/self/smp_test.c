/*
 * smp_test.c: what CPUs ask of each other, what each has of its own, and what they must
 * agree on. With one CPU the same is asked of that.
 */
#include <stdatomic.h>

#include "kernel/debug/backtrace.h"
#include "kernel/debug/symbols.h"
#include "kernel/mm/page.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/time/internal.h"
#include "kernel/time/timer.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/irqchip_parts.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { TEST_VECTOR = 0xe1 };

static uint64_t events(unsigned cpu)
{
	uint64_t n = timer_interrupts(cpu);

	for (enum smp_event event = 0; event < SMP_EVENTS; event++)
		n += smp_count(cpu, event);
	return n;
}

static unsigned calls[CPU_MAX];
static bool irqs_were_off;

static void note_call(void *argument)
{
	calls[cpu_this()->id] += *(unsigned *)argument;
	irqs_were_off &= !irq_enabled();
}

/* For at most some seconds: the host may let a processor wait. */
static void wait_until_more(uint64_t (*count)(unsigned), unsigned cpu, uint64_t than)
{
	for (unsigned i = 0; i < 5000 && count(cpu) <= than; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT(count(cpu) > than);
}

SELF_TEST("smp.call", test_call)
{
	uint64_t mask = cpu_online_mask();
	unsigned step = 7;

	irqs_were_off = true;
	memset(calls, 0, sizeof(calls));
	smp_call(mask, note_call, &step);
	for (unsigned i = 0; i < CPU_MAX; i++)
		EXPECT_EQ(calls[i], i < cpu_count ? 7 : 0);
	/* Not those that are not named, and nobody who is not there. */
	smp_call(mask & 0xaaaaaaaaaaaaaaaa, note_call, &step);
	smp_call(~mask, note_call, &step);
	smp_call(0, note_call, &step);
	for (unsigned i = 0; i < cpu_count; i++)
		EXPECT_EQ(calls[i], i % 2 ? 14 : 7);
	EXPECT(irqs_were_off);
	EXPECT(irq_enabled());
}

/* Everybody calls everybody, all at once. */
static int call_all(void *unused)
{
	unsigned one = 1;

	for (unsigned i = 0; i < 50; i++)
		smp_call(cpu_online_mask(), note_call, &one);
	return 0;
}

SELF_TEST("smp.calls_at_once", test_calls_at_once)
{
	struct task *tasks[4];
	unsigned started = 0;
	int status;

	memset(calls, 0, sizeof(calls));
	for (unsigned i = 0; i < ARRAY_SIZE(tasks); i++)
		if (task_create("caller", call_all, NULL, PRIORITY_NORMAL,
				&tasks[started]) == 0)
			started++;
	for (unsigned i = 0; i < started; i++) {
		EXPECT_EQ(task_join(tasks[i], &status), 0);
		task_put(tasks[i]);
	}
	for (unsigned i = 0; i < cpu_count; i++)
		EXPECT_EQ(calls[i], started * 50);
}

static uint64_t reschedules(unsigned cpu)
{
	return smp_count(cpu, SMP_RESCHEDULE);
}

SELF_TEST("smp.reschedule", test_reschedule)
{
	if (!apic_timer_present()) {
		self_skip("no local APIC");
		return;
	}
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		uint64_t before = reschedules(cpu);

		smp_send_reschedule(cpu);
		wait_until_more(reschedules, cpu, before);
	}
}

/* What each CPU says of itself. */
struct own {
	uint64_t cr0, cr4, efer, pat, gs;
	uint32_t apic_id;
};
static struct own own[CPU_MAX];

static void note_own(void *unused)
{
	struct cpu *cpu = cpu_this();

	own[cpu->id] = (struct own){
		.cr0 = cr0_read(),
		.cr4 = cr4_read(),
		.efer = msr_read(MSR_EFER),
		.pat = msr_read(MSR_PAT),
		.gs = msr_read(MSR_GS_BASE),
		.apic_id = apic_timer_present() ? apic_id() : cpu->apic_id,
	};
}

SELF_TEST("smp.cpus_are_alike", test_alike)
{
	smp_call(cpu_online_mask(), note_own, NULL);
	for (unsigned i = 0; i < cpu_count; i++) {
		EXPECT_EQ(own[i].cr0, own[0].cr0);
		EXPECT_EQ(own[i].cr4, own[0].cr4);
		EXPECT_EQ(own[i].efer, own[0].efer);
		EXPECT_EQ(own[i].pat, own[0].pat);
		EXPECT_EQ(own[i].gs, (uint64_t)cpus[i]);
		EXPECT_EQ(own[i].apic_id, cpus[i]->apic_id);
		EXPECT_EQ(cpus[i]->id, i);
		EXPECT(cpus[i]->run_queue && cpus[i]->idle);
		for (unsigned j = 0; j < i; j++) {
			EXPECT(own[i].apic_id != own[j].apic_id);
			EXPECT(cpus[i]->irq_stack != cpus[j]->irq_stack);
		}
	}
}

static uint64_t *shared;
static uint64_t read_there[CPU_MAX];

static void read_shared(void *unused)
{
	read_there[cpu_this()->id] = *(volatile uint64_t *)shared;
}

static void expect_all_read(uint64_t value)
{
	smp_call(cpu_online_mask(), read_shared, NULL);
	for (unsigned i = 0; i < cpu_count; i++)
		EXPECT_EQ(read_there[i], value);
}

/* Another page at an address whose translation all CPUs know. */
SELF_TEST("smp.tlb", test_tlb)
{
	uint64_t *other = page_alloc_address(0, GFP_KERNEL), phys;
	uint64_t before[CPU_MAX] = { 0 };
	uint64_t root = paging_kernel_root();
	unsigned flags;

	shared = vmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!shared || !other) {
		self_skip("no memory");
		goto out;
	}
	*shared = 1;
	*other = 2;
	expect_all_read(1);
	EXPECT(paging_lookup(root, (uint64_t)shared, &phys, &flags));
	for (unsigned i = 0; i < cpu_count; i++)
		before[i] = smp_count(i, SMP_TLB);
	paging_unmap(root, (uint64_t)shared, 1);
	EXPECT_EQ(paging_map(root, (uint64_t)shared, virt_to_phys(other), 1, flags), 0);
	tlb_flush_all();
	expect_all_read(2);
	for (unsigned i = 0, others = 0; i < cpu_count; i++) {
		others += smp_count(i, SMP_TLB) > before[i];
		EXPECT(i + 1 < cpu_count || others + 1 >= cpu_count);
	}
	paging_unmap(root, (uint64_t)shared, 1);
	EXPECT_EQ(paging_map(root, (uint64_t)shared, phys, 1, flags), 0);
	tlb_flush_all();
	expect_all_read(1);
out:
	vfree(shared);
	page_free_address(other);
}

static uint64_t flush_interrupts(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < cpu_count; i++)
		sum += smp_count(i, SMP_TLB);
	return sum;
}

/* Many areas come and go for a few rounds of interrupts. */
SELF_TEST("smp.tlb_batches", test_batches)
{
	uint64_t before, came;

	vmalloc_shrink();
	before = flush_interrupts();
	for (unsigned i = 0; i < 200; i++)
		vfree(vmalloc(PAGE_SIZE, GFP_KERNEL));
	vmalloc_shrink();
	came = flush_interrupts() - before;
	EXPECT(came <= 20 * (cpu_count - 1));
	EXPECT(cpu_count == 1 || came > 0);
}

static struct timer timers[CPU_MAX];
static unsigned expired_on[CPU_MAX];
static atomic_uint expired;

static void note_expiry(struct timer *timer)
{
	expired_on[timer - timers] = cpu_this()->id;
	atomic_fetch_add(&expired, 1);
}

static void start_timer(void *unused)
{
	struct timer *timer = &timers[cpu_this()->id];

	timer_setup(timer, note_expiry);
	timer_start(timer, clock_monotonic() + NSEC_PER_MSEC);
}

SELF_TEST("smp.timers", test_timers)
{
	memset(expired_on, 0xff, sizeof(expired_on));
	atomic_store(&expired, 0);
	smp_call(cpu_online_mask(), start_timer, NULL);
	for (unsigned i = 0; i < 5000 && atomic_load(&expired) < cpu_count; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	for (unsigned i = 0; i < cpu_count; i++)
		EXPECT_EQ(expired_on[i], i);
}

static _Atomic uint64_t latest;
static atomic_uint backwards;

/* No CPU's clock shows less than what any CPU's showed before. */
static void watch_clock(void *unused)
{
	for (unsigned i = 0; i < 500; i++) {
		uint64_t before = atomic_load(&latest), now = clock_monotonic();

		if (now < before)
			atomic_fetch_add(&backwards, 1);
		while (before < now &&
		       !atomic_compare_exchange_weak(&latest, &before, now))
			;
	}
}

SELF_TEST("smp.clock", test_clock)
{
	atomic_store(&latest, 0);
	atomic_store(&backwards, 0);
	for (unsigned i = 0; i < 4; i++)
		smp_call(cpu_online_mask(), watch_clock, NULL);
	EXPECT_EQ(atomic_load(&backwards), 0);
	EXPECT(atomic_load(&latest) > 0);
}

static uint64_t made_up_tsc;

static uint64_t read_made_up(void)
{
	return made_up_tsc;
}

static uint64_t look(_Atomic uint64_t *newest, uint64_t tsc)
{
	made_up_tsc = tsc;
	return tsc_look(newest, read_made_up);
}

SELF_TEST("smp.counters_that_differ", test_tsc_look)
{
	_Atomic uint64_t newest = 100;

	EXPECT_EQ(look(&newest, 100), 0);
	EXPECT_EQ(look(&newest, 105), 0);
	EXPECT_EQ(atomic_load(&newest), 105);
	EXPECT_EQ(look(&newest, 98), 7);
	EXPECT_EQ(atomic_load(&newest), 105);
}

SELF_TEST("smp.clock_without_tsc", test_avoid_tsc)
{
	struct clock_source *before = clock_source_in_use();
	unsigned rating = before ? before->rating : 0;
	uint64_t then;

	if (!before || strcmp(before->name, "tsc") != 0) {
		self_skip("the clock is not the TSC");
		return;
	}
	then = clock_monotonic();
	clock_avoid_tsc();
	EXPECT(clock_monotonic() >= then);
	EXPECT(clock_monotonic() - then < NSEC_PER_SEC * 1000);
	smp_call(cpu_online_mask(), watch_clock, NULL);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	then = clock_monotonic();
	before->rating = rating;
	clock_use(before);
	EXPECT(clock_monotonic() >= then);
}

/* A CPU with nothing to do is left alone. */
SELF_TEST("smp.tickless", test_tickless)
{
	uint64_t before[CPU_MAX] = { 0 };
	unsigned here;

	for (unsigned i = 0; i < cpu_count; i++)
		before[i] = events(i);
	EXPECT_EQ(task_sleep(100 * NSEC_PER_MSEC), 0);
	here = cpu_this()->id;
	for (unsigned i = 0; i < cpu_count; i++)
		if (i != here)
			EXPECT(events(i) - before[i] < 6);
}

static uint64_t handler_frame, chain[16];
static unsigned chain_length;
static atomic_bool handled;

static bool note_stack(struct trap_frame *frame)
{
	handler_frame = (uint64_t)__builtin_frame_address(0);
	chain_length = backtrace_walk(handler_frame, chain, ARRAY_SIZE(chain));
	apic_end();
	atomic_store(&handled, true);
	return true;
}

/* An interrupt is handled on a stack of its own, and a backtrace shows whom it met. */
SELF_TEST("smp.interrupt_stack", test_irq_stack)
{
	uint64_t top;
	struct symbol symbol;
	bool found = false;

	if (!apic_timer_present()) {
		self_skip("no local APIC");
		return;
	}
	trap_set_handler(TEST_VECTOR, note_stack);
	atomic_store(&handled, false);
	cpu_preempt_add(1);
	top = (uint64_t)cpu_this()->irq_stack;
	apic_send(cpu_this()->id, TEST_VECTOR);
	while (!atomic_load(&handled))
		cpu_relax();
	cpu_preempt_add((uint32_t)-1);
	trap_set_handler(TEST_VECTOR, NULL);
	EXPECT(handler_frame < top && handler_frame >= top - INTERRUPT_STACK_SIZE);
	for (unsigned i = 0; i < chain_length; i++)
		found |= symbol_find(chain[i], &symbol) &&
			 strcmp(symbol.name, "test_irq_stack") == 0;
	EXPECT(found);
}
