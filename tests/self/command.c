/*
 * command.c: the monitor's `selftest`: runs the tests, or the benchmarks, of this folder.
 */
#include "kernel/monitor/monitor.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "tests/self/self.h"

static void print_line(const char *text, void *context)
{
	monitor_print(context, "%s\n", text);
}

static int run_selftest(struct monitor *monitor, int argc, char **argv)
{
	bool bench = argc > 1 && strcmp(argv[1], "bench") == 0;
	const char *prefix = argc > 1 + bench ? argv[1 + bench] : NULL;
	int failed;

	if (argc > 2 + bench) {
		monitor_print(monitor, "usage: selftest [bench] [name]\n");
		return -EINVAL;
	}
	failed = bench ? self_bench(prefix, print_line, monitor)
		       : self_run(prefix, print_line, monitor);
	if (failed == -ENOENT)
		monitor_print(monitor, "selftest: none of that name\n");
	else if (failed == -EBUSY)
		monitor_print(monitor, "selftest: one is under way\n");
	return failed;
}
MONITOR_COMMAND("selftest", "[bench] [name]", "test or measure this kernel",
		run_selftest);
