/*
 * slab.c: caches of objects of one size.
 *
 * A slab is a block of pages cut into objects; its descriptor holds the list of those
 * that are free, chained through the objects themselves. A slab with free objects is on
 * its cache's partial list, empty ones at the end, so that full and half-full slabs are
 * used first and the empty ones can go. A cache keeps one empty slab for the next burst.
 */
#include "kernel/mm/slab.h"

#include "kernel/debug/panic.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/internal.h"
#include "kernel/mm/poison.h"
#include "lib/string.h"

enum {
	SLAB_ORDER_MAX = 3,
	SLAB_WASTE = 8, /* a slab wastes at most this part of itself */
	SLAB_EMPTY_KEPT = 1,
};

LOCK_CLASS(cache_class, "slab cache", RANK_SLAB, LOCK_IRQ);
LOCK_CLASS(registry_class, "slab caches", RANK_TABLE, 0);
static struct spinlock registry_lock = SPINLOCK_INIT(&registry_class);
static struct list registry = LIST_INIT(registry); /* [registry_lock] */

void kmem_cache_init(struct kmem_cache *cache, const char *name, size_t size,
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
	SPIN_GUARD(&registry_lock);
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

/* The first free object of a slab on the partial list. With the cache's lock. */
static void *slab_pop(struct kmem_cache *cache, struct page *slab)
{
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
	return slab_pop(cache, slab);
}

void *slab_alloc(struct kmem_cache *cache, size_t size, unsigned gfp, uint64_t site)
{
	uint64_t flags = spin_lock_irq(&cache->lock);
	void *object = NULL;

	if (likely(!list_is_empty(&cache->partial)))
		object = slab_pop(cache,
				  list_entry(cache->partial.next, struct page, link));
	spin_unlock_irq(&cache->lock, flags);
	if (unlikely(!object))
		object = alloc_from_new(cache, gfp, site);
	if (unlikely(!object))
		return NULL;
	poison_alloc(cache, object, size, site);
	if (gfp & GFP_ZERO)
		memset(object, 0, size);
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

void slab_free(struct page *slab, void *object, uint64_t site)
{
	struct kmem_cache *cache = slab->owner;
	bool spare = false;
	uint64_t flags;

	if (CONFIG_DEBUG && ((char *)object - (char *)page_address(slab)) % cache->stride)
		panic("slab: %s: free of %p, which is no object", cache->name, object);
	poison_free(cache, object, site);
	flags = spin_lock_irq(&cache->lock);
	if (unlikely(object == slab->slab_objects || slab->slab_free >= cache->per_slab))
		panic("slab: %s: object %p freed a second time", cache->name, object);
	*poison_link(cache, object) = slab->slab_objects;
	slab->slab_objects = object;
	if (slab->slab_free == 0)
		list_add_head(&cache->partial, &slab->link);
	slab->slab_free++;
	cache->used--;
	if (unlikely(slab->slab_free == cache->per_slab))
		spare = slab_is_spare(cache, slab);
	spin_unlock_irq(&cache->lock, flags);
	if (unlikely(spare))
		slab_release(slab);
}

void *kmem_alloc(struct kmem_cache *cache, unsigned gfp)
{
	if (fault_inject())
		return NULL;
	return slab_alloc(cache, cache->size, gfp, (uint64_t)__builtin_return_address(0));
}

void kmem_free(struct kmem_cache *cache, void *object)
{
	struct page *slab = slab_of(object);

	if (unlikely(!slab || slab->kind != PAGE_SLAB || slab->owner != cache))
		panic("slab: %s: free of %p, which is not its own", cache->name, object);
	slab_free(slab, object, (uint64_t)__builtin_return_address(0));
}

/* Takes the empty slabs off a cache. */
static void cache_shrink(struct kmem_cache *cache)
{
	struct page *slab, *next;
	struct list empties = LIST_INIT(empties);
	uint64_t flags = spin_lock_irq(&cache->lock);

	while (cache->empty > 0) {
		slab = list_last(&cache->partial, struct page, link);
		list_remove(&slab->link);
		list_add_tail(&empties, &slab->link);
		cache->empty--;
		cache->slabs--;
	}
	spin_unlock_irq(&cache->lock, flags);
	list_for_each_safe (slab, next, &empties, link)
		slab_release(slab);
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (cache->used)
		panic("slab: %s: %llu objects are in use at its end", cache->name,
		      (unsigned long long)cache->used);
	cache_shrink(cache);
	SPIN_GUARD(&registry_lock);
	list_remove(&cache->registry);
}

void slab_shrink(void)
{
	struct kmem_cache *cache;

	SPIN_GUARD(&registry_lock);
	list_for_each (cache, &registry, registry)
		cache_shrink(cache);
}

/* Copies the n-th cache; false: there are fewer. */
static bool cache_copy(unsigned n, struct kmem_cache *copy)
{
	struct kmem_cache *cache;

	SPIN_GUARD(&registry_lock);
	list_for_each (cache, &registry, registry) {
		if (n == 0) {
			SPIN_IRQ_GUARD(&cache->lock);
			*copy = *cache;
			return true;
		}
		n--;
	}
	return false;
}

void slab_visit(void (*visit)(const struct kmem_cache *cache, void *context),
		void *context)
{
	struct kmem_cache copy;

	for (unsigned n = 0; cache_copy(n, &copy); n++)
		visit(&copy, context);
}
