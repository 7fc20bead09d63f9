/*
 * lockdep.c: the debug build's checker of lock order and of contexts.
 *
 * A lock may be taken only when its rank is above that of every lock held by the same
 * CPU or task; so no circle of waiters can close, whatever the timing. An interrupt
 * counts as nested in what it interrupts. The lists are touched by their owner alone
 * (a CPU's with interrupts off), so the checker takes no locks, allocates nothing and
 * works from the first lock on. After a panic began it is silent.
 */
#include "kernel/sync/lockdep.h"

#include "kernel/debug/symbols.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/sync/preempt.h"
#include "lib/printf.h"

enum { TEXT_MAX = 320 };

void (*lockdep_report)(const char *text);

static struct lock_held cpu_held[CPU_MAX];

#define CALLER() ((uint64_t)__builtin_return_address(0))

static NOINLINE void report(const char *text)
{
	if (lockdep_report)
		lockdep_report(text);
	else
		panic("%s", text);
}

/* What is wrong with one lock, and the other one that it is wrong with, if any. */
static NOINLINE COLD void report_lock(const char *what, const struct lock_class *class_,
				      uint64_t where, const struct lock_held *held,
				      unsigned other)
{
	char text[TEXT_MAX], place[SYMBOL_PLACE_SIZE], other_place[SYMBOL_PLACE_SIZE];
	int n;

	n = fmt_snprintf(text, sizeof(text), "lockdep: %s: '%s' (rank %u) at %s", what,
			 class_->name, class_->rank, symbol_place(where, place));
	if (other < held->depth && n < TEXT_MAX)
		fmt_snprintf(text + n, sizeof(text) - (size_t)n,
			     ", holding '%s' (rank %u) taken at %s",
			     held->at[other].lock_class->name,
			     held->at[other].lock_class->rank,
			     symbol_place(held->at[other].where, other_place));
	report(text);
}

static void check_order(const struct lock_held *held, const void *lock,
			const struct lock_class *class_, uint64_t where)
{
	for (unsigned i = 0; i < held->depth; i++) {
		if (held->at[i].lock == lock)
			report_lock("taken twice", class_, where, held, i);
		else if (held->at[i].lock_class->rank >= class_->rank)
			report_lock("wrong order", class_, where, held, i);
	}
}

static void push(struct lock_held *held, const void *lock,
		 const struct lock_class *class_, uint64_t where)
{
	unsigned n = held->depth;

	if (n == LOCKS_HELD_MAX) {
		report_lock("too many locks held", class_, where, held, n - 1);
		return;
	}
	held->at[n].lock = lock;
	held->at[n].lock_class = class_;
	held->at[n].where = where;
	held->depth = n + 1;
}

/* Usually the last one. False: it is not held. */
static bool pop(struct lock_held *held, const void *lock)
{
	unsigned i = held->depth;

	while (i > 0 && held->at[i - 1].lock != lock)
		i--;
	if (i == 0)
		return false;
	for (; i < held->depth; i++)
		held->at[i - 1] = held->at[i];
	held->depth--;
	return true;
}

static void report_not_held(const void *lock, uint64_t where)
{
	char text[TEXT_MAX], place[SYMBOL_PLACE_SIZE];

	fmt_snprintf(text, sizeof(text), "lockdep: released, but not held: %p at %s",
		     lock, symbol_place(where, place));
	report(text);
}

static struct lock_held *this_cpu(void)
{
	return &cpu_held[cpu_this()->id];
}

static void acquire(const void *lock, const struct lock_class *class_, uint64_t where,
		    bool tried)
{
	uint64_t flags;
	struct lock_held *held;

	if (panic_in_progress())
		return;
	flags = irq_save();
	held = this_cpu();
	if (!class_)
		panic("lockdep: lock %p was never initialised", lock);
	if (class_->flags & LOCK_SLEEPS || class_->rank < RANK_SPIN)
		report_lock("a spinlock of a sleeping class", class_, where, held,
			    held->depth);
	if (!(class_->flags & LOCK_IRQ) != (class_->rank < RANK_IRQ))
		report_lock("LOCK_IRQ does not go with its rank", class_, where, held,
			    held->depth);
	if (class_->flags & LOCK_IRQ && flags & RFLAGS_IF)
		report_lock("interrupts take it, and they are on", class_, where, held,
			    held->depth);
	if (!(class_->flags & LOCK_IRQ) && cpu_irq_depth() > 0)
		report_lock("taken in an interrupt without LOCK_IRQ", class_, where, held,
			    held->depth);
	if (!tried)
		check_order(held, lock, class_, where);
	push(held, lock, class_, where);
	irq_restore(flags);
}

void lockdep_acquire(const void *lock, const struct lock_class *lock_class)
{
	acquire(lock, lock_class, CALLER(), false);
}

void lockdep_acquire_tried(const void *lock, const struct lock_class *lock_class)
{
	acquire(lock, lock_class, CALLER(), true);
}

void lockdep_release(const void *lock)
{
	uint64_t flags;

	if (panic_in_progress())
		return;
	flags = irq_save();
	if (!pop(this_cpu(), lock))
		report_not_held(lock, CALLER());
	irq_restore(flags);
}

void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
			      const struct lock_class *lock_class, uint64_t where,
			      bool tried)
{
	if (!held || panic_in_progress())
		return;
	if (!lock_class)
		panic("lockdep: lock %p was never initialised", lock);
	if (!(lock_class->flags & LOCK_SLEEPS) || lock_class->rank >= RANK_SPIN)
		report_lock("a sleeping lock of a spinning class", lock_class, where,
			    held, held->depth);
	if (!tried)
		check_order(held, lock, lock_class, where);
	push(held, lock, lock_class, where);
}

void lockdep_release_sleeping(struct lock_held *held, const void *lock)
{
	if (!held || panic_in_progress())
		return;
	if (!pop(held, lock))
		report_not_held(lock, CALLER());
}

void lockdep_task_ends(const struct lock_held *held)
{
	if (held && held->depth > 0)
		report_lock("a task ends with a lock", held->at[0].lock_class,
			    held->at[0].where, held, held->depth);
}

void lockdep_may_sleep(const char *what)
{
	const struct cpu *cpu = cpu_this();
	const struct lock_held *held = &cpu_held[cpu->id];
	char text[TEXT_MAX], place[SYMBOL_PLACE_SIZE], lock_place[SYMBOL_PLACE_SIZE];
	int n;

	/* Start-up runs as the idle task, with interrupts off, before there are tasks. */
	if (context_may_sleep() || panic_in_progress() ||
	    (cpu->task == cpu->idle && cpu->irq_depth == 0))
		return;
	n = fmt_snprintf(text, sizeof(text), "lockdep: %s may sleep at %s, but %s", what,
			 symbol_place(CALLER(), place),
			 cpu->irq_depth > 0	   ? "this is an interrupt"
			 : cpu->preempt_count == 0 ? "interrupts are off"
						   : "preemption is off");
	if (held->depth > 0 && n < TEXT_MAX)
		fmt_snprintf(text + n, sizeof(text) - (size_t)n,
			     ", holding '%s' taken at %s",
			     held->at[held->depth - 1].lock_class->name,
			     symbol_place(held->at[held->depth - 1].where, lock_place));
	report(text);
}

static void print_list(const char *owner, const struct lock_held *held)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned i = 0; i < held->depth && i < LOCKS_HELD_MAX; i++)
		log_err("lockdep: %s holds '%s' (rank %u) taken at %s", owner,
			held->at[i].lock_class->name, held->at[i].lock_class->rank,
			symbol_place(held->at[i].where, place));
}

void lockdep_print_held(const struct lock_held *held)
{
	print_list("this CPU", this_cpu());
	if (held)
		print_list("the task", held);
}

const struct lock_held *lockdep_cpu_held(unsigned cpu)
{
	return &cpu_held[cpu];
}
