/*
 * console.c: who has the console: a script, a game, or the monitor.
 *
 * The kernel without a console (no serial port and no screen) runs scripts all the
 * same; their output goes to /dev/null and their result to the machine's exit status.
 */
#include "kernel/monitor/console.h"

#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/dev/param.h"
#include "kernel/fs/vfs.h"
#include "kernel/monitor/internal.h"
#include "kernel/program/program.h"
#include "kernel/sched/task.h"
#include "kernel/tty/tty.h"
#include "kernel/x86/power.h"
#include "lib/errno.h"
#include "lib/string.h"

static char script[1024];
static bool scripted, monitor_first;

static int set_run(const char *rest, const char *value)
{
	if (!value || str_copy(script, value, sizeof(script)) < 0)
		return -EINVAL;
	scripted = true;
	panic_ends_run();
	return 0;
}
PARAM(run, "run", "=\"command; ...\"  run these, then power off; the exit status tells",
      set_run);

static int set_monitor(const char *rest, const char *value)
{
	monitor_first = true;
	return value ? -EINVAL : 0;
}
PARAM(monitor, "monitor", "  the monitor instead of the game", set_monitor);

NORETURN static void run_script(struct file *terminal)
{
	struct monitor monitor = { .in = terminal, .out = terminal };
	int status = monitor_execute(&monitor, script);

	if (tty_console())
		tty_drain(tty_console());
	power_exit(status ? POWER_STATUS_FAILURE : POWER_STATUS_SUCCESS);
}

static int open_terminal(struct file **terminal)
{
	int error = vfs_open("/dev/console", O_RDWR, 0, terminal);

	if (error) {
		log_notice("console: none, error %d", -error);
		error = vfs_open("/dev/null", O_RDWR, 0, terminal);
	}
	return error;
}

static void run_program(struct file *terminal)
{
	const struct program *program = program_next(NULL);
	struct monitor monitor = { .in = terminal, .out = terminal };
	int status;

	if (!program)
		return;
	status = program_run_boot(program, terminal, terminal);
	if (status < 0)
		(void)monitor_error(&monitor, program->name, status, NULL);
	monitor_print(&monitor, "\nThis is the monitor: `%s` plays again, `help` lists more, "
				"`poweroff` ends.\n",
		      program->name);
}

int console_main(void *unused)
{
	struct file *terminal;
	int error = open_terminal(&terminal);

	if (error) {
		log_err("console: cannot open /dev/null, error %d", -error);
		if (scripted)
			power_exit(POWER_STATUS_FAILURE);
		return error;
	}
	if (scripted)
		run_script(terminal);
	if (!monitor_first)
		run_program(terminal);
	monitor_loop(terminal, terminal);
	file_put(terminal);
	return 0;
}
