/*
 * hot.h: a few free pages, and a few free objects of each cache, that a CPU keeps for
 * itself, to give them out again before they are cold and without a lock.
 *
 * Whoever works on a struct hot marks it busy, by an atomic exchange. Who finds it busy
 * goes on without it, so nobody ever waits here: neither an interrupt that came in
 * between, nor a task that runs while the one that works on it is preempted, nor another
 * CPU: a task that moves between finding its CPU's and marking it just works on that of
 * the CPU where it was. What one keeps is bounded; empty, it is filled by half with one
 * hold of the shared lock, and full, half of it goes back with one. When memory is short
 * all of it goes back, from all CPUs.
 */
#ifndef KERNEL_MM_HOT_H
#define KERNEL_MM_HOT_H

#include "kernel/mm/internal.h"
#include "kernel/mm/poison.h"
#include "kernel/x86/cpu.h"

struct hot {
	void *first; /* [busy] each keeps the pointer to the next */
	uint32_t count;
	_Atomic uint32_t busy;
};

static ALWAYS_INLINE bool hot_enter(struct hot *hot)
{
	return likely(!atomic_exchange_explicit(&hot->busy, 1, memory_order_acquire));
}

static ALWAYS_INLINE void hot_leave(struct hot *hot)
{
	atomic_store_explicit(&hot->busy, 0, memory_order_release);
}

/* For counting: right while nobody works on it. */
static inline uint32_t hot_count(const struct hot *hot)
{
	return __atomic_load_n(&hot->count, __ATOMIC_RELAXED);
}

/* Takes everything out, whosever it is; nothing, when it is busy. */
static inline void *hot_empty(struct hot *hot)
{
	void *first;

	if (!hot_enter(hot))
		return NULL;
	first = hot->first;
	hot->first = NULL;
	hot->count = 0;
	hot_leave(hot);
	return first;
}

/*
 * A page holds a CPU's objects of all caches, by the caches' numbers; NULL until the CPU
 * asks for the first time. Number 0 is always busy: for caches that got no number.
 */
extern _Atomic(struct hot *) slab_hot[CPU_MAX];

/* This CPU's, or that of one where the caller just ran: any will do. */
static ALWAYS_INLINE struct hot *hot_of(const struct kmem_cache *cache)
{
	struct hot *table =
		atomic_load_explicit(&slab_hot[cpu_this()->id], memory_order_relaxed);

	return likely(table) ? table + cache->hot : NULL;
}

/* An object, or NULL: slab_alloc_slowly has one. */
static ALWAYS_INLINE void *hot_object_take(const struct kmem_cache *cache)
{
	struct hot *hot = hot_of(cache);
	void *object;

	if (unlikely(!hot) || !hot_enter(hot))
		return NULL;
	object = hot->first;
	if (likely(object)) {
		hot->first = *poison_link(cache, object);
		hot->count--;
	}
	hot_leave(hot);
	return object;
}

/* False: it does not take it (there is no room, or it has it already). */
static ALWAYS_INLINE bool hot_object_keep(const struct kmem_cache *cache, void *object)
{
	struct hot *hot = hot_of(cache);

	if (unlikely(!hot) || !hot_enter(hot))
		return false;
	if (unlikely(hot->count >= cache->hot_max || hot->first == object)) {
		hot_leave(hot);
		return false;
	}
	*poison_link(cache, object) = hot->first;
	hot->first = object;
	hot->count++;
	hot_leave(hot);
	return true;
}

/* For a call at `site`, of a size up to the cache's. They ask no fault injection. */
MUST_CHECK void *slab_alloc_slowly(struct kmem_cache *cache, size_t size, unsigned gfp,
				   uint64_t site);
void slab_free_slowly(struct page *slab, void *object);
/* With KASAN: waits its turn (kasan.h), and another that had its turn is freed. */
void slab_free_later(void *object, size_t size);
void slab_clear(void *object, size_t size);

static ALWAYS_INLINE void *slab_alloc(struct kmem_cache *cache, size_t size, unsigned gfp,
				      uint64_t site)
{
	void *object = hot_object_take(cache);

	if (unlikely(!object))
		return slab_alloc_slowly(cache, size, gfp, site);
	poison_alloc(cache, object, size, site);
	if (gfp & GFP_ZERO)
		slab_clear(object, size);
	return object;
}

static ALWAYS_INLINE void slab_free(struct page *slab, void *object, uint64_t site)
{
	const struct kmem_cache *cache = slab->owner;

	if (!poison_free(cache, object, site))
		return;
	if (CONFIG_KASAN) {
		slab_free_later(object, cache->size);
		return;
	}
	if (unlikely(!hot_object_keep(cache, object)))
		slab_free_slowly(slab, object);
}

#endif
