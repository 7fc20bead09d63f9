/*
 * console.c: who has the console: a script, a game, or the monitor; and the same for the
 * screen where that is not the console.
 *
 * The kernel without a console (no serial port and no screen) runs scripts all the
 * same; their output goes to /dev/null and their result to the machine's exit status.
 */
#include "kernel/monitor/console.h"

#include <stdatomic.h>

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
static bool scripted, unreadable, monitor_first;

/* A script that cannot be read is one that failed, and not a game that nobody plays. */
static int set_run(const char *rest, const char *value)
{
	scripted = true;
	panic_ends_run();
	power_off_ends_run();
	unreadable = !value || str_copy(script, value, sizeof(script)) < 0;
	return unreadable ? -EINVAL : 0;
}
PARAM(run, "run", "=\"command; ...\"  run these, then power off; the exit status tells",
      set_run);

static int set_monitor(const char *rest, const char *value)
{
	monitor_first = !value;
	return value ? -EINVAL : 0;
}
PARAM(monitor, "monitor", "  the monitor instead of the game", set_monitor);

NORETURN static void run_script(const struct terminal *terminal)
{
	struct monitor monitor = { .terminal = *terminal };
	int status = unreadable ? -EINVAL : monitor_execute(&monitor, script);

	if (terminal->tty)
		tty_drain(terminal->tty);
	power_exit(status ? POWER_STATUS_FAILURE : POWER_STATUS_SUCCESS);
}

static void run_program(const struct terminal *terminal)
{
	const struct program *program = program_next(NULL);
	struct monitor monitor = { .terminal = *terminal };
	int status;

	if (!program)
		return;
	status = program_run_boot(program, terminal);
	if (status < 0)
		(void)monitor_error(&monitor, program->name, status, NULL);
	monitor_print(&monitor,
		      "\nThis is the monitor: `%s` plays again, `help` lists more, "
		      "`poweroff` ends.\n",
		      program->name);
}

static void start_screen(void);

static void run_terminal(const struct terminal *terminal)
{
	if (!monitor_first)
		run_program(terminal);
	start_screen();
	monitor_loop(terminal);
}

/* Waits for Enter, whatever stands before it. 0 or -errno. */
static int wait_for_enter(struct file *file)
{
	char bytes[16] = "";
	ssize_t n = 0;

	while (n >= 0 && (n == 0 || bytes[n - 1] != '\n')) {
		struct iter to = iter_kernel(bytes, sizeof(bytes));

		n = do_read(file, &to);
	}
	return n < 0 ? (int)n : 0;
}

/* A task's entry: the log on the screen, and its terminal once somebody wants it. */
static int screen_main(void *argument)
{
	struct terminal terminal = { .tty = argument };
	struct monitor monitor;
	int error;

	log_hurry();
	error = vfs_open("/dev/tty1", O_RDWR, 0, &terminal.file);
	if (error)
		return error;
	monitor.terminal = terminal;
	monitor_print(&monitor, "The console is %s. Press Enter to play here.\n",
		      tty_name(tty_console()));
	error = wait_for_enter(terminal.file);
	if (!error)
		run_terminal(&terminal);
	file_put(terminal.file);
	return error;
}

/*
 * Where the console is a serial port, whoever sits at the screen can play too, once the
 * console has its prompt.
 */
static void start_screen(void)
{
	static atomic_flag started;
	struct tty *screen = tty_find("tty1");
	struct task *task;
	int error;

	if (atomic_flag_test_and_set(&started))
		return;
	if (!screen || screen == tty_console()) {
		log_hurry();
		return;
	}
	error = task_create("screen", screen_main, screen, PRIORITY_NORMAL, &task);
	if (error)
		log_err("console: nobody for the screen, error %d", -error);
	else
		task_put(task);
}

static int open_console(struct terminal *terminal)
{
	int error = vfs_open("/dev/console", O_RDWR, 0, &terminal->file);

	terminal->tty = error ? NULL : tty_console();
	if (error) {
		log_notice("console: none, error %d", -error);
		error = vfs_open("/dev/null", O_RDWR, 0, &terminal->file);
	}
	return error;
}

int console_main(void *unused)
{
	struct terminal terminal;
	int error = open_console(&terminal);

	if (error) {
		log_err("console: cannot open /dev/null, error %d", -error);
		if (scripted)
			power_exit(POWER_STATUS_FAILURE);
		return error;
	}
	if (scripted) {
		log_hurry();
		run_script(&terminal);
	}
	program_on_prompt = start_screen;
	run_terminal(&terminal);
	file_put(terminal.file);
	return 0;
}
