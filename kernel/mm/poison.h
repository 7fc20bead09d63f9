/*
 * poison.h: the debug build's watch over objects of slabs and pages.
 *
 * An object is followed by a red zone and a tail that says who allocated and who freed
 * it. Free memory is filled with a pattern that is looked at when it is used again. In
 * the release build there is no tail and all of this is empty.
 */
#ifndef KERNEL_MM_POISON_H
#define KERNEL_MM_POISON_H

#include "kernel/mm/slab.h"
#include "kernel/sanitize/kasan.h"

enum {
	POISON_FREE = 0x6b,  /* fills free objects and pages */
	POISON_FRESH = 0xa5, /* fills new objects */
	POISON_RED = 0xbb,   /* behind an object */
};

#if CONFIG_DEBUG

/* The words at the end of an object's stride. */
struct poison_tail {
	uint64_t red;	    /* at least these 8 bytes of red zone */
	void *next;	    /* in the slab's list of free objects */
	uint32_t requested; /* bytes */
	uint32_t state;
	uint32_t allocated_by, freed_by; /* low halves of code addresses */
	struct kasan_track allocated, freed;
};
enum { POISON_TAIL = sizeof(struct poison_tail) };

static inline struct poison_tail *poison_tail(const struct kmem_cache *cache,
					      const void *object)
{
	return (struct poison_tail *)((char *)object + ALIGN_UP(cache->size, 8u));
}

/* Where a free object keeps the pointer to the next. */
static inline void **poison_link(const struct kmem_cache *cache, void *object)
{
	return &poison_tail(cache, object)->next;
}

static inline size_t poison_requested(const struct kmem_cache *cache, const void *object)
{
	return poison_tail(cache, object)->requested;
}

/* What lies at an address, for reports. */
struct poison_object {
	const char *cache;
	uint64_t start;
	size_t requested;
	bool used;
	struct kasan_track allocated, freed;
};
/* False: no slab's object does. Looks without locks. */
bool poison_describe(const void *address, struct poison_object *object);

/*
 * An object of a new slab; one that goes to, one that comes back from its user. False:
 * it must not be freed, and that was reported.
 */
void poison_new(const struct kmem_cache *cache, void *object);
void poison_alloc(const struct kmem_cache *cache, void *object, size_t size,
		  uint64_t site);
bool poison_free(const struct kmem_cache *cache, void *object, uint64_t site);
/* The rest of the pages of an allocation of size bytes. */
void poison_large_alloc(void *object, size_t size, size_t room);
void poison_large_free(const void *object, size_t size, size_t room, uint64_t site);
/* Pages that are about to be free. */
void poison_pages(struct page *page, unsigned order);

#else

enum { POISON_TAIL = 0 };

static inline void **poison_link(const struct kmem_cache *cache, void *object)
{
	return object;
}

static inline size_t poison_requested(const struct kmem_cache *cache, const void *object)
{
	return cache->size;
}

static inline void poison_new(const struct kmem_cache *cache, void *object)
{
}

static inline void poison_alloc(const struct kmem_cache *cache, void *object, size_t size,
				uint64_t site)
{
}

static inline bool poison_free(const struct kmem_cache *cache, void *object,
			       uint64_t site)
{
	return true;
}

static inline void poison_large_alloc(void *object, size_t size, size_t room)
{
}

static inline void poison_large_free(const void *object, size_t size, size_t room,
				     uint64_t site)
{
}

static inline void poison_pages(struct page *page, unsigned order)
{
}

#endif
#endif
