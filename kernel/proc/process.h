/*
 * process.h: what tasks share that belong together: descriptors, an id, a name.
 * A kernel task that opens files belongs to one too.
 */
#ifndef KERNEL_PROC_PROCESS_H
#define KERNEL_PROC_PROCESS_H

#include "kernel/proc/fdtable.h"
#include "kernel/sched/task.h"

struct process {
	struct refcount refs;
	int id;
	struct fdtable *files;
};

/* A task of a new process with no descriptors, not started. -ENOMEM. */
MUST_CHECK int process_create(const char *name, int (*entry)(void *), void *argument,
			      unsigned priority, struct task **result);
/* The running task's; the kernel's own one for tasks without. */
struct process *process_current(void);

#endif
