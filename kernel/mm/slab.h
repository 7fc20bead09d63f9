/*
 * slab.h: objects of one size from slabs of pages, and kmalloc over a row of sizes.
 *
 * Any context with GFP_ATOMIC; GFP_KERNEL where sleeping is allowed. In the debug build
 * objects are poisoned, have red zones and remember who allocated them; a write outside
 * an object, after its free, or a second free panics with the call sites.
 */
#ifndef KERNEL_MM_SLAB_H
#define KERNEL_MM_SLAB_H

#include "kernel/mm/page.h"
#include "kernel/sync/spinlock.h"

struct kmem_cache {
	const char *name;
	uint32_t size;	 /* bytes of an object as its user sees it */
	uint32_t stride; /* bytes from one object to the next */
	uint32_t align;
	uint32_t order, per_slab; /* a slab's pages (2^order), its objects */
	uint16_t hot, hot_max;	  /* its place among each CPU's own; how many they keep */
	struct list registry;	  /* all caches */
	struct spinlock lock;
	struct list partial;  /* [lock] slabs with free objects; full ones are on none */
	uint32_t empty;	      /* [lock] slabs with all objects free, at partial's end */
	uint64_t used, slabs; /* [lock] used: also what CPUs keep for themselves */
};

/* Before any allocation; sets up kmalloc. */
void slab_init(void);

/* A cache in the caller's storage; size > 0, align 0 or a power of two up to a page. */
void kmem_cache_init(struct kmem_cache *cache, const char *name, size_t size,
		     size_t align);
/* Everything was freed before; gives the pages back. */
void kmem_cache_destroy(struct kmem_cache *cache);
MUST_CHECK void *kmem_alloc(struct kmem_cache *cache, unsigned gfp);
void kmem_free(struct kmem_cache *cache, void *object);
/* Objects that their users hold. */
uint64_t kmem_cache_used(const struct kmem_cache *cache);

/* 16-byte aligned; larger than a slab's object comes in whole pages. NULL: none, or 0. */
MUST_CHECK void *kmalloc(size_t size, unsigned gfp);
MUST_CHECK void *kzalloc(size_t size, unsigned gfp);
/* n * size cleared bytes; NULL also when that overflows. */
MUST_CHECK void *kcalloc(size_t n, size_t size, unsigned gfp);
void kfree(void *object); /* NULL is allowed */
/* The bytes that really belong to an object; the debug build gives no more than asked. */
size_t kmalloc_usable(const void *object);

/*
 * Calls visit with a copy of each cache and no lock held, for /proc and the monitor; its
 * `used` is what users hold.
 */
void slab_visit(void (*visit)(const struct kmem_cache *cache, void *context),
		void *context);

/* Bytes in use by objects, also those that have whole pages. */
uint64_t slab_used(void);
/*
 * Gives back what caches and CPUs keep for later, so that two counts compare. Returns
 * how many pages that were.
 */
uint64_t slab_shrink(void);

/* Who holds memory: the objects, or blocks of pages, that one place allocated. */
struct slab_site {
	const char *cache; /* "pages" for blocks of pages */
	uint64_t site;	   /* the code's address: symbol_find */
	uint64_t objects, bytes;
};

/*
 * Fills up to max entries, the most bytes last, and returns how many; sites beyond are
 * left out. The debug build only, 0 otherwise. Looks without locks: a report, no proof.
 */
#if CONFIG_DEBUG
size_t slab_live_sites(struct slab_site *sites, size_t max);
#else
static inline size_t slab_live_sites(struct slab_site *sites, size_t max)
{
	return 0;
}
#endif

#endif
