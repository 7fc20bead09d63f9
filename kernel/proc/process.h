/*
 * process.h: what tasks share that belong together: descriptors, an id, a name.
 * A kernel task that opens files belongs to one too.
 */
#ifndef KERNEL_PROC_PROCESS_H
#define KERNEL_PROC_PROCESS_H

#include "kernel/proc/fdtable.h"
#include "kernel/sched/task.h"

struct process {
	struct refcount refs;	/* its tasks */
	int id;			/* [I] of its first task; 0: the kernel's own */
	struct fdtable *files;	/* [I] owned */
	_Atomic uint32_t umask; /* umask(2) */
};

/*
 * A task of a new process with no descriptors, not started: task_start must follow. The
 * task's end gives the process up. -ENOMEM.
 */
MUST_CHECK int process_create(const char *name, int (*entry)(void *), void *argument,
			      unsigned priority, struct task **result);
/* The running task's; the kernel's own one for tasks without. */
struct process *process_current(void);

#endif
