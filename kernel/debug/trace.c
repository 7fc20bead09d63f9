/*
 * trace.c: the rings of trace records.
 *
 * A CPU writes its own ring only, with interrupts off; an NMI may come in between, so a
 * slot is taken by one atomic addition, and nobody waits. A record's last word names its
 * position in the stream and is written last: a reader that does not find the position
 * it looks for, before and after its copy, was overtaken.
 *
 *	writer				trace_clear
 *	writers + 1			ring = NULL
 *	ring? then writes there		writers? waits until there is none
 *	writers - 1			frees the ring
 */
#include "kernel/debug/trace.h"

#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/dev/param.h"
#include "kernel/mm/page.h"
#include "kernel/sched/task.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

enum {
	SIZE_DEFAULT = 64 * KIB, /* of a CPU's ring */
	SIZE_LIMIT = PAGE_SIZE << PAGE_ORDER_MAX,
	CHANGING = 1 << 30,
};

/* As four words, each of which is read and written as a whole. */
struct slot {
	_Atomic uint64_t tsc, a, b;
	_Atomic uint64_t tag; /* position + 1 in the upper half, task, kind */
};

struct ring {
	_Atomic(struct slot *) slots; /* NULL: none */
	_Atomic uint32_t writers;
	_Atomic uint64_t head; /* the next position */
	_Atomic uint64_t lost;
};

uint32_t trace_mask;
static struct ring rings[CPU_MAX];
static unsigned order; /* of each ring's block; changes only while there is none */
static uint64_t slot_mask;
static size_t size_asked = SIZE_DEFAULT;
static uint32_t boot_groups;
static atomic_uint users; /* readers, or CHANGING: whoever makes or frees rings */

static const char names[] = "switch\0wake\0irq\0timer\0lock\0hold\0alloc\0call\0"
			    "device\0mark\0step\0profile";

const char *trace_group_name(unsigned group)
{
	const char *name = names;

	while (group--)
		name += strlen(name) + 1;
	return name;
}

uint32_t trace_group(const char *name, size_t len)
{
	if (len == 3 && memcmp(name, "all", 3) == 0)
		return TRACE_ALL;
	for (unsigned group = 0; group < TRACE_GROUPS; group++)
		if (strlen(trace_group_name(group)) == len &&
		    memcmp(trace_group_name(group), name, len) == 0)
			return 1u << group;
	return 0;
}

static void write_slot(struct slot *slot, uint64_t position, enum trace_kind kind,
		       uint32_t task, uint64_t a, uint64_t b)
{
	uint64_t tag = (position + 1) << 32 | (task & 0xffffff) << 8 | kind;

	/* Nobody takes it for the old record any more, nor yet for the new one. */
	atomic_store_explicit(&slot->tag, position << 32, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&slot->tsc, cpu_tsc(), memory_order_relaxed);
	atomic_store_explicit(&slot->a, a, memory_order_relaxed);
	atomic_store_explicit(&slot->b, b, memory_order_relaxed);
	atomic_store_explicit(&slot->tag, tag, memory_order_release);
}

static void record(enum trace_kind kind, uint32_t task, uint64_t a, uint64_t b)
{
	uint64_t flags = irq_save(), position;
	struct ring *ring = &rings[cpu_this()->id];
	struct slot *slots;

	atomic_fetch_add(&ring->writers, 1);
	slots = atomic_load(&ring->slots);
	if (slots) {
		position =
			atomic_fetch_add_explicit(&ring->head, 1, memory_order_relaxed);
		write_slot(&slots[position & slot_mask], position, kind, task, a, b);
	} else {
		atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
	}
	atomic_fetch_sub(&ring->writers, 1);
	irq_restore(flags);
}

void trace_record(enum trace_kind kind, uint64_t a, uint64_t b)
{
	const struct task *task = cpu_task();
	/* The frame of the function with the point: trace_entry has none. */
	const uint64_t *frame = *(const uint64_t *const *)__builtin_frame_address(0);

	if (kind == TRACE_ALLOC)
		b = (frame[1] & UINT32_MAX) | b << 32;
	else if (kind == TRACE_FREE)
		b = frame[1];
	record(kind, task ? (uint32_t)task->id : 0, a, b);
}

static void record_name(uint32_t id, const char *name)
{
	uint64_t words[2] = { 0 };

	memcpy(words, name, MIN(strlen(name), sizeof(words)));
	record(TRACE_TASK, id, words[0], words[1]);
}

void trace_name(uint32_t id, const char *name)
{
	if (unlikely(trace_mask & TRACE_BIT(TRACE_TASK)))
		record_name(id, name);
}

static void record_task(struct task *task, void *unused)
{
	record_name((uint32_t)task->id, task->name);
}

void trace_names(void)
{
	if (slot_mask)
		task_visit(record_task, NULL);
}

/* False: it was overwritten, or is being written. */
static bool read_slot(unsigned cpu, uint64_t position, struct trace_entry *entry)
{
	struct slot *slots = atomic_load(&rings[cpu].slots), *slot;
	uint64_t tag;

	if (!slots)
		return false;
	slot = &slots[position & slot_mask];
	tag = atomic_load_explicit(&slot->tag, memory_order_acquire);
	*entry = (struct trace_entry){
		.tsc = atomic_load_explicit(&slot->tsc, memory_order_relaxed),
		.a = atomic_load_explicit(&slot->a, memory_order_relaxed),
		.b = atomic_load_explicit(&slot->b, memory_order_relaxed),
		.task = (uint32_t)(tag >> 8 & 0xffffff),
		.cpu = (uint8_t)cpu,
		.kind = (uint8_t)(tag & 0xff),
	};
	atomic_thread_fence(memory_order_acquire);
	return (uint32_t)(tag >> 32) == (uint32_t)(position + 1) &&
	       atomic_load_explicit(&slot->tag, memory_order_relaxed) == tag;
}

/* The first record from *position on, which moves to it; false: none before end. */
static bool read_next(unsigned cpu, uint64_t *position, uint64_t end,
		      struct trace_entry *entry)
{
	for (; *position < end; (*position)++)
		if (read_slot(cpu, *position, entry))
			return true;
	return false;
}

/* Takes the earliest record of all CPUs. */
static bool take_earliest(uint64_t at[CPU_MAX], struct trace_entry *earliest)
{
	bool found = false;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		struct trace_entry entry = { 0 };

		if (read_next(cpu, &at[cpu], atomic_load(&rings[cpu].head), &entry) &&
		    (!found || entry.tsc < earliest->tsc)) {
			*earliest = entry;
			found = true;
		}
	}
	if (found)
		at[earliest->cpu]++;
	return found;
}

void trace_visit(uint64_t last, bool (*visit)(const struct trace_entry *, void *context),
		 void *context)
{
	uint64_t at[CPU_MAX] = { 0 }, now = cpu_tsc();
	struct trace_entry entry;

	if (atomic_fetch_add(&users, 1) >= CHANGING) {
		atomic_fetch_sub(&users, 1);
		return;
	}
	last = MIN(last, slot_mask + 1);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		at[cpu] = atomic_load(&rings[cpu].head);
		at[cpu] -= MIN(at[cpu], last);
	}
	/* Not what comes meanwhile: each visit may add more than one. */
	while (take_earliest(at, &entry) && entry.tsc <= now && visit(&entry, context))
		;
	atomic_fetch_sub(&users, 1);
}

void trace_counts(unsigned cpu, struct trace_counts *counts)
{
	counts->written = atomic_load(&rings[cpu].head);
	counts->overwritten = counts->written - MIN(counts->written, slot_mask + 1);
	counts->lost = atomic_load(&rings[cpu].lost);
}

/* Takes the rings for a change; false: somebody reads or changes them. */
static bool enter(void)
{
	unsigned none = 0;

	return atomic_compare_exchange_strong(&users, &none, CHANGING);
}

static void leave(void)
{
	atomic_fetch_sub(&users, CHANGING);
}

/* Whether the CPU has a ring now. */
static bool make_ring(unsigned cpu)
{
	if (!atomic_load(&rings[cpu].slots))
		atomic_store(&rings[cpu].slots,
			     page_alloc_address(order, GFP_KERNEL | GFP_ZERO));
	return atomic_load(&rings[cpu].slots);
}

static void free_rings(void)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		struct slot *slots = atomic_exchange(&rings[cpu].slots, NULL);

		while (atomic_load(&rings[cpu].writers))
			cpu_relax();
		atomic_store(&rings[cpu].head, 0);
		atomic_store(&rings[cpu].lost, 0);
		if (slots)
			page_free_address(slots);
	}
	slot_mask = 0;
}

/* All CPUs have rings afterwards, or as many as before. */
static int make_rings(void)
{
	unsigned made = 0;

	if (!slot_mask)
		for (order = 0; PAGE_SIZE << order < size_asked; order++)
			;
	while (made < cpu_count && make_ring(made))
		made++;
	if (made == cpu_count)
		slot_mask = (PAGE_SIZE << order) / sizeof(struct slot) - 1;
	else if (!slot_mask)
		free_rings();
	return made == cpu_count ? 0 : -ENOMEM;
}

int trace_start(uint32_t groups)
{
	int error;

	if (!enter())
		return -EBUSY;
	error = make_rings();
	leave();
	if (!error)
		trace_mask |= groups;
	return error;
}

void trace_prepare_cpu(unsigned cpu)
{
	if (slot_mask && !make_ring(cpu))
		log_warn("trace: no memory for the records of CPU %u", cpu);
}

void trace_stop(void)
{
	trace_mask = 0;
}

int trace_clear(void)
{
	if (!enter())
		return -EBUSY;
	trace_stop();
	free_rings();
	leave();
	return 0;
}

/* From the first moment that there is memory. */
COLD void trace_init(void)
{
	if (boot_groups && trace_start(boot_groups))
		log_err("trace: no memory for its records");
}

static int set_trace(const char *rest, const char *value)
{
	while (value && *value) {
		const char *comma = strchr(value, ',');
		size_t len = comma ? (size_t)(comma - value) : strlen(value);
		uint32_t groups = trace_group(value, len);

		if (!groups)
			return -EINVAL;
		boot_groups |= groups;
		value += len + (value[len] == ',');
	}
	return boot_groups ? 0 : -EINVAL;
}
PARAM(trace, "trace", "=KIND,...  trace these from the start; all: but hold, profile",
      set_trace);

static int set_size(const char *rest, const char *value)
{
	uint64_t size;

	if (!value || parse_size(value, &size) || size < PAGE_SIZE || size > SIZE_LIMIT)
		return -EINVAL;
	size_asked = size;
	return 0;
}
PARAM(trace_size, "trace_size", "=SIZE  of each CPU's trace records, 4K to 4M (64K)",
      set_size);
