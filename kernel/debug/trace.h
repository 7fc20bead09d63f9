/*
 * trace.h: what happened, in a ring of small records with time stamps. A point that is
 * off costs one load and a branch.
 */
#ifndef KERNEL_DEBUG_TRACE_H
#define KERNEL_DEBUG_TRACE_H

#include "lib/base.h"

enum trace_kind {
	TRACE_SWITCH, /* from task, to task */
	TRACE_WAKE,   /* task, by task */
	TRACE_IRQ,    /* vector, 0 */
	TRACE_TIMER,  /* function, lateness in ns */
	TRACE_CALL,   /* number, first argument */
	TRACE_RETURN, /* number, result */
	TRACE_ALLOC,  /* bytes, caller */
	TRACE_FREE,   /* address, caller */
	TRACE_MARK,   /* anything */
	TRACE_KINDS,
};

extern uint32_t trace_mask; /* bit per kind */
void trace_record(enum trace_kind kind, uint64_t a, uint64_t b);

static inline void trace(enum trace_kind kind, uint64_t a, uint64_t b)
{
	if (unlikely(trace_mask & 1u << kind))
		trace_record(kind, a, b);
}

struct trace_entry {
	uint64_t tsc;
	uint64_t a, b;
	uint32_t task;
	uint8_t cpu, kind;
};

extern const char *const trace_names[TRACE_KINDS];
/* Oldest first; visit returns false to stop. */
void trace_visit(bool (*visit)(const struct trace_entry *entry, void *context),
		 void *context);
void trace_clear(void);

#endif
