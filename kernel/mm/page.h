/*
 * page.h: physical memory in blocks of 2^order pages (the buddy system).
 *
 * Every frame of RAM has a struct page. A block belongs to whoever allocated it;
 * page_get/page_put share it by count. Never sleeps; any context.
 */
#ifndef KERNEL_MM_PAGE_H
#define KERNEL_MM_PAGE_H

#include <stdatomic.h>
#include "kernel/x86/layout.h"
#include "lib/list.h"

enum { PAGE_ORDER_MAX = 10 }; /* 4 MiB */

/*
 * In which context an allocation may wait, and what it gets. The last pages, 1/128 of
 * memory (at least 8 and at most 256), are the emergency reserve: only those get them who
 * cannot wait until others give back. It makes failing rare there, not impossible:
 * nothing in the kernel must not fail, so there is no request of that kind.
 */
enum gfp {
	GFP_ATOMIC = 0,	     /* never sleeps, may use the reserve */
	GFP_KERNEL = 1 << 0, /* may sleep and reclaim */
	GFP_ZERO = 1 << 1,   /* cleared */
	GFP_DMA32 = 1 << 2,  /* below 4 GiB */
};

enum page_kind {
	PAGE_HOLE,     /* no RAM; page_from_phys gives NULL for it */
	PAGE_RESERVED, /* never was free: the image, firmware's, descriptors */
	PAGE_FREE,     /* head of a free block */
	PAGE_HOT,      /* a single free page, kept apart for the next to ask */
	PAGE_USED,     /* head of a block in use */
	PAGE_TAIL,     /* inside a block; in one that is in use, order is the block's */
	PAGE_SLAB,     /* head of a slab's block */
};

struct page {
	struct list link; /* in the free lists, or the owner's */
	uint8_t kind;
	uint8_t order;
	uint16_t slab_free; /* the slab's: objects not in use */
	_Atomic int32_t refs;
	union {
		void *owner; /* the slab's cache, or the owner's word */
		uint64_t private_;
	};
	void *slab_objects; /* the slab's first free object */
	uint32_t frame;	    /* [I] its number: physical address / PAGE_SIZE */
	uint32_t site;	    /* who allocated it: a code address's low half */
};
_Static_assert(sizeof(struct page) == 48, "1.2 % of memory is enough");

struct boot_info;

/* Takes the memory map. Everything the loader gave us that is in use stays reserved. */
void page_init(const struct boot_info *info);

/* [I] A page below 640 KiB that stays reserved, for other CPUs to begin in; 0: none. */
extern uint64_t page_low;

/* A block of 2^order pages with one reference, or NULL. */
MUST_CHECK struct page *page_alloc(unsigned order, unsigned gfp);
/* Frees a block that has one reference. */
void page_free(struct page *page);
void page_get(struct page *page);
void page_put(struct page *page); /* frees with the last reference */

/* The same by direct-map address; one cleared page for page tables. */
MUST_CHECK void *page_alloc_address(unsigned order, unsigned gfp);
void page_free_address(void *address);
uint64_t page_alloc_table(void); /* physical, cleared; 0: none. A paging_source. */

static inline uint64_t page_to_phys(const struct page *page)
{
	return (uint64_t)page->frame << PAGE_SHIFT;
}

static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

struct page *page_from_phys(uint64_t phys); /* NULL: no RAM there */
struct page *page_from_address(const void *address);

enum page_zone {
	ZONE_LOW,  /* below 4 GiB */
	ZONE_HIGH, /* above */
	ZONES,
};

/* In pages, except where the name says otherwise. total is free, reserved and in use. */
struct page_stats {
	uint64_t total, free, reserved;
	uint64_t reserve; /* of what is free, what only GFP_ATOMIC gets */
	uint64_t hot;	  /* of what is free, what CPUs keep for themselves */
	uint64_t allocations, frees, failures;		 /* since boot */
	uint64_t free_blocks[ZONES][PAGE_ORDER_MAX + 1]; /* without the hot ones */
};
void page_stats(struct page_stats *stats);

/* Calls visit for each block in use or slab, without a lock: for reports. */
void page_visit_used(void (*visit)(const struct page *page, void *context),
		     void *context);

#endif
