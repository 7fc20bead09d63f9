/*
 * lockdep_graph.c: which class was ever taken while which was held, and in which
 * contexts: so a deadlock is found when its halves were seen, each for itself, on
 * whatever CPU and however long ago.
 *
 * The graph has no circle: an order that would close one is reported and not added. So
 * too with contexts: there is no way from a class that interrupts take to one that is
 * taken with interrupts on. A bit that is set says that all was looked at; so what was
 * seen before costs one look without a lock.
 */
#include "kernel/sync/internal.h"

#include <stdatomic.h>

#include "lib/string.h"

enum {
	CLASSES_MAX = 256, /* number 0 is none */
	EDGES_MAX = 768,
	PATH_SHOWN_MAX = 4,
	SET_WORDS = CLASSES_MAX / 64,
};

struct class_set {
	uint64_t words[SET_WORDS];
};

/* Where an order was seen first. */
struct edge {
	uint8_t from, to;
	uint64_t held[LOCK_FRAMES], taken[LOCK_FRAMES];
};

static _Atomic bool locked;
/* [graph lock] to change */
static struct class_set after[CLASSES_MAX]; /* [i]: those taken while i was held */
static const struct lock_class *classes[CLASSES_MAX];
static unsigned class_count = 1;
static struct edge edges[EDGES_MAX];
static unsigned edge_count;

static uint64_t lock_graph(void)
{
	uint64_t flags = irq_save();

	while (atomic_exchange_explicit(&locked, true, memory_order_acquire))
		cpu_relax();
	return flags;
}

static void unlock_graph(uint64_t flags)
{
	atomic_store_explicit(&locked, false, memory_order_release);
	irq_restore(flags);
}

static bool has(const struct class_set *set, unsigned id)
{
	return __atomic_load_n(&set->words[id / 64], __ATOMIC_RELAXED) & 1ull << id % 64;
}

static void add(struct class_set *set, unsigned id)
{
	__atomic_store_n(&set->words[id / 64], set->words[id / 64] | 1ull << id % 64,
			 __ATOMIC_RELAXED);
}

/* With the lock: the class's number, a new one for a new class; 0: there are too many. */
static unsigned number(const struct lock_class *class_)
{
	unsigned id = atomic_load_explicit(&class_->state->id, memory_order_relaxed);

	if (id || class_count == CLASSES_MAX)
		return id;
	id = class_count++;
	classes[id] = class_;
	atomic_store_explicit(&class_->state->id, id, memory_order_release);
	return id;
}

static unsigned known_number(const struct lock_class *class_)
{
	return atomic_load_explicit(&class_->state->id, memory_order_acquire);
}

void graph_class(const struct lock_class *class_)
{
	uint64_t flags;

	if (known_number(class_))
		return;
	flags = lock_graph();
	(void)number(class_);
	unlock_graph(flags);
}

static const struct edge *find_edge(unsigned from, unsigned to)
{
	for (unsigned i = 0; i < edge_count; i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i];
	return NULL;
}

/*
 * With the lock: a way from one class to the first that is wanted, breadth first, so it
 * is a shortest one; wanted(id) also judges the start. The end's number, 0: none;
 * before[] leads back.
 */
static unsigned search(unsigned from, bool (*wanted)(unsigned id, unsigned what),
		       unsigned what, uint8_t before[CLASSES_MAX])
{
	static uint8_t queue[CLASSES_MAX]; /* [graph lock] */
	struct class_set seen = { 0 };
	unsigned head = 0, tail = 0;

	add(&seen, from);
	queue[tail++] = (uint8_t)from;
	before[from] = 0;
	while (head < tail) {
		unsigned at = queue[head++];

		if (wanted(at, what))
			return at;
		for (unsigned id = 1; id < class_count; id++) {
			if (!has(&after[at], id) || has(&seen, id))
				continue;
			add(&seen, id);
			before[id] = (uint8_t)at;
			queue[tail++] = (uint8_t)id;
		}
	}
	return 0;
}

static bool is_class(unsigned id, unsigned what)
{
	return id == what;
}

static bool was_seen(unsigned id, unsigned what)
{
	return atomic_load_explicit(&classes[id]->state->seen, memory_order_relaxed) &
	       what;
}

/* The way that search found, from its end back: each order, and where it was seen. */
static void report_path(unsigned end, const uint8_t before[CLASSES_MAX])
{
	for (unsigned i = 0; before[end] && i < PATH_SHOWN_MAX; i++) {
		unsigned from = before[end];
		const struct edge *edge = find_edge(from, end);

		lockdep_report_line("'%s' was taken while '%s' was held; first:",
				    classes[end]->name, classes[from]->name);
		if (edge) {
			lockdep_report_stack(edge->taken);
			lockdep_report_line("  and '%s' was taken:", classes[from]->name);
			lockdep_report_stack(edge->held);
		}
		end = from;
	}
}

static void report_circle(const struct lock_entry *from, const struct lock_entry *to,
			  unsigned end, const uint8_t before[CLASSES_MAX])
{
	lockdep_report_begin();
	lockdep_report_line(
		"lockdep: circle: '%s', holding '%s', and the other way round",
		to->lock_class->name, from->lock_class->name);
	lockdep_report_line("now, on CPU %u:", cpu_this()->id);
	lockdep_report_stack(to->where);
	lockdep_report_line("'%s' was taken:", from->lock_class->name);
	lockdep_report_stack(from->where);
	report_path(end, before);
	lockdep_report_end();
}

/*
 * Whoever holds `safe`, which interrupts take, may wait for `unsafe`, whose holder an
 * interrupt may keep, that waits for `safe`.
 */
static void report_context(const struct lock_entry *entry, unsigned safe, unsigned unsafe,
			   const uint8_t before[CLASSES_MAX], unsigned end)
{
	lockdep_report_begin();
	lockdep_report_line("lockdep: interrupts take '%s', and '%s' is taken with "
			    "interrupts on",
			    classes[safe]->name, classes[unsafe]->name);
	lockdep_report_line("now '%s', on CPU %u:", entry->lock_class->name,
			    cpu_this()->id);
	lockdep_report_stack(entry->where);
	lockdep_report_line("'%s' was taken in an interrupt, or for one:",
			    classes[safe]->name);
	lockdep_report_stack(classes[safe]->state->seen_where[0]);
	lockdep_report_line("'%s' was taken with interrupts on:", classes[unsafe]->name);
	lockdep_report_stack(classes[unsafe]->state->seen_where[1]);
	report_path(end, before);
	lockdep_report_end();
}

/* With the lock: who comes first among those from which there is a way to a class. */
static unsigned search_back(unsigned to, enum lock_seen seen, uint8_t before[CLASSES_MAX])
{
	for (unsigned id = 1; id < class_count; id++)
		if (was_seen(id, seen) && search(id, is_class, to, before))
			return id;
	return 0;
}

/* With the lock. Whether the order from -> to joins two contexts that must not meet. */
static bool joins_contexts(const struct lock_entry *entry, unsigned from, unsigned to)
{
	static uint8_t before[CLASSES_MAX]; /* [graph lock] */
	unsigned unsafe = search(to, was_seen, SEEN_IRQS_ON, before);
	unsigned safe = unsafe ? search_back(from, SEEN_IN_IRQ, before) : 0;

	if (!safe)
		return false;
	report_context(entry, safe, unsafe, before, from);
	return true;
}

static void record(unsigned from, unsigned to, const struct lock_entry *held,
		   const struct lock_entry *taken)
{
	add(&after[from], to);
	if (edge_count == EDGES_MAX)
		return;
	edges[edge_count].from = (uint8_t)from;
	edges[edge_count].to = (uint8_t)to;
	memcpy(edges[edge_count].held, held->where, sizeof(held->where));
	memcpy(edges[edge_count].taken, taken->where, sizeof(taken->where));
	edge_count++;
}

void graph_order(const struct lock_entry *from, const struct lock_entry *to)
{
	static uint8_t before[CLASSES_MAX]; /* [graph lock] */
	unsigned a = known_number(from->lock_class), b = known_number(to->lock_class);
	unsigned end;
	uint64_t flags;

	if (a && b && has(&after[a], b))
		return;
	flags = lock_graph();
	a = number(from->lock_class);
	b = number(to->lock_class);
	end = a && b ? search(b, is_class, a, before) : 0;
	if (end)
		report_circle(from, to, end, before);
	else if (a && b && !has(&after[a], b) && !joins_contexts(to, a, b))
		record(a, b, from, to);
	unlock_graph(flags);
}

void graph_context(const struct lock_entry *entry, enum lock_seen seen)
{
	static uint8_t before[CLASSES_MAX]; /* [graph lock] */
	struct lock_class_state *state = entry->lock_class->state;
	unsigned id, other;
	uint64_t flags;

	if (atomic_load_explicit(&state->seen, memory_order_relaxed) & seen)
		return;
	flags = lock_graph();
	id = number(entry->lock_class);
	memcpy(state->seen_where[seen - 1], entry->where, sizeof(entry->where));
	if (seen == SEEN_IN_IRQ)
		other = id ? search(id, was_seen, SEEN_IRQS_ON, before) : 0;
	else
		other = id ? search_back(id, SEEN_IN_IRQ, before) : 0;
	if (!other)
		atomic_fetch_or_explicit(&state->seen, seen, memory_order_relaxed);
	else if (seen == SEEN_IN_IRQ)
		report_context(entry, id, other, before, other);
	else
		report_context(entry, other, id, before, id);
	unlock_graph(flags);
}

void lockdep_visit(void (*visit)(const struct lock_class *lock_class, void *context),
		   void *context)
{
	for (unsigned id = 1; id < CLASSES_MAX; id++) {
		const struct lock_class *class_ =
			__atomic_load_n(&classes[id], __ATOMIC_ACQUIRE);

		if (!class_)
			break;
		visit(class_, context);
	}
}
