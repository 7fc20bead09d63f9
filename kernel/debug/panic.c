/*
 * panic.c: the one place where the kernel dies.
 *
 * The first to come prints, with interrupts off and past every lock; the other CPUs are
 * stopped. The report has parts: what people read first, then the bundle for scripts. A
 * panic inside the report goes on with the part after the one that failed, so nothing is
 * printed twice, nothing loops, and it ends. Before any driver took the log over, the
 * report goes out through x86/early.
 */
#include "kernel/debug/panic.h"

#include <stdatomic.h>

#include "kernel/debug/backtrace.h"
#include "kernel/debug/bundle.h"
#include "kernel/debug/log.h"
#include "kernel/dev/param.h"
#include "kernel/sched/task.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/early.h"
#include "kernel/x86/power.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

enum panic_end { PANIC_HALT, PANIC_EXIT, PANIC_REBOOT };

enum { MESSAGE_MAX = 256 };

static _Atomic uint32_t reporter; /* its CPU's number + 1 */
/* The reporter's. */
static char message[MESSAGE_MAX];
static struct trap_frame dying;
static bool from_trap;
static unsigned part;	/* of the report, the next one */
static bool end_chosen; /* panic= was given */
static enum panic_end end;

void (*panic_print_locks)(void);

static int set_panic(const char *rest, const char *value)
{
	static const char *const words[] = { "halt", "exit", "reboot" };
	unsigned i;

	for (i = 0; value && i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		end = (enum panic_end)i;
		end_chosen = true;
		return 0;
	}
	return -EINVAL;
}
PARAM(panic, "panic", "=halt, exit (isa-debug-exit's status 37) or reboot: after a panic",
      set_panic);

void panic_ends_run(void)
{
	if (!end_chosen)
		end = PANIC_EXIT;
}

bool panic_in_progress(void)
{
	return atomic_load_explicit(&reporter, memory_order_relaxed);
}

void panic_describe_task(char *text, size_t size)
{
	const struct task *task = cpu_task();

	if (task)
		fmt_snprintf(text, size, "task %d (%s)", task->id, task->name);
	else
		fmt_snprintf(text, size, "early boot");
}

static void early_sink_write(struct log_sink *sink, const char *bytes, size_t len)
{
	early_write(bytes, len);
}

static struct log_sink early_sink = {
	.name = "early",
	.write = early_sink_write,
	.machine = true,
};

static void panic_finish(void)
{
	if (end == PANIC_HALT)
		log_print(LOG_EMERG, "panic: halted");
	switch (end) {
	case PANIC_EXIT:
		power_exit(POWER_STATUS_PANIC);
	case PANIC_REBOOT:
		power_reboot();
	default:
		cpu_stop();
	}
}

/*
 * The first to come becomes the one who reports. Another CPU waits for the NMI that
 * stops it, and is seen in the report. False: the report itself came here.
 */
static bool enter(void)
{
	uint32_t me = cpu_this()->id + 1, none = 0;

	irq_disable();
	if (atomic_compare_exchange_strong(&reporter, &none, me))
		return true;
	if (none != me)
		cpu_stop();
	return false;
}

static void saw(const struct trap_frame *frame)
{
	bundle_saw(cpu_this()->id, frame);
}

static void stop_others(void)
{
	uint64_t silent = smp_stop_others(saw);

	if (silent)
		log_print(LOG_EMERG, "CPUs that do not answer: mask %#llx",
			  (unsigned long long)silent);
}

static void print_head(void)
{
	char task[48];

	panic_describe_task(task, sizeof(task));
	log_print(LOG_EMERG, "panic: %s", message);
	log_print(LOG_EMERG, "on CPU %u in %s", cpu_this()->id, task);
}

static void print_calls(void)
{
	if (from_trap)
		trap_report(&dying);
	else
		backtrace_print_from(0, dying.rbp);
}

static void print_locks(void)
{
	if (panic_print_locks)
		panic_print_locks();
}

static void print_bundle(void)
{
	part--; /* again, until there is no more */
	part += !bundle_write_part(message);
}

/* In the report, a part that faults is passed over; the last does not come back. */
static void (*const parts[])(void) = {
	stop_others, print_head, print_calls, print_locks, print_bundle, panic_finish,
};

/* frame: the trap's; NULL: the registers of the function that was called to die. */
NORETURN static void report(const struct trap_frame *frame, uint64_t rbp, uint64_t rip,
			    const char *fmt, va_list args)
{
	if (enter()) {
		log_panic_mode();
		if (!log_has_sink())
			log_add_sink(&early_sink);
		bundle_begin();
		from_trap = frame;
		dying = frame ? *frame
			      : (struct trap_frame){ .rbp = rbp, .rip = rip, .rsp = rbp };
		bundle_saw(cpu_this()->id, &dying);
		fmt_vsnprintf(message, sizeof(message), fmt, args);
	} else {
		char again[MESSAGE_MAX];

		fmt_vsnprintf(again, sizeof(again), fmt, args);
		log_print(LOG_EMERG, "panic: another one while reporting: %s at %llx",
			  again, (unsigned long long)(frame ? frame->rip : rip));
	}
	while (part < ARRAY_SIZE(parts))
		parts[part++]();
	cpu_stop();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(NULL, (uint64_t)__builtin_frame_address(0),
	       (uint64_t)__builtin_return_address(0), fmt, args);
}

void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(frame, 0, 0, fmt, args);
}
