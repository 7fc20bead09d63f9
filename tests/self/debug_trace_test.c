/*
 * Tests of the tracer's rings. Whatever was traced before goes on with an empty ring.
 */
#include "kernel/debug/trace.h"

#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/task.h"
#include "tests/self/self.h"

static const char mark[] = "self-test";

/* An empty ring, with marks alone; the groups that were traced before. */
static bool begin(uint32_t *before)
{
	*before = trace_mask;
	return trace_clear() == 0 && trace_start(TRACE_BIT(TRACE_MARK)) == 0;
}

static void end(uint32_t before)
{
	EXPECT_EQ(trace_clear(), 0);
	if (before)
		EXPECT_EQ(trace_start(before), 0);
}

struct seen {
	uint64_t first, next, count, broken;
};

static bool look(const struct trace_entry *entry, void *context)
{
	struct seen *seen = context;

	if (entry->kind != TRACE_MARK || entry->a != (uint64_t)mark)
		return true;
	if (seen->count++ == 0)
		seen->first = seen->next = entry->b;
	seen->broken += entry->b != seen->next;
	seen->next = entry->b + 1;
	return true;
}

static struct seen look_at_all(uint64_t last)
{
	struct seen seen = { 0 };

	trace_visit(last, look, &seen);
	return seen;
}

SELF_TEST("trace.off_records_nothing", off_records_nothing)
{
	uint32_t before;
	struct seen seen;

	EXPECT(begin(&before));
	trace_mark(mark, 1);
	trace_stop();
	trace_mark(mark, 2);
	seen = look_at_all(UINT64_MAX);
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.first, 1);
	end(before);
}

/* The last ones stay, none twice and none missing, and the others are counted. */
SELF_TEST("trace.oldest_are_overwritten", oldest_are_overwritten)
{
	struct trace_counts counts;
	uint64_t n = 0;
	uint32_t before;
	struct seen seen;
	unsigned cpu;

	EXPECT(begin(&before));
	preempt_disable(); /* on one CPU */
	cpu = cpu_this()->id;
	do {
		trace_mark(mark, n++);
		trace_counts(cpu, &counts);
	} while (counts.overwritten < 100);
	preempt_enable();
	trace_stop();
	EXPECT_EQ(counts.written, n);
	EXPECT_EQ(counts.lost, 0);
	seen = look_at_all(UINT64_MAX);
	EXPECT_EQ(seen.first, 100);
	EXPECT_EQ(seen.next, n);
	EXPECT_EQ(seen.broken, 0);
	seen = look_at_all(10);
	EXPECT_EQ(seen.count, 10);
	EXPECT_EQ(seen.next, n);
	end(before);
}

SELF_TEST("trace.no_memory", no_memory)
{
	uint32_t before = trace_mask;

	EXPECT_EQ(trace_clear(), 0);
	fault_inject_arm(1, cpu_task());
	EXPECT(trace_start(TRACE_BIT(TRACE_MARK)) < 0);
	EXPECT(fault_inject_disarm());
	EXPECT_EQ(trace_mask, 0);
	EXPECT_EQ(look_at_all(UINT64_MAX).count, 0);
	end(before);
}

struct overtaken {
	uint64_t slots, written, count, last, out_of_order;
};

/* Behind its first record the reader is overtaken by half a ring. */
static bool look_and_write(const struct trace_entry *entry, void *context)
{
	struct overtaken *o = context;

	o->out_of_order += o->count > 0 && entry->b <= o->last;
	o->last = entry->b;
	if (o->count++ == 0)
		for (uint64_t i = 0; i < o->slots / 2; i++)
			trace_mark(mark, o->written++);
	return true;
}

SELF_TEST("trace.overtaken_reader", overtaken_reader)
{
	struct trace_counts counts = { 0 };
	struct overtaken o = { 0 };
	uint32_t before;

	EXPECT(begin(&before));
	preempt_disable(); /* all on one ring */
	while (counts.overwritten == 0) {
		trace_mark(mark, o.written++);
		trace_counts(cpu_this()->id, &counts);
	}
	o.slots = o.written - 1;
	trace_visit(UINT64_MAX, look_and_write, &o);
	preempt_enable();
	/* The one before, and what is left of the old ones: not what came meanwhile. */
	EXPECT_EQ(o.count, 1 + o.slots - o.slots / 2);
	EXPECT_EQ(o.last, o.slots);
	EXPECT_EQ(o.out_of_order, 0);
	end(before);
}

/* An allocation's record names who asked for it. */
static bool look_for_alloc(const struct trace_entry *entry, void *context)
{
	const void **object = context;
	uint64_t site = 0xffffffff00000000ULL | (entry->b & UINT32_MAX);

	if (entry->kind == TRACE_ALLOC && entry->a == (uint64_t)*object &&
	    entry->b >> 32 == 40 && site > IMAGE_BASE)
		*object = NULL;
	return true;
}

SELF_TEST("trace.allocations", allocations)
{
	uint32_t before = trace_mask;
	const void *object;

	EXPECT_EQ(trace_clear(), 0);
	EXPECT_EQ(trace_start(TRACE_BIT(TRACE_ALLOC)), 0);
	object = kmalloc(40, GFP_KERNEL);
	trace_stop();
	EXPECT(object != NULL);
	kfree((void *)object);
	trace_visit(UINT64_MAX, look_for_alloc, &object);
	EXPECT(object == NULL);
	end(before);
}
