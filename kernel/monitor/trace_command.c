/*
 * trace_command.c: the monitor's `trace`: what is recorded, and the records to read.
 */
#include "kernel/debug/profile.h"
#include "kernel/debug/report.h"
#include "kernel/debug/trace.h"
#include "kernel/monitor/internal.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/string.h"

static bool show_entry(const struct trace_entry *entry, void *context)
{
	uint64_t us = entry->tsc / (clock_tsc_hz() / 1000000 + 1);

	monitor_print(context, "%10llu us cpu %u task %-3u %s%s %#llx %#llx\n",
		      (unsigned long long)us, entry->cpu, entry->task,
		      trace_group_name(entry->kind / 2), entry->kind & 1 ? " -" : "",
		      (unsigned long long)entry->a, (unsigned long long)entry->b);
	return !task_killed();
}

/* The groups that words name; all for none. 0: an unknown one. */
static uint32_t groups_of(int n, char **words)
{
	uint32_t groups = n ? 0 : TRACE_ALL;

	for (int i = 0; i < n; i++) {
		uint32_t group = trace_group(words[i], strlen(words[i]));

		if (!group)
			return 0;
		groups |= group;
	}
	return groups;
}

struct save {
	struct report report;
	struct monitor *monitor;
};

static bool save_line(struct report *report, const char *line, size_t len)
{
	monitor_print(container_of(report, struct save, report)->monitor, "%.*s",
		      (int)len, line);
	return !task_killed();
}

static void save(struct monitor *monitor)
{
	struct save save = { { .name = "trace", .write = save_line }, monitor };

	trace_names();
	report_begin(&save.report);
	report_trace(&save.report, UINT64_MAX);
	report_end(&save.report);
}

static int run_trace(struct monitor *monitor, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "show";
	uint32_t groups;
	int error = 0;

	if (argc > 2 && strcmp(what, "start") != 0)
		what = "";
	if (strcmp(what, "start") == 0) {
		groups = groups_of(argc - 2, argv + 2);
		if (!groups)
			return monitor_error(monitor, "trace start", -EINVAL,
					     "no such kind");
		error = trace_start(groups);
		profile_start();
	} else if (strcmp(what, "stop") == 0) {
		trace_stop();
	} else if (strcmp(what, "clear") == 0) {
		error = trace_clear();
	} else if (strcmp(what, "save") == 0) {
		save(monitor);
	} else if (strcmp(what, "show") == 0) {
		trace_visit(UINT64_MAX, show_entry, monitor);
	} else {
		return monitor_error(
			monitor, "trace", -EINVAL,
			"usage: trace [start [kind...]|stop|show|save|clear]");
	}
	return error ? monitor_error(monitor, "trace", error, NULL) : 0;
}
MONITOR_COMMAND("trace", "[start [kind...]|stop|show|save|clear]",
		"record what happens; save is for scripts/trace.py", run_trace);
