/*
 * panic.c: the one place where the kernel dies.
 *
 * The first to come prints, with interrupts off and past every lock; a second panic, be
 * it one inside the report or another CPU's, ends at once, so that nothing is printed
 * twice and nothing loops. Before any driver took the log over, the report goes out
 * through x86/early.
 */
#include "kernel/debug/panic.h"

#include <stdatomic.h>

#include "kernel/debug/backtrace.h"
#include "kernel/debug/log.h"
#include "kernel/dev/param.h"
#include "kernel/sched/task.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/early.h"
#include "kernel/x86/power.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

enum panic_end { PANIC_HALT, PANIC_EXIT, PANIC_REBOOT };

static _Atomic bool in_progress;
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
	return atomic_load_explicit(&in_progress, memory_order_relaxed);
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

static struct log_sink early_sink = { .name = "early", .write = early_sink_write };

NORETURN static void panic_finish(void)
{
	switch (end) {
	case PANIC_EXIT:
		power_exit(POWER_STATUS_PANIC);
	case PANIC_REBOOT:
		power_reboot();
	default:
		cpu_stop();
	}
}

/* What is left to do for whoever panics while somebody does. */
static void enter_or_stop(void)
{
	irq_disable();
	if (!atomic_exchange(&in_progress, true))
		return;
	early_print("\npanic: another one while reporting; stopped\n");
	panic_finish();
}

/* frame: the trap's; NULL: rbp is the frame of the function that was called to die. */
NORETURN static void report(const struct trap_frame *frame, uint64_t rbp, const char *fmt,
			    va_list args)
{
	char message[256], task[48];

	log_panic_mode();
	if (!log_has_sink())
		log_add_sink(&early_sink);
	fmt_vsnprintf(message, sizeof(message), fmt, args);
	panic_describe_task(task, sizeof(task));
	log_print(LOG_EMERG, "panic: %s", message);
	log_print(LOG_EMERG, "on CPU %u in %s", cpu_this()->id, task);
	if (frame)
		trap_report(frame);
	else
		backtrace_print_from(0, rbp);
	if (panic_print_locks)
		panic_print_locks();
	if (end == PANIC_HALT)
		log_print(LOG_EMERG, "panic: halted");
	panic_finish();
}

void panic(const char *fmt, ...)
{
	va_list args;

	enter_or_stop();
	va_start(args, fmt);
	report(NULL, (uint64_t)__builtin_frame_address(0), fmt, args);
}

void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
{
	va_list args;

	enter_or_stop();
	va_start(args, fmt);
	report(frame, 0, fmt, args);
}
