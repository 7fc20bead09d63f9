/*
 * trace.c: the ring of trace records. Writers take a slot by one atomic addition and
 * never wait; a reader copies a record and passes over one whose slot was taken again.
 */
#include "kernel/debug/trace.h"

#include <stdatomic.h>

#include "kernel/sched/task.h"

enum { TRACE_SLOTS = 2048 };

uint32_t trace_mask;
static struct trace_entry slots[TRACE_SLOTS];
static _Atomic uint64_t next_slot;

const char *const trace_names[TRACE_KINDS] = {
	[TRACE_SWITCH] = "switch", [TRACE_WAKE] = "wake", [TRACE_IRQ] = "irq",
	[TRACE_TIMER] = "timer",   [TRACE_CALL] = "call", [TRACE_RETURN] = "return",
	[TRACE_ALLOC] = "alloc",   [TRACE_FREE] = "free", [TRACE_MARK] = "mark",
};

void trace_record(enum trace_kind kind, uint64_t a, uint64_t b)
{
	uint64_t slot = atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed);
	const struct task *task = cpu_task();

	slots[slot % TRACE_SLOTS] = (struct trace_entry){
		.tsc = cpu_tsc(),
		.a = a,
		.b = b,
		.task = task ? (uint32_t)task->id : 0,
		.cpu = (uint8_t)cpu_this()->id,
		.kind = (uint8_t)kind,
	};
}

void trace_visit(bool (*visit)(const struct trace_entry *entry, void *context),
		 void *context)
{
	uint64_t end = atomic_load(&next_slot);
	uint64_t slot = end > TRACE_SLOTS ? end - TRACE_SLOTS : 0;
	bool more = true;

	for (; slot < end && more; slot++) {
		struct trace_entry entry = slots[slot % TRACE_SLOTS];

		if (atomic_load(&next_slot) <= slot + TRACE_SLOTS)
			more = visit(&entry, context);
	}
}

void trace_clear(void)
{
	atomic_store(&next_slot, 0);
}
