/* switch.h: from one stack to another, for sched/; reports look at what it left. */
#ifndef KERNEL_X86_SWITCH_H
#define KERNEL_X86_SWITCH_H

#include "lib/base.h"

/* Where a stack that is not running keeps its rbp, from its saved pointer. */
enum { SWITCH_SAVED_RBP = 32 };

/*
 * Saves the callee-saved registers on the running stack, stores its pointer in *save,
 * and continues on the stack `load`, where an earlier call saved its own.
 */
void switch_stack(uint64_t *save, uint64_t load);

/*
 * Prepares a new stack (its top) so that switching to it calls entry(argument) with
 * interrupts off. Returns the pointer to load. entry never returns.
 */
uint64_t switch_prepare(void *stack_top, void (*entry)(void *), void *argument);

#endif
