/*
 * lockdep_stat.c: how often each class was taken, waited for and held, and how long: a
 * struct of counters for each class, which all CPUs add to.
 */
#include "kernel/sync/internal.h"

#include <stdatomic.h>

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Whether another CPU had the class last. */
static bool bounces(struct lock_stat *stat)
{
	return atomic_load_explicit(&stat->last_cpu, memory_order_relaxed) !=
	       cpu_this()->id;
}

void stat_acquired(const struct lock_class *lock_class)
{
	struct lock_stat *stat = &lock_class->state->stat;

	count(&stat->acquisitions);
	if (!bounces(stat))
		return;
	count(&stat->acq_bounces);
	atomic_store_explicit(&stat->last_cpu, cpu_this()->id, memory_order_relaxed);
}

void stat_contended(const struct lock_class *lock_class)
{
	struct lock_stat *stat = &lock_class->state->stat;

	count(&stat->contentions);
	if (bounces(stat))
		count(&stat->con_bounces);
}

static void widen(_Atomic uint64_t *min, _Atomic uint64_t *max, _Atomic uint64_t *total,
		  uint64_t ticks)
{
	uint64_t least = atomic_load_explicit(min, memory_order_relaxed);
	uint64_t most = atomic_load_explicit(max, memory_order_relaxed);

	atomic_fetch_add_explicit(total, ticks, memory_order_relaxed);
	while ((!least || ticks + 1 < least) &&
	       !atomic_compare_exchange_weak_explicit(min, &least, ticks + 1,
						      memory_order_relaxed,
						      memory_order_relaxed))
		;
	while (ticks > most &&
	       !atomic_compare_exchange_weak_explicit(
		       max, &most, ticks, memory_order_relaxed, memory_order_relaxed))
		;
}

void stat_waited(const struct lock_class *lock_class, uint64_t ticks)
{
	struct lock_stat *stat = &lock_class->state->stat;

	widen(&stat->wait_min, &stat->wait_max, &stat->wait_total, ticks);
}

void stat_released(const struct lock_class *lock_class, uint64_t ticks)
{
	struct lock_stat *stat = &lock_class->state->stat;

	widen(&stat->hold_min, &stat->hold_max, &stat->hold_total, ticks);
}

static void clear(const struct lock_class *lock_class, void *unused)
{
	struct lock_stat *stat = &lock_class->state->stat;
	_Atomic uint64_t *const counters[] = {
		&stat->contentions, &stat->acquisitions, &stat->con_bounces,
		&stat->acq_bounces, &stat->wait_min,	 &stat->wait_max,
		&stat->wait_total,  &stat->hold_min,	 &stat->hold_max,
		&stat->hold_total,
	};

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		atomic_store_explicit(counters[i], 0, memory_order_relaxed);
}

void lockdep_clear_stat(void)
{
	lockdep_visit(clear, NULL);
}
