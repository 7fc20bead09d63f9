/*
 * schedfuzz.h: a fuzz of schedules, in the debug build. With the boot parameter
 * schedfuzz=SEED, chance decides at every place where a task could be preempted (a lock
 * let go, preemption enabled, an interrupt's end) whether another one runs now. Each
 * CPU's chances follow from the seed and from how many such places it has passed, so
 * under -icount a race that was found is found again by its seed.
 */
#ifndef KERNEL_DEBUG_SCHEDFUZZ_H
#define KERNEL_DEBUG_SCHEDFUZZ_H

#include "lib/base.h"

#if CONFIG_DEBUG

extern uint64_t schedfuzz_seed; /* 0: off. Changed by schedfuzz_start alone. */

/* Begins anew with a seed; 0 ends. Any context. */
void schedfuzz_start(uint64_t seed);
void schedfuzz_task_point(void);
void schedfuzz_irq_point(void);
bool schedfuzz_turn(void);

/* Where preemption was enabled again; asks for a decision when chance wants one. */
static inline void schedfuzz_point(void)
{
	if (unlikely(schedfuzz_seed))
		schedfuzz_task_point();
}

/* The same at the end of an interrupt that came while preemption was enabled. */
static inline void schedfuzz_interrupt(void)
{
	if (unlikely(schedfuzz_seed))
		schedfuzz_irq_point();
}

/* For a decision, with interrupts off: whether the running task's turn is to be over. */
static inline bool schedfuzz_ends_turn(void)
{
	return unlikely(schedfuzz_seed) && schedfuzz_turn();
}

#else

static inline void schedfuzz_point(void)
{
}

static inline void schedfuzz_interrupt(void)
{
}

static inline bool schedfuzz_ends_turn(void)
{
	return false;
}

#endif

#endif
