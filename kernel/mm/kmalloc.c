/*
 * kmalloc.c: memory of any size: from a row of caches up to half a page, in whole pages
 * above.
 *
 * kfree finds what it is given by the page's descriptor: a slab's owner is its cache, and
 * a block that kmalloc took has the owner `large`; its slab_objects word then holds the
 * size that was asked for.
 */
#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/hot.h"
#include "kernel/mm/internal.h"
#include "lib/string.h"

enum {
	CLASS_STEP = 16,
	CLASS_MAX = 2048,
};

static const struct {
	uint16_t size;
	const char *name;
} classes[] = {
	{ 16, "kmalloc-16" },	  { 32, "kmalloc-32" },	    { 48, "kmalloc-48" },
	{ 64, "kmalloc-64" },	  { 96, "kmalloc-96" },	    { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" },	  { 256, "kmalloc-256" },   { 384, "kmalloc-384" },
	{ 512, "kmalloc-512" },	  { 768, "kmalloc-768" },   { 1024, "kmalloc-1024" },
	{ 1536, "kmalloc-1536" }, { 2048, "kmalloc-2048" },
};

static struct kmem_cache caches[ARRAY_SIZE(classes)];
/* [I] the cache of a size, by the steps that it fills. */
static struct kmem_cache *cache_of[CLASS_MAX / CLASS_STEP + 1];

static const char large[] = "kmalloc-pages"; /* marks the owner by its address */
static _Atomic uint64_t large_bytes;

COLD void slab_init(void)
{
	unsigned step = 0;

	for (unsigned c = 0; c < ARRAY_SIZE(classes); c++) {
		kmem_cache_init(&caches[c], classes[c].name, classes[c].size, CLASS_STEP);
		for (; step * CLASS_STEP <= classes[c].size; step++)
			cache_of[step] = &caches[c];
	}
}

static NOINLINE void *alloc_large(size_t size, unsigned gfp, uint64_t site)
{
	struct page *page;
	unsigned order = 0;
	void *object;

	while (order <= PAGE_ORDER_MAX && PAGE_SIZE << order < size)
		order++;
	page = page_take(order, gfp & ~GFP_ZERO, site);
	if (!page)
		return NULL;
	page->owner = (void *)large;
	page->slab_objects = (void *)size;
	atomic_fetch_add_explicit(&large_bytes, PAGE_SIZE << order, memory_order_relaxed);
	object = page_address(page);
	poison_large_alloc(object, size, PAGE_SIZE << order);
	if (gfp & GFP_ZERO)
		memset(object, 0, size);
	return object;
}

static ALWAYS_INLINE void *alloc(size_t size, unsigned gfp, uint64_t site)
{
	void *object;

	if (fault_inject(site))
		return NULL;
	if (likely(size - 1 < CLASS_MAX))
		object = slab_alloc(cache_of[(size + CLASS_STEP - 1) / CLASS_STEP], size,
				    gfp, site);
	else
		object = size ? alloc_large(size, gfp, site) : NULL;
	trace_alloc(object, size);
	return object;
}

void *kmalloc(size_t size, unsigned gfp)
{
	return alloc(size, gfp, (uint64_t)__builtin_return_address(0));
}

void *kzalloc(size_t size, unsigned gfp)
{
	return alloc(size, gfp | GFP_ZERO, (uint64_t)__builtin_return_address(0));
}

void *kcalloc(size_t n, size_t size, unsigned gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return alloc(bytes, gfp | GFP_ZERO, (uint64_t)__builtin_return_address(0));
}

static bool is_large(const struct page *page, const void *object)
{
	return page && page->kind == PAGE_USED && page->owner == large &&
	       page_address(page) == object;
}

static NOINLINE void free_large(struct page *page, void *object, uint64_t site)
{
	if (unlikely(!is_large(page, object)))
		panic("slab: free of %p, which kmalloc did not make", object);
	poison_large_free(object, (size_t)page->slab_objects, PAGE_SIZE << page->order,
			  site);
	page->owner = NULL;
	atomic_fetch_sub_explicit(&large_bytes, PAGE_SIZE << page->order,
				  memory_order_relaxed);
	page_free(page);
}

void kfree(void *object)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	struct page *page;

	if (!object)
		return;
	trace_free(object);
	page = slab_of(object);
	if (likely(page && page->kind == PAGE_SLAB))
		slab_free(page, object, site);
	else
		free_large(page, object, site);
}

size_t kmalloc_usable(const void *object)
{
	const struct page *page = slab_of(object);

	if (page && page->kind == PAGE_SLAB)
		return poison_requested(page->owner, object);
	if (!is_large(page, object))
		return 0;
	return POISON_TAIL ? (size_t)page->slab_objects : PAGE_SIZE << page->order;
}

static COLD void add_used(const struct kmem_cache *cache, void *context)
{
	*(uint64_t *)context += cache->used * cache->size;
}

COLD uint64_t slab_used(void)
{
	uint64_t bytes = atomic_load_explicit(&large_bytes, memory_order_relaxed);

	slab_visit(add_used, &bytes);
	return bytes;
}
