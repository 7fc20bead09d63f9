/*
 * faults_command.c: the monitor's `faults`: does something again and again with its 1st,
 * 2nd, ... allocation failing, and then plays a game to see that all still works.
 *
 *     faults COMMAND [WORD...]      or one quoted word: "write /tmp/a x; cat /tmp/a"
 *     faults -d COMMAND [WORD...]   operations of devices fail instead
 *     faults -t [NAME]              each self-test, or those whose name begins so
 *     faults -s                     the places that were made to fail so far
 *
 * Of very many allocations not every one fails, but with -a as the first word.
 */
#include "kernel/debug/symbols.h"
#include "kernel/mm/slab.h"
#include "kernel/monitor/internal.h"
#include "kernel/sched/task.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/faults.h"
#include "tests/self/fs_helpers.h"
#include "tests/self/not_swept.h"
#include "tests/self/self.h"

/* How many failures are made one by one, before some are left out. */
enum { COMMAND_MAX = 256, COMMAND_DENSE = 64, TESTS_DENSE = 24 };

extern const struct self_test *const table_self_test_start[],
	*const table_self_test_end[];

static void print_line(const char *text, void *context)
{
	monitor_print(context, "%s\n", text);
}

/* A command line whose output nobody sees. */
static int run_line(void *context)
{
	struct monitor quiet = { 0 };
	char line[COMMAND_MAX];
	int status = vfs_open("/dev/null", O_RDWR, 0, &quiet.terminal.file);

	if (status)
		return status;
	(void)str_copy(line, context, sizeof(line));
	status = monitor_execute(&quiet, line);
	file_put(quiet.terminal.file);
	return status;
}

static void no_line(const char *text, void *context)
{
}

static int run_test(void *context)
{
	return self_run(context, no_line, NULL);
}

static int report(struct monitor *monitor, struct faults_sweep *sweep)
{
	static char game[] = "quarto -a=1 -s=1";
	int error = faults_run(sweep, print_line, monitor), status = run_line(game);

	if (status)
		monitor_print(monitor, "# a game after it: status %d\n", status);
	monitor_print(monitor, "%s %s: %u runs, %u failures, status %d without\n",
		      error || status ? "not ok" : "ok", sweep->name, sweep->runs,
		      sweep->struck, sweep->status);
	return error ? error : status;
}

static const char *why_not(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(not_swept); i++)
		if (str_starts_with(name, not_swept[i].prefix))
			return not_swept[i].reason;
	return NULL;
}

static int sweep_test(struct monitor *monitor, const char *name, unsigned dense)
{
	struct faults_sweep sweep = {
		.name = name, .attempt = run_test, .context = (void *)name, .dense = dense
	};
	const char *reason = why_not(name);

	if (!reason)
		return report(monitor, &sweep);
	monitor_print(monitor, "ok %s # SKIP %s\n", name, reason);
	return 0;
}

static int sweep_tests(struct monitor *monitor, const char *prefix, unsigned dense)
{
	static struct file *nothing; /* for good: tests may keep references to it */
	int result = 0;

	if (!nothing)
		result = vfs_open("/dev/null", O_RDWR, 0, &nothing);
	if (result)
		return result;
	test_stand_in = nothing;
	for (const struct self_test *const *test = table_self_test_start;
	     test < table_self_test_end && !task_killed(); test++) {
		int error = 0;

		if (!prefix || str_starts_with((*test)->name, prefix))
			error = sweep_test(monitor, (*test)->name, dense);
		result = error ? error : result;
	}
	test_stand_in = NULL;
	return result;
}

static int show_sites(struct monitor *monitor)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned n = 0; faults_site(n); n++)
		monitor_print(monitor, "struck %#llx %s\n",
			      (unsigned long long)faults_site(n),
			      symbol_place(faults_site(n), place));
	return 0;
}

static int sweep_command(struct monitor *monitor, int argc, char **argv,
			 struct faults_sweep *sweep)
{
	char line[COMMAND_MAX];
	size_t length = 0;

	for (int i = 0; i < argc; i++)
		length += strlen(argv[i]) + 1;
	if (length > sizeof(line))
		return monitor_error(monitor, "faults", -E2BIG, "too long");
	length = 0;
	for (int i = 0; i < argc; i++)
		length += fmt_snprintf(line + length, sizeof(line) - length, "%s%s",
				       i ? " " : "", argv[i]);
	sweep->name = sweep->context = line;
	sweep->attempt = run_line;
	sweep->strict = true;
	return report(monitor, sweep);
}

static int run_faults(struct monitor *monitor, int argc, char **argv)
{
	struct faults_sweep sweep = { .dense = COMMAND_DENSE };
	int at = 1;

	if (at < argc && strcmp(argv[at], "-a") == 0) {
		sweep.dense = 0;
		at++;
	}
	if (at < argc && strcmp(argv[at], "-t") == 0 && argc - at <= 2)
		return sweep_tests(monitor, argv[at + 1], sweep.dense ? TESTS_DENSE : 0);
	if (argc == 2 && strcmp(argv[1], "-s") == 0)
		return show_sites(monitor);
	if (at < argc && strcmp(argv[at], "-d") == 0) {
		sweep.devices = true;
		at++;
	}
	if (at == argc || argv[at][0] == '-')
		return monitor_error(
			monitor, "faults", -EINVAL,
			"usage: faults [-a] [-d] command | [-a] -t [test] | -s");
	return sweep_command(monitor, argc - at, argv + at, &sweep);
}
MONITOR_COMMAND("faults", "[-a] [-d] command|-t [test]|-s",
		"each allocation in turn fails: does it end well?", run_faults);
