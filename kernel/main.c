/*
 * main.c: kernel_main, the reader's map of the boot order. Each step's header says what
 * it needs; main knows the order and nothing else.
 */
#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/dev/init.h"
#include "kernel/dev/param.h"
#include "kernel/dev/random.h"
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/usercopy.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/monitor/console.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/time/timer.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/power.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"

NORETURN void kernel_main(void);

/* Does one thing as a traced step of its own. */
static NOINLINE void step(const char *name, void (*boot_step)(void))
{
	trace(TRACE_BEGIN, (uint64_t)name, 0);
	boot_step();
	trace(TRACE_END, (uint64_t)name, 0);
}
#define STEP(function_) step(#function_, function_)

static void greet(void)
{
	const struct boot_framebuffer *fb = &boot_info.framebuffer;

	log_info("octavo: started by %s%s%s", boot_info.protocol,
		 boot_info.loader[0] ? ", " : "", boot_info.loader);
	if (fb->kind != BOOT_SCREEN_NONE)
		log_info("octavo: screen of %ux%u %s", fb->width, fb->height,
			 fb->kind == BOOT_SCREEN_TEXT ? "characters" : "pixels");
	if (boot_info.cmdline_cut)
		log_warn("octavo: the command line is cut at %d bytes",
			 BOOT_CMDLINE_MAX - 1);
}

static void start_memory(void)
{
	page_init(&boot_info);
	paging_init(page_alloc_table);
	slab_init();
	vmalloc_init();
	trace_init();
}

static void *alloc_area(size_t size)
{
	return vmalloc(size, GFP_KERNEL | GFP_ZERO);
}

/* The other processors come up while this one goes on. */
static void start_others(void)
{
	static struct smp_rooms rooms = {
		.alloc = alloc_area,
		.free = vfree,
		.prepare = sched_cpu_prepare,
		.run = sched_cpu_run,
	};

	rooms.low_page = page_low;
	smp_wake(&rooms);
}

static void start_machine(void)
{
	static const struct trap_hooks hooks = {
		.fixup = usercopy_fixup,
		.is_guard = vmalloc_is_guard,
		.preempt = sched_preempt_irq,
	};

	trap_set_hooks(&hooks);
	STEP(acpi_init);
	STEP(irqchip_init);
	STEP(start_others);
}

/* While the clock is measured, what needs none. */
static void start_time(void)
{
	init_run(INIT_CLOCK);
	STEP(clock_prepare);
	STEP(power_init);
	STEP(random_init);
	STEP(clock_init);
	STEP(timer_init);
}

/* The first task that may sleep: everything that stands on tasks and interrupts. */
static int init_main(void *unused)
{
	enum init_level level;

	for (level = INIT_DRIVER; level < INIT_LEVELS; level++)
		init_run(level);
	return console_main(NULL);
}

static void join_others(void)
{
	if (!smp_join())
		clock_avoid_tsc();
}

void kernel_main(void)
{
	struct task *init;

	cpu_init_boot();
	param_parse(boot_info.cmdline);
	greet();
	start_memory();
	start_machine();
	start_time();
	STEP(sched_init);
	init_run(INIT_CONSOLE);
	param_report();
	STEP(join_others);
	if (task_create("init", init_main, NULL, PRIORITY_NORMAL, &init))
		panic("no memory for the first task");
	task_put(init);
	sched_idle();
}
