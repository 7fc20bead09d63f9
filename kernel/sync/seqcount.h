/*
 * seqcount.h: readers without a lock of data that seldom changes: they copy it and look
 * whether a writer came meanwhile; if so, again. The count is odd while one writes.
 *
 *	do {
 *		start = seqcount_read(&count);
 *		copy = data;
 *	} while (seqcount_changed(&count, start));
 *
 * Readers, in any context, never delay a writer; a copy may be torn until it is checked,
 * so it is not followed as a pointer nor divided by before. Writers have a lock of
 * their own, held with interrupts off where readers are in interrupts, and with
 * preemption off in any case: a reader that interrupted one would wait for ever.
 */
#ifndef KERNEL_SYNC_SEQCOUNT_H
#define KERNEL_SYNC_SEQCOUNT_H

#include <stdatomic.h>
#include "kernel/sync/preempt.h"

struct seqcount {
	_Atomic uint32_t count;
};

/* Looks at an odd count: more than any writer needs. */
enum { SEQCOUNT_TRIES = 1 << 24 };

/*
 * What seqcount_changed compares; waits while somebody writes. A writer that a panic has
 * stopped will never be done: after long enough the reader takes what is there.
 */
static inline uint32_t seqcount_read(const struct seqcount *seq)
{
	for (unsigned tries = SEQCOUNT_TRIES;; tries--) {
		uint32_t start = atomic_load_explicit(&seq->count, memory_order_acquire);

		if (likely(!(start & 1)) || tries == 0)
			return start;
		cpu_relax();
	}
}

/* Whether what was copied since may be torn. */
static inline bool seqcount_changed(const struct seqcount *seq, uint32_t start)
{
	atomic_thread_fence(memory_order_acquire);
	return unlikely(atomic_load_explicit(&seq->count, memory_order_relaxed) != start);
}

static inline void seqcount_write_begin(struct seqcount *seq)
{
	uint32_t count = atomic_load_explicit(&seq->count, memory_order_relaxed);

	atomic_store_explicit(&seq->count, count + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static inline void seqcount_write_end(struct seqcount *seq)
{
	uint32_t count = atomic_load_explicit(&seq->count, memory_order_relaxed);

	atomic_store_explicit(&seq->count, count + 1, memory_order_release);
}

#endif
