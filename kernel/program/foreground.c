/*
 * foreground.c: runs a task that a terminal's interrupt character ends.
 *
 * The argument may lie on the caller's stack, so the caller always waits for the end,
 * also when it is killed itself: it passes the kill on, and the task unwinds.
 */
#include "kernel/program/foreground.h"

#include "kernel/sched/task.h"

static void interrupt(void *context)
{
	task_kill(context);
}

int foreground_run(const struct terminal *terminal, const char *name,
		   int (*entry)(void *), void *argument)
{
	struct tty *tty = terminal->tty;
	struct task *task;
	int status, error;

	error = task_create_stopped(name, entry, argument, PRIORITY_NORMAL, &task);
	if (error)
		return error;
	if (tty)
		tty_set_interrupt(tty, interrupt, task);
	task_start(task);
	if (task_join(task, &status)) {
		task_kill(task);
		completion_wait_always(&task->ended);
		status = task->exit_status;
	}
	if (tty)
		tty_set_interrupt(tty, NULL, NULL);
	task_put(task);
	return status;
}
