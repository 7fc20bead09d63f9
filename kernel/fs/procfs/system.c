/*
 * system.c: what /proc says of the machine and its tasks: version, cmdline, uptime
 * (proc(5)), and tasks, a table of our own.
 */
#include "kernel/boot_info.h"
#include "kernel/dev/init.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/version.h"

static void show_version(struct text *text)
{
	text_print(text, "Octavo version %s (%s)\n", OCTAVO_VERSION,
		   CONFIG_DEBUG ? "debug" : "release");
}

static void show_cmdline(struct text *text)
{
	text_print(text, "%s\n", boot_info.cmdline);
}

static void seconds(struct text *text, uint64_t ns, const char *after)
{
	uint64_t hundredths = ns / (NSEC_PER_SEC / 100);

	text_print(text, "%llu.%02llu%s", (unsigned long long)(hundredths / 100),
		   (unsigned long long)(hundredths % 100), after);
}

static void show_uptime(struct text *text)
{
	struct sched_stats stats;

	sched_stats(&stats);
	seconds(text, clock_monotonic(), " ");
	seconds(text, stats.idle_ns, "\n");
}

static void show_task(struct task *task, void *context)
{
	static const char *const policies[] = {
		[POLICY_FAIR] = "nice",
		[POLICY_FIFO] = "fifo",
		[POLICY_RR] = "rr",
	};
	uint64_t time = task_run_time(task);

	text_print(context, "%5d %-9s %-4s %4d %3u %4llx %9llu.%03llu %10llu  %s\n",
		   task->id, task_state_name(task), policies[task->policy],
		   task_nice_or_level(task), task->cpu,
		   (unsigned long long)(task->affinity & sched_cpus()),
		   (unsigned long long)(time / NSEC_PER_SEC),
		   (unsigned long long)(time % NSEC_PER_SEC / NSEC_PER_MSEC),
		   (unsigned long long)task->switches, task->name);
}

static void show_tasks(struct text *text)
{
	text_print(text,
		   "   id state     policy    cpu cpus        time_s   switches  name\n");
	task_visit(show_task, text);
}

static const struct {
	const char *name;
	void (*show)(struct text *text);
} files[] = {
	{ "version", show_version },
	{ "cmdline", show_cmdline },
	{ "uptime", show_uptime },
	{ "tasks", show_tasks },
};

static int system_start(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		int error = procfs_add(files[i].name, files[i].show);

		if (error)
			return error;
	}
	return 0;
}
INIT(INIT_DEVICE, system_start);
