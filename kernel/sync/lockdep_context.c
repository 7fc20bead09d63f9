/*
 * lockdep_context.c: what must hold where something ends or may sleep, whatever locks
 * were taken on the way: the checker's questions that are not about two locks.
 */
#include "kernel/sync/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/sync/preempt.h"

static const struct lock_held *this_cpu(void)
{
	return &lockdep_cpus[cpu_this()->id];
}

static const struct lock_entry *last(const struct lock_held *held)
{
	return held && held->depth ? &held->at[held->depth - 1] : NULL;
}

/* frame: of the function that was called to look. */
static void report_here(const uint64_t *frame, const char *what, const char *why,
			const struct lock_entry *entry)
{
	uint64_t where[LOCK_FRAMES];

	lockdep_capture(where, frame);
	lockdep_report_begin();
	lockdep_report_line("lockdep: %s%s%s%s%s", what, why, entry ? ", holding '" : "",
			    entry ? entry->lock_class->name : "", entry ? "'" : "");
	lockdep_report_line("now, on CPU %u:", cpu_this()->id);
	lockdep_report_stack(where);
	if (entry)
		report_taken(entry);
	lockdep_report_end();
}
#define REPORT_HERE(...) report_here(__builtin_frame_address(0), __VA_ARGS__)

void lockdep_may_sleep(const char *what)
{
	const struct cpu *cpu = cpu_this();

	/* Start-up runs as the idle task, with interrupts off, before there are tasks. */
	if (context_may_sleep() || panic_in_progress() ||
	    (cpu->task == cpu->idle && cpu->irq_depth == 0))
		return;
	REPORT_HERE(what,
		    cpu->irq_depth > 0	      ? " may sleep, but this is an interrupt"
		    : cpu->preempt_count == 0 ? " may sleep, but interrupts are off"
					      : " may sleep, but preemption is off",
		    last(this_cpu()));
}

void lockdep_task_ends(const struct lock_held *held)
{
	if (last(held) && !panic_in_progress())
		REPORT_HERE("a task ends", " with a lock", last(held));
}

void lockdep_idle(void)
{
	uint64_t flags = irq_save();

	if (!panic_in_progress() && (this_cpu()->depth || cpu_preempt_count() != 0))
		REPORT_HERE("a CPU idles", " with a lock or preemption off",
			    last(this_cpu()));
	irq_restore(flags);
}

/* With interrupts off, so that the CPU stays the same. */
static uint32_t depths(void)
{
	const struct lock_held *held = lockdep_task_held();

	return (held ? held->depth : 0) | this_cpu()->depth << 8 |
	       cpu_preempt_count() << 16;
}

uint32_t lockdep_enter(void)
{
	uint64_t flags = irq_save();
	uint32_t entered = depths();

	irq_restore(flags);
	return entered;
}

void lockdep_leave(uint32_t entered, const char *what)
{
	uint64_t flags = irq_save();

	if (depths() != entered && !panic_in_progress())
		REPORT_HERE(what, " leaves with other locks or preemption than it had",
			    last(this_cpu()) ? last(this_cpu())
					     : last(lockdep_task_held()));
	irq_restore(flags);
}

/* The lock among those held that lies in this memory. */
static const struct lock_entry *held_in(const struct lock_held *held, const void *memory,
					size_t size)
{
	for (unsigned i = 0; held && i < held->depth; i++)
		if ((uint64_t)held->at[i].lock - (uint64_t)memory < size)
			return &held->at[i];
	return NULL;
}

void lockdep_free(const void *memory, size_t size)
{
	uint64_t flags = irq_save();
	const struct lock_entry *entry = held_in(this_cpu(), memory, size);

	if (!entry)
		entry = held_in(lockdep_task_held(), memory, size);
	if (entry && !panic_in_progress())
		REPORT_HERE("memory is freed", " in which lies a lock that is held",
			    entry);
	irq_restore(flags);
}

void lockdep_preempt_unbalanced(void)
{
	if (!panic_in_progress())
		REPORT_HERE("preemption is enabled", " that nobody disabled", NULL);
}
