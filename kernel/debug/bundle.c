/*
 * bundle.c: a panic's report for machines, part by part, the most important first:
 * which kernel, then each CPU's registers, calls and stack, locks, memory, tasks, trace
 * and log. Its size is bounded, it allocates nothing, and what it reads may be damaged:
 * memory is looked at through backtrace_read, and lists end after so many steps.
 */
#include "kernel/debug/bundle.h"

#include "kernel/boot_info.h"
#include "kernel/debug/backtrace.h"
#include "kernel/debug/log.h"
#include "kernel/debug/report.h"
#include "kernel/debug/symbols.h"
#include "kernel/debug/trace.h"
#include "kernel/dev/random.h"
#include "kernel/mm/page.h"
#include "kernel/sched/task.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/switch.h"
#include "kernel/x86/trap.h"

enum {
	CALLS_MAX = 24,
	TASK_CALLS_MAX = 8,
	STACK_WORDS = 64,
	TASKS_MAX = 64,
	TRACE_LAST = 64,
	LOG_LAST = 48,
};

static const struct trap_frame *frames[CPU_MAX];
static uint64_t log_end;

static bool write_line(struct report *report, const char *line, size_t len)
{
	log_machine_line(line, len);
	return true;
}

/* stack: below print_bundle, report->write is write_line */
static struct report bundle = { .name = "bundle", .write = write_line };

void bundle_begin(void)
{
	log_end = log_next_sequence();
}

void bundle_saw(unsigned cpu, const struct trap_frame *frame)
{
	__atomic_store_n(&frames[cpu], frame, __ATOMIC_RELEASE);
}

static void put_head(const char *message)
{
	uint64_t seed;

	report_begin(&bundle);
	report_line(&bundle, "why %s", message);
	report_line(&bundle, "on %x", cpu_this()->id);
	report_line(&bundle, "command %s", boot_info.cmdline);
	if (random_is_seeded(&seed))
		report_line(&bundle, "seed %llx", (unsigned long long)seed);
}

static void put_calls(const char *what, unsigned number, uint64_t rbp, unsigned max)
{
	uint64_t calls[CALLS_MAX];

	report_words(&bundle, what, number, calls, backtrace_walk(rbp, calls, max));
}

static void put_stack(unsigned cpu, uint64_t rsp)
{
	uint64_t words[REPORT_WORDS + 1];

	for (unsigned at = 0; at < STACK_WORDS; at += REPORT_WORDS) {
		unsigned n = 0;

		words[0] = rsp;
		for (; n < REPORT_WORDS && backtrace_read(rsp, &words[n + 1]); n++)
			rsp += sizeof(uint64_t);
		if (n < REPORT_WORDS)
			return;
		report_words(&bundle, "stack", cpu, words, 1);
		report_words(&bundle, "  +", cpu, words + 1, n);
	}
}

static void put_cpu(unsigned id)
{
	const struct trap_frame *frame = __atomic_load_n(&frames[id], __ATOMIC_ACQUIRE);
	const struct cpu *cpu = cpus[id];

	report_line(&bundle, "cpu %x %s task %x preempt %x irq %x resched %x", id,
		    frame ? "stopped" : "silent", cpu->task ? cpu->task->id : 0,
		    cpu->preempt_count, cpu->irq_depth, cpu->need_resched);
	if (!frame)
		return;
	report_words(&bundle, "regs", id, &frame->r15, sizeof(*frame) / 8);
	put_calls("calls", id, frame->rbp, CALLS_MAX);
	put_stack(id, frame->rsp);
}

static void put_held(const char *what, unsigned number, const struct lock_held *held)
{
	for (unsigned i = 0; held && i < MIN(held->depth, (unsigned)LOCKS_HELD_MAX); i++)
		report_line(&bundle, "%s %x %llx %llx %s", what, number,
			    (unsigned long long)held->at[i].lock,
			    (unsigned long long)held->at[i].where[0],
			    held->at[i].lock_class->name);
}

static void put_locks(const char *message)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		put_held("cpu-holds", cpu, lockdep_cpu_held(cpu));
}

static void put_memory(const char *message)
{
	struct page_stats stats;

	page_stats(&stats);
	report_words(&bundle, "memory", 0, &stats.total,
		     offsetof(struct page_stats, free_blocks) / sizeof(stats.total));
}

static void put_task(struct task *task, void *unused)
{
	uint64_t rbp;

	report_line(&bundle, "task %x %x %x %x %llx %s", task->id, task->state,
		    task->priority, task->cpu, (unsigned long long)task->run_time,
		    task->name);
	put_held("task-holds", (unsigned)task->id, task->locks);
	/* One that runs is among the CPUs. */
	if (!task->on_cpu && backtrace_read(task->rsp + SWITCH_SAVED_RBP, &rbp))
		put_calls("task-calls", (unsigned)task->id, rbp, TASK_CALLS_MAX);
}

static void put_tasks(const char *message)
{
	task_visit_unlocked(TASKS_MAX, put_task, NULL);
}

static void put_trace(const char *message)
{
	report_trace(&bundle, TRACE_LAST);
}

static void put_log(const char *message)
{
	static struct log_record record;
	uint64_t at = log_end - MIN(log_end, (uint64_t)LOG_LAST);

	while (at < log_end && log_read_record(&at, &record))
		report_line(&bundle, "log %x %llx %.*s", record.priority,
			    (unsigned long long)record.time,
			    (int)MIN(record.length, sizeof(record.text)), record.text);
}

static void put_end(const char *message)
{
	report_end(&bundle);
}

bool bundle_write_part(const char *message)
{
	static void (*const parts[])(const char *message) = {
		put_head, put_locks, put_memory, put_tasks, put_trace, put_log, put_end,
	};
	static unsigned next, cpu;

	/* Each CPU is a part after the head: one that faults is passed over. */
	if (next == 1 && cpu < cpu_count)
		put_cpu(cpu++);
	else if (next < ARRAY_SIZE(parts))
		parts[next++](message);
	return next < ARRAY_SIZE(parts);
}
