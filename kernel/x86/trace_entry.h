/*
 * trace_entry.h: a trace point's call. It changes no register, so the code around a point
 * that is off is what it would be without: one load and a branch more.
 */
#ifndef KERNEL_X86_TRACE_ENTRY_H
#define KERNEL_X86_TRACE_ENTRY_H

#include "lib/base.h"

/* trace_record(kind, a, b), by trace_entry.asm. */
static ALWAYS_INLINE void trace_enter(unsigned kind, uint64_t a, uint64_t b)
{
	__asm__ volatile("call trace_entry"
			 :
			 : "D"(kind), "S"(a), "d"(b)
			 : "memory", "cc");
}

#endif
