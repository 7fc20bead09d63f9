/*
 * process.c: processes: made with their first task, gone with their last.
 *
 * A task without a process of its own belongs to the kernel's, which is there from the
 * start and never goes: its table lies here, so that there is nothing to run out of.
 */
#include "kernel/proc/process.h"

#include "kernel/dev/init.h"
#include "kernel/mm/slab.h"
#include "kernel/proc/internal.h"

enum { DEFAULT_UMASK = 022 };

static struct fdtable kernel_files;
static struct process kernel_process = {
	.refs = REFCOUNT_INIT(1),
	.files = &kernel_files,
	.umask = DEFAULT_UMASK,
};

static void process_put(struct process *process)
{
	if (!refcount_put(&process->refs))
		return;
	fdtable_put(process->files);
	kfree(process);
}

int process_create(const char *name, int (*entry)(void *), void *argument,
		   unsigned priority, struct task **result)
{
	struct process *process = kzalloc(sizeof(*process), GFP_KERNEL);
	int error = -ENOMEM;

	if (!process)
		return error;
	error = fdtable_create(&process->files);
	if (error)
		goto free;
	error = task_create_stopped(name, entry, argument, priority, result);
	if (error)
		goto put_files;
	refcount_init(&process->refs, 1);
	process->id = (*result)->id;
	atomic_init(&process->umask, DEFAULT_UMASK);
	(*result)->process = process;
	return 0;
put_files:
	fdtable_put(process->files);
free:
	kfree(process);
	return error;
}

struct process *process_current(void)
{
	struct process *process = cpu_task()->process;

	return process ? process : &kernel_process;
}

/* In the ending task's own context: closing its files may sleep. */
static void process_exit(struct task *task)
{
	struct process *process = task->process;

	task->process = NULL;
	if (process)
		process_put(process);
}

static int process_start(void)
{
	fdtable_setup(&kernel_files);
	task_exit_hook = process_exit;
	return 0;
}
INIT(INIT_DRIVER, process_start);
