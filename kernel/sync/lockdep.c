/*
 * lockdep.c: the debug build's checker of lock order and of contexts: what each CPU and
 * each task holds, and what is looked at when that changes.
 *
 * A list is changed by its owner alone (a CPU's with interrupts off), so the checker
 * allocates nothing and works from the first lock on. An interrupt counts as nested in
 * what it interrupts. What all CPUs share, the graph of orders seen, is looked up
 * without a lock and changed under one of its own. After a panic began it is silent.
 */
#include "kernel/sync/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/sync/preempt.h"
#include "kernel/x86/layout.h"
#include "lib/string.h"

enum { FRAME_STEP_MAX = 8192 }; /* between two frames of one stack */

struct lock_held lockdep_cpus[CPU_MAX];
/* Many times what a host takes a CPU away for; about ten seconds. */
uint64_t lockdep_wait_limit = 30000000000;

static struct lock_held *this_cpu(void)
{
	return &lockdep_cpus[cpu_this()->id];
}

/* Without looking at page tables: it must be quick. */
void lockdep_capture(uint64_t where[LOCK_FRAMES], const uint64_t *frame)
{
	unsigned n;

	for (n = 0; n < LOCK_FRAMES; n++) {
		uint64_t next = frame[0], address = frame[1];

		if (address < (uint64_t)kernel_text_start ||
		    address >= (uint64_t)kernel_text_end)
			break;
		where[n] = address;
		if (next <= (uint64_t)frame || next - (uint64_t)frame > FRAME_STEP_MAX ||
		    next % sizeof(next) != 0) {
			n++;
			break;
		}
		frame = (const uint64_t *)next;
	}
	if (n < LOCK_FRAMES)
		where[n] = 0;
}

/* Leaves out what stands below the address first, if that is there. */
static void skip_to(uint64_t where[LOCK_FRAMES], uint64_t first)
{
	unsigned skip = 0;

	while (skip < LOCK_FRAMES && where[skip] && where[skip] != first)
		skip++;
	if (skip == 0 || skip == LOCK_FRAMES || !where[skip])
		return;
	memmove(where, where + skip, (LOCK_FRAMES - skip) * sizeof(*where));
	where[LOCK_FRAMES - skip] = 0;
}

static struct lock_entry *push(struct lock_held *held, const void *lock,
			       const struct lock_class *class_, unsigned how,
			       const uint64_t *frame)
{
	struct lock_entry *entry;

	if (!class_)
		panic("lockdep: lock %p was never initialised", lock);
	if (held->depth == LOCKS_HELD_MAX) {
		report_entry("too many locks held, and", &held->at[LOCKS_HELD_MAX - 1]);
		return NULL;
	}
	entry = &held->at[held->depth];
	entry->lock = lock;
	entry->lock_class = class_;
	entry->how = how;
	entry->waiting = false;
	entry->since = cpu_tsc();
	lockdep_capture(entry->where, frame);
	held->depth++;
	graph_class(class_);
	stat_acquired(class_);
	trace(TRACE_ACQUIRE, (uint64_t)lock, entry->where[0]);
	return entry;
}

static struct lock_entry *find(struct lock_held *held, const void *lock)
{
	for (unsigned i = held->depth; i > 0; i--)
		if (held->at[i - 1].lock == lock)
			return &held->at[i - 1];
	return NULL;
}

/* Whether the order of two locks, the later one being taken, is as ranks say. */
static bool ranks_allow(const struct lock_entry *earlier, const struct lock_entry *later)
{
	const struct lock_class *a = earlier->lock_class, *b = later->lock_class;

	if (a == b)
		return b->flags & LOCK_BY_ADDRESS && later->lock > earlier->lock;
	return a->rank == RANK_NONE || b->rank == RANK_NONE || a->rank < b->rank;
}

static void check_order(struct lock_held *held, const struct lock_entry *entry)
{
	bool right = true;

	for (const struct lock_entry *other = held->at; other < entry; other++) {
		const char *what = other->lock == entry->lock  ? "taken twice"
				   : ranks_allow(other, entry) ? NULL
							       : "wrong order";

		if (what)
			report_pair(what, entry, other);
		right &= !what;
	}
	/* What came before those that waited was put in order when they were taken. */
	for (const struct lock_entry *other = entry; right && other > held->at;) {
		other--;
		if (other->lock_class != entry->lock_class)
			graph_order(other, entry);
		if (!(other->how & LOCKDEP_TRIED))
			break;
	}
}

static void check_spin_class(const struct lock_entry *entry)
{
	const struct lock_class *class_ = entry->lock_class;
	bool irq = class_->flags & LOCK_IRQ;

	if (class_->flags & LOCK_SLEEPS || (class_->rank && class_->rank < RANK_SPIN))
		report_entry("a spinlock of a sleeping class", entry);
	if (class_->rank && irq != (class_->rank >= RANK_IRQ))
		report_entry("LOCK_IRQ does not go with its rank", entry);
}

/* A class with a rank is declared for interrupts or is not; another is as it is seen. */
static void check_context(const struct lock_entry *entry, bool irqs_on)
{
	const struct lock_class *class_ = entry->lock_class;
	bool irq = class_->flags & LOCK_IRQ, in_irq = cpu_irq_depth() > 0;

	if (irq && irqs_on)
		report_entry("interrupts take it, and they are on", entry);
	else if (in_irq && !irq && class_->rank)
		report_entry("taken in an interrupt without LOCK_IRQ", entry);
	else if (in_irq || irq)
		graph_context(entry, SEEN_IN_IRQ);
	else if (irqs_on)
		graph_context(entry, SEEN_IRQS_ON);
}

void lockdep_acquire(const void *lock, const struct lock_class *lock_class, unsigned how)
{
	uint64_t flags;
	struct lock_held *held;
	struct lock_entry *entry;

	if (panic_in_progress())
		return;
	flags = irq_save();
	held = this_cpu();
	entry = push(held, lock, lock_class, how, __builtin_frame_address(0));
	if (entry) {
		check_spin_class(entry);
		check_context(entry, flags & RFLAGS_IF);
		if (!(how & LOCKDEP_TRIED))
			check_order(held, entry);
	}
	irq_restore(flags);
}

static void contended(struct lock_entry *entry)
{
	if (!entry)
		return;
	if (!entry->waiting)
		stat_contended(entry->lock_class);
	entry->waiting = true;
}

static void acquired(struct lock_entry *entry)
{
	uint64_t now = cpu_tsc();

	if (!entry || !entry->waiting)
		return;
	stat_waited(entry->lock_class, now - entry->since);
	entry->since = now;
	entry->waiting = false;
}

void lockdep_contended(const void *lock)
{
	if (!panic_in_progress())
		contended(find(this_cpu(), lock));
}

void lockdep_acquired(const void *lock)
{
	if (!panic_in_progress())
		acquired(find(this_cpu(), lock));
}

/* Another CPU's entry for a lock that it has. It may be gone when it is printed. */
static const struct lock_entry *find_holder(const void *lock)
{
	for (unsigned i = 0; i < cpu_count; i++) {
		struct lock_held *held = &lockdep_cpus[i];

		for (unsigned n = 0; n < held->depth && n < LOCKS_HELD_MAX; n++)
			if (held->at[n].lock == lock && !held->at[n].waiting)
				return &held->at[n];
	}
	return NULL;
}

void lockdep_waiting(const void *lock, uint64_t *since)
{
	uint64_t now = cpu_tsc();
	const struct lock_entry *entry;

	if (!*since)
		*since = now;
	if (*since == UINT64_MAX || now - *since < lockdep_wait_limit ||
	    panic_in_progress())
		return;
	*since = UINT64_MAX; /* once */
	entry = find(this_cpu(), lock);
	if (entry)
		report_pair("waited for too long", entry, find_holder(lock));
}

/* Usually the last one. False: it is not held. */
static bool pop(struct lock_held *held, const void *lock)
{
	struct lock_entry *entry = find(held, lock);

	if (!entry)
		return false;
	stat_released(entry->lock_class, cpu_tsc() - entry->since);
	trace(TRACE_RELEASE, (uint64_t)lock, 0);
	held->depth--;
	for (; entry < &held->at[held->depth]; entry++)
		*entry = entry[1];
	return true;
}

static void report_not_held(const void *lock, const uint64_t *frame)
{
	uint64_t where[LOCK_FRAMES];

	lockdep_capture(where, frame);
	lockdep_report_begin();
	lockdep_report_line("lockdep: released, but not held: %p", lock);
	lockdep_report_line("now, on CPU %u:", cpu_this()->id);
	lockdep_report_stack(where);
	lockdep_report_end();
}

void lockdep_release(const void *lock)
{
	uint64_t flags;

	if (panic_in_progress())
		return;
	flags = irq_save();
	if (!pop(this_cpu(), lock))
		report_not_held(lock, __builtin_frame_address(0));
	irq_restore(flags);
}

void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
			      const struct lock_class *lock_class, uint64_t where,
			      unsigned how)
{
	struct lock_entry *entry;

	if (!held || panic_in_progress())
		return;
	entry = push(held, lock, lock_class, how, __builtin_frame_address(0));
	if (!entry)
		return;
	skip_to(entry->where, where);
	if (!(lock_class->flags & LOCK_SLEEPS) || lock_class->rank >= RANK_SPIN)
		report_entry("a sleeping lock of a spinning class", entry);
	if (!(how & LOCKDEP_TRIED))
		check_order(held, entry);
}

void lockdep_contended_sleeping(struct lock_held *held, const void *lock)
{
	if (held && !panic_in_progress())
		contended(find(held, lock));
}

void lockdep_acquired_sleeping(struct lock_held *held, const void *lock)
{
	if (held && !panic_in_progress())
		acquired(find(held, lock));
}

void lockdep_release_sleeping(struct lock_held *held, const void *lock)
{
	if (!held || panic_in_progress())
		return;
	if (!pop(held, lock))
		report_not_held(lock, __builtin_frame_address(0));
}

const struct lock_held *lockdep_cpu_held(unsigned cpu)
{
	return &lockdep_cpus[cpu];
}
