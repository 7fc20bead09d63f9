/*
 * refcount.c: reference counts that cannot be driven to a use after free: a count that
 * grows past REFCOUNT_MAX stays there for good (the object leaks), and one that is dead
 * or negative is a bug, which panics.
 *
 * Only the last put orders memory: what others did to the object before their puts is
 * seen by the one who destroys it.
 */
#include "kernel/sync/refcount.h"

#include "kernel/debug/panic.h"

enum {
	/* Far from both ends, so that many CPUs in the same window cannot pass it. */
	REFCOUNT_MAX = INT32_MAX / 2,
};

void refcount_init(struct refcount *ref, int32_t count)
{
	atomic_init(&ref->count, count);
}

void refcount_get(struct refcount *ref)
{
	int32_t old = atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);

	if (unlikely(old <= 0))
		panic("refcount: got a reference to an object that has %d", old);
	if (unlikely(old >= REFCOUNT_MAX))
		atomic_store_explicit(&ref->count, REFCOUNT_MAX, memory_order_relaxed);
}

bool refcount_try_get(struct refcount *ref)
{
	int32_t old = atomic_load_explicit(&ref->count, memory_order_relaxed);

	do {
		if (old <= 0)
			return false;
		if (old >= REFCOUNT_MAX)
			return true;
	} while (!atomic_compare_exchange_weak_explicit(
		&ref->count, &old, old + 1, memory_order_acquire, memory_order_relaxed));
	return true;
}

bool refcount_put(struct refcount *ref)
{
	int32_t old = atomic_load_explicit(&ref->count, memory_order_relaxed);

	do {
		if (unlikely(old <= 0))
			panic("refcount: put a reference to an object that has %d", old);
		if (unlikely(old >= REFCOUNT_MAX))
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		&ref->count, &old, old - 1, memory_order_acq_rel, memory_order_relaxed));
	return old == 1;
}

int32_t refcount_read(const struct refcount *ref)
{
	return atomic_load_explicit(&ref->count, memory_order_relaxed);
}
