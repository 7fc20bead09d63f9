/*
 * stack_mark.h: how deep stacks got, in the debug build. A stack is painted before its
 * first use; what is not the paint any more, from its far end, was used. make lint-depth
 * says how deep they can get (build/stack-depth.txt); /proc/stacks shows both measured.
 */
#ifndef KERNEL_SCHED_STACK_MARK_H
#define KERNEL_SCHED_STACK_MARK_H

#include "lib/base.h"

#if CONFIG_DEBUG

/* Before its first use; lowest address and bytes. */
void stack_mark_paint(void *stack, size_t size);
/* A task's stack that is not used any more: remembers the most by entry. */
void stack_mark_note(const void *stack, size_t size, int (*entry)(void *));
/* Calls visit for each entry of tasks that ended, with the most bytes that one used. */
void stack_mark_visit(void (*visit)(uint64_t entry, size_t used, void *context),
		      void *context);
/* Bytes used of a painted stack. */
size_t stack_mark_used(const void *stack, size_t size);

#else

static inline void stack_mark_paint(void *stack, size_t size)
{
}

static inline void stack_mark_note(const void *stack, size_t size, int (*entry)(void *))
{
}

#endif

#endif
