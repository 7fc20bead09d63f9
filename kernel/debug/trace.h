/*
 * trace.h: what happened, as small records with time stamps, in a ring for each CPU.
 *
 * A point that is off costs one load and a branch. The rings are made when tracing
 * starts and overwrite their oldest records, so what is there at any moment, and in a
 * panic, is the last that happened. Each group of kinds has a bit in trace_mask; kinds
 * 2n and 2n + 1 are group n. Points may stand anywhere, also in interrupts and NMIs.
 */
#ifndef KERNEL_DEBUG_TRACE_H
#define KERNEL_DEBUG_TRACE_H

#include "kernel/x86/trace_entry.h"

/* What a and b are. scripts/trace.py knows the numbers too. */
enum trace_kind {
	TRACE_SWITCH = 0,   /* from task | its state << 32, to task */
	TRACE_TASK,	    /* a new task: the first 16 letters of its name */
	TRACE_WAKE = 2,	    /* task, the CPU it is to run on */
	TRACE_IRQ = 4,	    /* vector, interrupted rip */
	TRACE_IRQ_EXIT,	    /* vector, 0 */
	TRACE_TIMER = 6,    /* function, lateness in ns */
	TRACE_CONTEND = 8,  /* a lock that was waited for, the wait in TSC ticks */
	TRACE_ACQUIRE = 10, /* a lock, by whom (debug build) */
	TRACE_RELEASE,	    /* a lock, 0 */
	TRACE_ALLOC = 12,   /* address, caller's low half | bytes << 32 */
	TRACE_FREE,	    /* address, caller */
	TRACE_CALL = 14,    /* number, first argument */
	TRACE_RETURN,	    /* number, result */
	TRACE_DEVICE = 16,  /* the device's name, the operation's: constant strings */
	TRACE_DEVICE_EXIT,  /* the device's name, result */
	TRACE_MARK = 18,    /* a constant string, any number */
	TRACE_BEGIN = 20,   /* a step that takes a while: its name, a constant string */
	TRACE_END,	    /* the same name, a result */
	TRACE_SAMPLE = 22,  /* where the CPU was, STACK records that follow */
	TRACE_STACK,	    /* return addresses, innermost first; 0: no more */
	TRACE_KINDS,
	TRACE_GROUPS = (TRACE_KINDS + 1) / 2,
};

/* The bit of a kind's group. */
#define TRACE_BIT(kind) (1u << (kind) / 2)
/* What "all" means: without those that take the most room. */
#define TRACE_ALL                     \
	(((1u << TRACE_GROUPS) - 1) & \
	 ~(TRACE_BIT(TRACE_ACQUIRE) | TRACE_BIT(TRACE_SAMPLE)))

extern uint32_t trace_mask;
COLD void trace_record(enum trace_kind kind, uint64_t a, uint64_t b);

static ALWAYS_INLINE void trace(enum trace_kind kind, uint64_t a, uint64_t b)
{
	if (unlikely(trace_mask & TRACE_BIT(kind)))
		trace_enter(kind, a, b);
}

/*
 * For allocators, in the function itself that somebody calls to allocate or free: who
 * that is is found by the frame.
 */
static ALWAYS_INLINE void trace_alloc(const void *object, size_t size)
{
	trace(TRACE_ALLOC, (uint64_t)object, size);
}

static ALWAYS_INLINE void trace_free(const void *object)
{
	trace(TRACE_FREE, (uint64_t)object, 0);
}

/* One's own point, for a while or for good. what: a constant string. */
static ALWAYS_INLINE void trace_mark(const char *what, uint64_t value)
{
	trace(TRACE_MARK, (uint64_t)what, value);
}

/* A task's name, for readers that come when it is gone. */
void trace_name(uint32_t id, const char *name);

struct trace_entry {
	uint64_t tsc;
	uint64_t a, b;
	uint32_t task;
	uint8_t cpu, kind;
};

/*
 * Adds groups (TRACE_BIT) to what is traced; makes the rings that there are not yet.
 * -ENOMEM, -EBUSY (somebody reads them): it is traced what was. Task context, or boot
 * after page_init.
 */
MUST_CHECK int trace_start(uint32_t groups);
/* The ring of a CPU that comes up while tracing is on; without memory its records are
 * counted as lost. Before the CPU runs. */
void trace_prepare_cpu(unsigned cpu);
/* Records the names of all tasks that there are, for who reads the rest. */
void trace_names(void);
/* What the parameter trace= asks for. After page_init. */
void trace_init(void);
void trace_stop(void); /* the records stay */
/* Stops and gives the rings back. -EBUSY: somebody reads them. Not from interrupts. */
MUST_CHECK int trace_clear(void);

/*
 * Calls visit for the last `last` records of each CPU until now, in order of time; it
 * returns false to stop. A record that is overwritten meanwhile is passed over.
 */
void trace_visit(uint64_t last, bool (*visit)(const struct trace_entry *, void *context),
		 void *context);
/* Records that a CPU wrote, those among them that were overwritten, and what it could
 * not keep, having no ring. */
struct trace_counts {
	uint64_t written, overwritten, lost;
};
void trace_counts(unsigned cpu, struct trace_counts *counts);

/* Groups by name, TRACE_ALL for "all"; 0: no such name. */
uint32_t trace_group(const char *name, size_t len);
const char *trace_group_name(unsigned group);

#endif
