/*
 * system_commands.c: the monitor's commands on the system: help, dmesg, reboot,
 * poweroff, panic.
 */
#include "kernel/debug/crash.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/dev/param.h"
#include "kernel/monitor/internal.h"
#include "kernel/program/program.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/x86/power.h"
#include "lib/errno.h"
#include "lib/string.h"

static void help_param(const struct param *param, void *context)
{
	monitor_print(context, "  %s%s\n", param->name, param->help);
}

static int run_help(struct monitor *monitor, int argc, char **argv)
{
	monitor_print(monitor, "Commands, separated by ';' on a line:\n");
	for (const struct monitor_command *const *c = table_command_start;
	     c < table_command_end; c++)
		monitor_print(monitor, "  %-9s %-22s %s\n", (*c)->name, (*c)->usage,
			      (*c)->help);
	monitor_print(monitor, "  %-9s %-22s %s\n", "time", "[command]",
		      "how long a command takes; alone, since when we are up");
	for (const struct program *p = program_next(NULL); p; p = program_next(p))
		monitor_print(monitor, "  %-9s %-22s %s\n", p->name, "[options]",
			      "a ported program; -h tells more");
	monitor_print(monitor, "Boot parameters:\n");
	param_visit(help_param, monitor);
	return 0;
}
MONITOR_COMMAND("help", "", "this list", run_help);

static int run_dmesg(struct monitor *monitor, int argc, char **argv)
{
	uint64_t sequence = 0, end = log_next_sequence();
	char line[512];

	while (sequence < end && log_read(&sequence, line, sizeof(line)) > 0) {
		const char *text = strchr(line, '>');

		monitor_print(monitor, "%s", text ? text + 1 : line);
	}
	return 0;
}
MONITOR_COMMAND("dmesg", "", "the kernel's messages", run_dmesg);

/* What was printed reaches the terminal before the machine goes. */
static void say_goodbye(struct monitor *monitor)
{
	if (monitor->terminal.tty)
		tty_drain(monitor->terminal.tty);
}

static int run_reboot(struct monitor *monitor, int argc, char **argv)
{
	say_goodbye(monitor);
	power_reboot();
}
MONITOR_COMMAND("reboot", "", "start again", run_reboot);

static int run_poweroff(struct monitor *monitor, int argc, char **argv)
{
	say_goodbye(monitor);
	power_off();
}
MONITOR_COMMAND("poweroff", "", "turn the machine off", run_poweroff);

/* Some ways to die use all of the stack. stack: below run_panic, no run */
static int run_panic(struct monitor *monitor, int argc, char **argv)
{
	const struct crash *crash = crash_find(argc > 1 ? argv[1] : "panic");

	if (!crash || argc > 2) {
		monitor_print(monitor, "These are the ways:\n");
		for (unsigned i = 0; i < crash_count; i++)
			monitor_print(monitor, "  %-12s %s\n", crashes[i].name,
				      crashes[i].what);
		return -EINVAL;
	}
	say_goodbye(monitor);
	crash->run();
	panic("%s was survived", crash->what);
}
MONITOR_COMMAND("panic", "[way]", "die on purpose; panic ? lists the ways", run_panic);
