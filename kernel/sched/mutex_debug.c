/*
 * mutex_debug.c: what the debug build says of tasks that wait for mutexes: circles of
 * them, reported when they close; and the list of locks of the task that runs.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/log.h"
#include "kernel/debug/symbols.h"
#include "kernel/sched/mutex.h"

enum { CIRCLE_MAX = 64 };

struct lock_held *lockdep_task_held(void)
{
	const struct task *task = cpu_task();

	return task ? task->locks : NULL;
}

/* Whom the task waits for, NULL: nobody. With the lock of all queues. */
static struct task *waits_for(const struct task *task)
{
	return task->waits ? mutex_owner(task->waits->mutex) : NULL;
}

/* "task 5 (name) waits for 'class'", and where it took the one that others wait for. */
static void report_waiter(const struct task *task, const struct task *before)
{
	const struct mutex *wanted = task->waits->mutex;

	lockdep_report_line("task %d (%s) waits for '%s' and holds '%s', taken:",
			    task->id, task->name, wanted->lock_class->name,
			    before->waits->mutex->lock_class->name);
	for (unsigned i = 0; task->locks && i < task->locks->depth; i++)
		if (task->locks->at[i].lock == before->waits->mutex)
			lockdep_report_stack(task->locks->at[i].where);
}

void mutex_check_circle(const struct task *self)
{
	const struct task *task = waits_for(self), *before = self;
	unsigned n;

	for (n = 0; task && task != self && n < CIRCLE_MAX; n++)
		task = waits_for(task);
	if (task != self)
		return;
	lockdep_report_begin();
	lockdep_report_line("lockdep: deadlock of %u tasks", n + 1);
	do {
		task = waits_for(before);
		report_waiter(task, before);
		before = task;
	} while (before != self);
	lockdep_report_end();
}

void mutex_log_holder(const struct mutex *mutex, const struct task *owner)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned i = 0; owner->locks && i < owner->locks->depth; i++) {
		const struct lock_entry *entry = &owner->locks->at[i];

		if (entry->lock != mutex)
			continue;
		log_err("  which is '%s', taken at", entry->lock_class->name);
		for (unsigned n = 0; n < LOCK_FRAMES && entry->where[n]; n++)
			log_err("    %s", symbol_place(entry->where[n], place));
	}
}
