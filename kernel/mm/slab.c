/*
 * slab.c: caches of objects of one size.
 *
 * A slab is a block of pages cut into objects; its descriptor holds the list of those
 * that are free, chained through the objects themselves. A slab with free objects is on
 * its cache's partial list, empty ones at the end, so that full and half-full slabs are
 * used first and the empty ones can go. A cache keeps one empty slab for the next burst.
 *
 * Before that each CPU keeps a few free objects of each cache for itself (hot.h). For
 * the slabs these are in use.
 */
#include "kernel/mm/slab.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/hot.h"
#include "kernel/mm/internal.h"
#include "kernel/mm/poison.h"
#include "kernel/mm/shrinker.h"
#include "lib/string.h"

enum {
	SLAB_ORDER_MAX = 3,
	SLAB_WASTE = 8, /* a slab wastes at most this part of itself */
	SLAB_EMPTY_KEPT = 1,
	HOT_LEAST = 4, /* objects that a CPU keeps, and at most */
	HOT_MOST = 32,
	HOT_BYTES = 4096,
	HOT_CACHES = PAGE_SIZE / sizeof(struct hot),
};

LOCK_CLASS(cache_class, "slab cache", RANK_SLAB, LOCK_IRQ);
LOCK_CLASS(registry_class, "slab caches", RANK_TABLE, 0);
static struct spinlock registry_lock = SPINLOCK_INIT(&registry_class);
/* [registry_lock] */
static struct list registry = LIST_INIT(registry);
static uint64_t hot_numbers[HOT_CACHES / 64] = { 1 };

_Atomic(struct hot *) slab_hot[CPU_MAX];

/* With the registry's lock: a number that no cache has, 0: they are all in use. */
static COLD unsigned hot_number_take(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(hot_numbers); i++) {
		unsigned bit;

		if (hot_numbers[i] == UINT64_MAX)
			continue;
		bit = __builtin_ctzll(~hot_numbers[i]);
		hot_numbers[i] |= 1ull << bit;
		return i * 64 + bit;
	}
	return 0;
}

static COLD void hot_number_give(unsigned number)
{
	if (number > 0)
		hot_numbers[number / 64] &= ~(1ull << number % 64);
}

/* A CPU asks for the first time. Without memory it does without. */
static COLD void hot_setup(unsigned cpu)
{
	struct page *page = page_take(0, GFP_KERNEL | GFP_ZERO, (uint64_t)hot_setup);
	struct hot *none = NULL, *table;

	if (!page)
		return;
	table = page_address(page);
	atomic_store(&table[0].busy, 1);
	if (!atomic_compare_exchange_strong(&slab_hot[cpu], &none, table))
		page_free(page);
}

COLD void kmem_cache_init(struct kmem_cache *cache, const char *name, size_t size,
			  size_t align)
{
	size_t bytes, least = MAX(align, sizeof(void *));

	*cache = (struct kmem_cache){ .name = name, .size = size, .align = least };
	ASSERT(size > 0 && size <= (PAGE_SIZE << SLAB_ORDER_MAX) / 2);
	ASSERT((least & (least - 1)) == 0 && least <= PAGE_SIZE);
	cache->stride = ALIGN_UP(ALIGN_UP(size, 8) + POISON_TAIL, least);
	for (;; cache->order++) {
		bytes = PAGE_SIZE << cache->order;
		if (cache->order == SLAB_ORDER_MAX ||
		    bytes % cache->stride * SLAB_WASTE <= bytes)
			break;
	}
	cache->per_slab = bytes / cache->stride;
	spin_init(&cache->lock, &cache_class);
	list_init(&cache->partial);
	cache->hot_max = MIN(MAX(HOT_BYTES / cache->stride, HOT_LEAST), HOT_MOST);
	SPIN_GUARD(&registry_lock);
	cache->hot = hot_number_take();
	list_add_tail(&registry, &cache->registry);
}

/* Cuts a new slab's block into free objects, in the order of their addresses. */
static void slab_format(struct kmem_cache *cache, struct page *slab)
{
	char *object = page_address(slab);
	void **link = &slab->slab_objects;

	for (unsigned i = 0; i < cache->per_slab; i++, object += cache->stride) {
		poison_new(cache, object);
		*link = object;
		link = poison_link(cache, object);
	}
	*link = NULL;
	slab->owner = cache;
	slab->slab_free = cache->per_slab;
	slab->kind = PAGE_SLAB;
}

static void slab_release(struct page *slab)
{
	slab->kind = PAGE_USED;
	page_free(slab);
}

/* A free object of the first slab on the partial list, which has one. With the lock. */
static void *slab_pop(struct kmem_cache *cache)
{
	struct page *slab = list_entry(cache->partial.next, struct page, link);
	void *object = slab->slab_objects;

	slab->slab_objects = *poison_link(cache, object);
	if (slab->slab_free == cache->per_slab)
		cache->empty--;
	slab->slab_free--;
	if (slab->slab_free == 0)
		list_remove(&slab->link);
	cache->used++;
	return object;
}

/* The cache has no free object: with a new slab. The lock is free meanwhile. */
static NOINLINE void *alloc_from_new(struct kmem_cache *cache, unsigned gfp,
				     uint64_t site)
{
	struct page *slab = page_take(cache->order, gfp & ~GFP_ZERO, site);

	if (!slab)
		return NULL;
	slab_format(cache, slab);
	SPIN_IRQ_GUARD(&cache->lock);
	list_add_head(&cache->partial, &slab->link);
	cache->slabs++;
	cache->empty++;
	return slab_pop(cache);
}

/* Half of what this CPU keeps at most, from slabs that are there. With the lock. */
static void hot_objects_fill(struct kmem_cache *cache)
{
	struct hot *hot = hot_of(cache);

	if (!hot || !hot_enter(hot))
		return;
	while (hot->count < cache->hot_max / 2 && !list_is_empty(&cache->partial)) {
		void *object = slab_pop(cache);

		*poison_link(cache, object) = hot->first;
		hot->first = object;
		hot->count++;
	}
	hot_leave(hot);
}

void slab_clear(void *object, size_t size)
{
	memset(object, 0, size);
}

void *slab_alloc_slowly(struct kmem_cache *cache, size_t size, unsigned gfp,
			uint64_t site)
{
	unsigned cpu = cpu_this()->id;
	void *object = NULL;
	uint64_t flags;

	if (unlikely(!slab_hot[cpu]))
		hot_setup(cpu);
	flags = spin_lock_irq(&cache->lock);
	if (likely(!list_is_empty(&cache->partial))) {
		object = slab_pop(cache);
		hot_objects_fill(cache);
	}
	spin_unlock_irq(&cache->lock, flags);
	if (!object)
		object = alloc_from_new(cache, gfp, site);
	if (!object)
		return NULL;
	poison_alloc(cache, object, size, site);
	if (gfp & GFP_ZERO)
		slab_clear(object, size);
	return object;
}

/* An object came back to a slab that has no other in use. With the cache's lock. */
static bool slab_is_spare(struct kmem_cache *cache, struct page *slab)
{
	list_remove(&slab->link);
	if (cache->empty >= SLAB_EMPTY_KEPT) {
		cache->slabs--;
		return true;
	}
	cache->empty++;
	list_add_tail(&cache->partial, &slab->link);
	return false;
}

static NORETURN COLD void freed_twice(const struct kmem_cache *cache, const void *object)
{
	panic("slab: %s: object %p freed a second time", cache->name, object);
}

/* Whether the last object that this CPU keeps is this one. */
static bool is_hot(const struct kmem_cache *cache, const void *object)
{
	struct hot *table = slab_hot[cpu_this()->id];

	return table && table[cache->hot].first == object;
}

/* An object back to its slab, which joins spares when nobody needs it. With the lock;
 * false: it is there already. */
static bool slab_push(struct kmem_cache *cache, struct page *slab, void *object,
		      struct list *spares)
{
	if (unlikely(object == slab->slab_objects || slab->slab_free >= cache->per_slab))
		return false;
	*poison_link(cache, object) = slab->slab_objects;
	slab->slab_objects = object;
	if (slab->slab_free == 0)
		list_add_head(&cache->partial, &slab->link);
	slab->slab_free++;
	cache->used--;
	if (unlikely(slab->slab_free == cache->per_slab) && slab_is_spare(cache, slab))
		list_add_head(spares, &slab->link);
	return true;
}

/* A chain of free objects back to their slabs. */
static void slab_push_chain(struct kmem_cache *cache, void *object)
{
	struct list spares = LIST_INIT(spares);
	struct page *slab, *next_slab;
	uint64_t flags = spin_lock_irq(&cache->lock);

	while (object) {
		void *next = *poison_link(cache, object);

		if (unlikely(!slab_push(cache, slab_of(object), object, &spares))) {
			spin_unlock_irq(&cache->lock, flags);
			freed_twice(cache, object);
		}
		object = next;
	}
	spin_unlock_irq(&cache->lock, flags);
	list_for_each_safe (slab, next_slab, &spares, link)
		slab_release(slab);
}

/* What this CPU keeps of a cache beyond half, if that is full: a chain, or NULL. */
static void *hot_objects_split(const struct kmem_cache *cache)
{
	struct hot *hot = hot_of(cache);
	void **link, *rest;

	if (!hot || !hot_enter(hot))
		return NULL;
	link = &hot->first;
	if (hot->count >= cache->hot_max) {
		hot->count = cache->hot_max / 2;
		for (unsigned i = 0; i < cache->hot_max / 2u; i++)
			link = poison_link(cache, *link);
		rest = *link;
		*link = NULL;
	} else {
		rest = NULL;
	}
	hot_leave(hot);
	return rest;
}

void slab_free_slowly(struct page *slab, void *object)
{
	struct kmem_cache *cache = slab->owner;

	if (unlikely(is_hot(cache, object)))
		freed_twice(cache, object);
	*poison_link(cache, object) = hot_objects_split(cache);
	slab_push_chain(cache, object);
}

void *kmem_alloc(struct kmem_cache *cache, unsigned gfp)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	void *object =
		fault_inject(site) ? NULL : slab_alloc(cache, cache->size, gfp, site);

	trace_alloc(object, cache->size);
	return object;
}

void kmem_free(struct kmem_cache *cache, void *object)
{
	struct page *slab = slab_of(object);

	if (unlikely(!slab || slab->kind != PAGE_SLAB || slab->owner != cache))
		panic("slab: %s: free of %p, which is not its own", cache->name, object);
	trace_free(object);
	slab_free(slab, object, (uint64_t)__builtin_return_address(0));
}

/* What CPUs keep of a cache goes back to its slabs. */
static COLD void hot_objects_release(struct kmem_cache *cache)
{
	for (unsigned i = 0; i < CPU_MAX && cache->hot > 0; i++) {
		struct hot *table = slab_hot[i];
		void *chain = table ? hot_empty(&table[cache->hot]) : NULL;

		if (chain)
			slab_push_chain(cache, chain);
	}
}

/* Pages that came back. */
static COLD uint64_t cache_shrink(struct kmem_cache *cache)
{
	struct page *slab, *next;
	struct list empties = LIST_INIT(empties);
	uint64_t flags, before = cache->slabs;

	hot_objects_release(cache);
	flags = spin_lock_irq(&cache->lock);
	while (cache->empty > 0) {
		slab = list_last(&cache->partial, struct page, link);
		list_remove(&slab->link);
		list_add_tail(&empties, &slab->link);
		cache->empty--;
		cache->slabs--;
	}
	before -= MIN(before, cache->slabs);
	spin_unlock_irq(&cache->lock, flags);
	list_for_each_safe (slab, next, &empties, link)
		slab_release(slab);
	return before << cache->order;
}

/* An object that waited after its free (kasan.h) is really freed. */
static COLD void free_delayed(void *object)
{
	struct page *slab = slab_of(object);

	if (!hot_object_keep(slab->owner, object))
		slab_free_slowly(slab, object);
}

void slab_free_later(void *object, size_t size)
{
	uint64_t flags = kasan_delay_begin();

	object = kasan_delay(object, size);
	if (object)
		free_delayed(object);
	kasan_delay_end(flags);
}

/* All that waits is really freed, also what others are about to free. */
static COLD void undelay(void)
{
	void *object;

	do {
		uint64_t flags = kasan_delay_begin();

		object = kasan_undelay();
		if (object)
			free_delayed(object);
		kasan_delay_end(flags);
	} while (object);
}

struct delayed {
	const struct kmem_cache *cache;
	uint64_t count;
};

static COLD void count_delayed(void *object, void *context)
{
	struct delayed *delayed = context;

	delayed->count += slab_of(object)->owner == delayed->cache;
}

COLD uint64_t kmem_cache_used(const struct kmem_cache *cache)
{
	struct delayed delayed = { cache, 0 };
	uint64_t flags = kasan_delay_begin(), used = cache->used, kept;

	kasan_visit_delayed(count_delayed, &delayed);
	kept = delayed.count;
	for (unsigned i = 0; i < CPU_MAX && cache->hot > 0; i++)
		if (slab_hot[i])
			kept += hot_count(&slab_hot[i][cache->hot]);
	kasan_delay_end(flags);
	return used - MIN(used, kept); /* one that moves may have been counted twice */
}

/* Under the registry's lock, so that no slab_shrink is at work on the cache meanwhile. */
COLD void kmem_cache_destroy(struct kmem_cache *cache)
{
	undelay();
	SPIN_GUARD(&registry_lock);
	(void)cache_shrink(cache);
	if (cache->slabs)
		panic("slab: %s: %llu objects are in use at its end", cache->name,
		      (unsigned long long)cache->used);
	list_remove(&cache->registry);
	hot_number_give(cache->hot);
}

COLD uint64_t slab_shrink(void)
{
	struct kmem_cache *cache;
	uint64_t pages = 0;

	undelay();
	SPIN_GUARD(&registry_lock);
	list_for_each (cache, &registry, registry)
		pages += cache_shrink(cache);
	return pages;
}

/* What CPUs keep may empty slabs: each object counts as if it did its part. */
static COLD uint64_t count_spare(void)
{
	struct kmem_cache *cache;
	uint64_t bytes = 0;

	SPIN_GUARD(&registry_lock);
	list_for_each (cache, &registry, registry) {
		bytes += (uint64_t)cache->empty << (cache->order + PAGE_SHIFT);
		bytes += (cache->used - kmem_cache_used(cache)) * cache->stride;
	}
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

static COLD uint64_t shrink_all(uint64_t pages)
{
	return slab_shrink();
}
SHRINKER(slab_shrinker, "slab", count_spare, shrink_all);

/* Copies the n-th cache; false: there are fewer. */
static COLD bool cache_copy(unsigned n, struct kmem_cache *copy)
{
	struct kmem_cache *cache;

	SPIN_GUARD(&registry_lock);
	list_for_each (cache, &registry, registry) {
		if (n == 0) {
			SPIN_IRQ_GUARD(&cache->lock);
			*copy = *cache;
			copy->used = kmem_cache_used(cache);
			return true;
		}
		n--;
	}
	return false;
}

COLD void slab_visit(void (*visit)(const struct kmem_cache *cache, void *context),
		     void *context)
{
	struct kmem_cache copy;

	for (unsigned n = 0; cache_copy(n, &copy); n++)
		visit(&copy, context);
}
