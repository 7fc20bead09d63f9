/*
 * vmalloc.c: areas of virtual space, in a tree by address.
 *
 * Each page of the space belongs to one area or to none; between two areas at least one
 * page stays unmapped, as does the first of the space. A new area takes the lowest gap
 * that holds it, so that page tables are used again. The pages of an area hang on its
 * list; of a device's area there are none. Stacks come and go often: a few areas of a
 * stack's size are kept mapped for the next to ask.
 *
 * Other CPUs may know the translations of an area that is gone. So its addresses and its
 * pages stay taken until all CPUs have forgotten those, which one round of interrupts
 * does for many areas: they are gathered as lazy until they are worth it.
 */
#include "kernel/mm/vmalloc.h"

#include "kernel/debug/panic.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/internal.h"
#include "kernel/mm/shrinker.h"
#include "kernel/mm/slab.h"
#include "kernel/sanitize/kasan.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/smp.h"
#include "lib/errno.h"
#include "lib/rbtree.h"
#include "lib/string.h"

enum {
	KEPT_PAGES = 4, /* the size of a task's stack */
	KEPT_MAX = 8,
	LEAST_GAP = 2 * PAGE_SIZE, /* that holds an area and its guard page */
	UNMAP_BATCH = 64,	   /* pages unmapped with one hold of the lock */
	LAZY_PAGES = 64,	   /* that are gathered */
};

struct area {
	struct rb_node node; /* [area_lock] */
	uint64_t base;	     /* [I] */
	size_t pages;	     /* [I] */
	struct list frames;  /* [I] struct page, linked by link */
	struct area *next;   /* [area_lock] among the kept, or the lazy */
	bool gone;	     /* [area_lock] it is unmapped */
};

LOCK_CLASS(area_class, "virtual areas", RANK_AREA, 0);
static struct spinlock area_lock = SPINLOCK_INIT(&area_class);
/* [area_lock], which also serialises changes to the page tables behind the areas */
static struct rb_tree areas = RB_TREE_INIT;
static uint64_t gap_hint = VIRTUAL_BASE; /* below it there is no gap */
static struct area *kept;
static unsigned kept_count;
static struct area *lazy;
static size_t lazy_pages;
static uint64_t pages_used;

static struct kmem_cache area_cache;

void vmalloc_init(void)
{
	kmem_cache_init(&area_cache, "area", sizeof(struct area), 0);
}

static uint64_t area_end(const struct area *area)
{
	return area->base + area->pages * PAGE_SIZE;
}

static struct area *area_of_node(struct rb_node *node)
{
	return node ? rb_entry(node, struct area, node) : NULL;
}

/* The first area that ends above an address, NULL: none. */
static struct area *area_above(uint64_t address)
{
	struct rb_node *node = areas.root;
	struct area *found = NULL;

	while (node) {
		struct area *area = area_of_node(node);

		if (area_end(area) > address) {
			found = area;
			node = node->child[0];
		} else {
			node = node->child[1];
		}
	}
	return found;
}

static bool area_before(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct area, node)->base <
	       rb_entry(b, struct area, node)->base;
}

/* Finds room and enters the area. The guard page before it counts, the one behind is
 * the next area's. */
static bool area_place(struct area *area)
{
	uint64_t need = (area->pages + 1) * PAGE_SIZE, at = gap_hint;
	struct area *next = area_above(at);
	bool lowest = true;

	for (; next; next = area_of_node(rb_next(&next->node))) {
		uint64_t limit = next->base - PAGE_SIZE;

		if (limit >= at && limit - at >= need)
			break;
		lowest = lowest && limit < at + LEAST_GAP;
		at = area_end(next);
	}
	if (VIRTUAL_BASE + VIRTUAL_SIZE - PAGE_SIZE - at < need)
		return false;
	area->base = at + PAGE_SIZE;
	rb_insert(&areas, &area->node, area_before);
	if (lowest)
		gap_hint = area_end(area);
	return true;
}

/* The address sanitizer's, which stays when the area goes. */
static uint64_t take_shadow_page(void)
{
	struct page *page = page_take(0, GFP_ATOMIC, (uint64_t)take_shadow_page);

	return page ? page_to_phys(page) : 0;
}

static struct area *area_new(size_t size, unsigned gfp)
{
	size_t pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
	struct area *area;
	bool placed;

	if (pages == 0 || pages >= VIRTUAL_SIZE / PAGE_SIZE / 2)
		return NULL;
	area = kmem_alloc(&area_cache, gfp & ~GFP_ZERO);
	if (!area)
		return NULL;
	rb_node_init(&area->node);
	list_init(&area->frames);
	area->pages = pages;
	area->gone = false;
	spin_lock(&area_lock);
	placed = area_place(area);
	if (placed && kasan_area_new(area->base, pages * PAGE_SIZE, take_shadow_page)) {
		rb_erase(&areas, &area->node);
		gap_hint = MIN(gap_hint, area->base - PAGE_SIZE);
		placed = false;
	}
	spin_unlock(&area_lock);
	if (placed)
		return area;
	kmem_free(&area_cache, area);
	return NULL;
}

/* Gives back the addresses and pages of an area that no CPU knows any more. */
static void area_free(struct area *area)
{
	struct page *page, *next;

	spin_lock(&area_lock);
	rb_erase(&areas, &area->node);
	gap_hint = MIN(gap_hint, area->base - PAGE_SIZE);
	spin_unlock(&area_lock);
	list_for_each_safe (page, next, &area->frames, link)
		page_free(page);
	kmem_free(&area_cache, area);
}

static void lazy_free(void)
{
	struct area *area, *next;

	spin_lock(&area_lock);
	area = lazy;
	lazy = NULL;
	lazy_pages = 0;
	spin_unlock(&area_lock);
	if (area)
		tlb_flush_all();
	for (; area; area = next) {
		next = area->next;
		area_free(area);
	}
}

/* Whether there are enough to free them. */
static bool lazy_add(struct area *area)
{
	SPIN_GUARD(&area_lock);
	area->gone = true;
	area->next = lazy;
	lazy = area;
	lazy_pages += area->pages;
	return lazy_pages >= LAZY_PAGES;
}

/* Unmaps an area and gives everything back, however far it was built. */
static void area_destroy(struct area *area)
{
	kasan_close((void *)area->base, area->pages * PAGE_SIZE, KASAN_NO_AREA);
	for (size_t i = 0; i < area->pages; i += UNMAP_BATCH) {
		SPIN_GUARD(&area_lock);
		paging_unmap(paging_kernel_root(), area->base + i * PAGE_SIZE,
			     MIN(area->pages - i, UNMAP_BATCH));
	}
	if (cpu_count == 1)
		area_free(area);
	else if (lazy_add(area))
		lazy_free();
}

static int area_map(struct area *area, size_t first, uint64_t phys, size_t pages,
		    unsigned flags)
{
	SPIN_GUARD(&area_lock);
	return paging_map(paging_kernel_root(), area->base + first * PAGE_SIZE, phys,
			  pages, flags | PAGING_WRITE | PAGING_GLOBAL);
}

static int area_fill(struct area *area, unsigned gfp, uint64_t site)
{
	for (size_t i = 0; i < area->pages; i++) {
		struct page *page = fault_inject(site) ? NULL : page_take(0, gfp, site);
		int error;

		if (!page)
			return -ENOMEM;
		list_add_tail(&area->frames, &page->link);
		error = area_map(area, i, page_to_phys(page), 1, 0);
		if (error)
			return error;
	}
	return 0;
}

static void count_used(int64_t pages)
{
	SPIN_GUARD(&area_lock);
	pages_used += pages;
}

static struct area *kept_take(void)
{
	struct area *area;

	SPIN_GUARD(&area_lock);
	area = kept;
	if (area) {
		kept = area->next;
		kept_count--;
	}
	return area;
}

static bool kept_add(struct area *area)
{
	SPIN_GUARD(&area_lock);
	if (area->pages != KEPT_PAGES || kept_count == KEPT_MAX || memory_short)
		return false;
	area->next = kept;
	kept = area;
	kept_count++;
	return true;
}

static COLD uint64_t lazy_count(void)
{
	SPIN_GUARD(&area_lock);
	return lazy_pages;
}

static COLD uint64_t shrink_kept(uint64_t pages)
{
	struct area *area = NULL;
	uint64_t back = lazy_count();

	for (; back < pages; back += KEPT_PAGES) {
		area = kept_take();
		if (!area)
			break;
		area_destroy(area);
	}
	lazy_free();
	return back;
}

static COLD uint64_t count_kept(void)
{
	SPIN_GUARD(&area_lock);
	return kept_count * KEPT_PAGES + lazy_pages;
}
SHRINKER(stack_shrinker, "stacks", count_kept, shrink_kept);

COLD uint64_t vmalloc_shrink(void)
{
	return shrink_kept(UINT64_MAX);
}

/* Whether there can be so many pages, so that a request for all does not take all. */
static bool is_plausible(size_t pages, unsigned gfp)
{
	if (likely(pages < page_count_free()))
		return true;
	return (gfp & GFP_KERNEL) && memory_reclaim(pages + 1) > 0 &&
	       pages < page_count_free();
}

void *vmalloc(size_t size, unsigned gfp)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	struct area *area = NULL;

	if (fault_inject(site) || !is_plausible(size / PAGE_SIZE, gfp))
		return NULL;
	if (ALIGN_UP(size, PAGE_SIZE) == KEPT_PAGES * PAGE_SIZE)
		area = kept_take();
	if (area) {
		kasan_open((void *)area->base, size, area->pages * PAGE_SIZE,
			   KASAN_RED_ZONE);
		if (gfp & GFP_ZERO)
			memset((void *)area->base, 0, area->pages * PAGE_SIZE);
		count_used((int64_t)area->pages);
		return (void *)area->base;
	}
	area = area_new(size, gfp);
	if (!area)
		return NULL;
	if (area_fill(area, gfp, site)) {
		area_destroy(area);
		return NULL;
	}
	count_used((int64_t)area->pages);
	kasan_open((void *)area->base, size, area->pages * PAGE_SIZE, KASAN_RED_ZONE);
	return (void *)area->base;
}

/* The area that begins at an address; panics when there is none of this kind. */
static struct area *area_at(const void *address, bool device)
{
	struct area *area;

	SPIN_GUARD(&area_lock);
	area = area_above((uint64_t)address);
	if (!area || area->base != (uint64_t)address || area->gone ||
	    list_is_empty(&area->frames) != device)
		panic("vmalloc: free of %p, where no area begins", address);
	return area;
}

void vfree(void *address)
{
	struct area *area;

	if (!address)
		return;
	area = area_at(address, false);
	count_used(-(int64_t)area->pages);
	kasan_close(address, area->pages * PAGE_SIZE, KASAN_FREE_AREA);
	if (!kept_add(area))
		area_destroy(area);
}

static void *map_device(uint64_t phys, size_t size, unsigned flags, uint64_t site)
{
	uint64_t offset = phys % PAGE_SIZE;
	struct area *area;

	if (fault_inject(site) || size == 0 || phys + size < phys)
		return NULL;
	area = area_new(offset + size, GFP_KERNEL);
	if (!area)
		return NULL;
	if (area_map(area, 0, phys - offset, area->pages, flags)) {
		area_destroy(area);
		return NULL;
	}
	kasan_open((char *)area->base + offset, size, area->pages * PAGE_SIZE - offset,
		   KASAN_RED_ZONE);
	return (char *)area->base + offset;
}

void *mmio_map(uint64_t phys, size_t size)
{
	return map_device(phys, size, PAGING_UNCACHED,
			  (uint64_t)__builtin_return_address(0));
}

void *mmio_map_wc(uint64_t phys, size_t size)
{
	return map_device(phys, size, PAGING_WRITE_COMBINE,
			  (uint64_t)__builtin_return_address(0));
}

void mmio_unmap(void *address)
{
	area_destroy(area_at((void *)ALIGN_DOWN((uint64_t)address, PAGE_SIZE), true));
}

bool vmalloc_is_guard(uint64_t address)
{
	const struct area *area;
	uint64_t page = ALIGN_DOWN(address, PAGE_SIZE);
	bool guard;

	if (address - VIRTUAL_BASE >= VIRTUAL_SIZE || !spin_try(&area_lock))
		return false;
	area = area_above(page);
	guard = area && page == area->base - PAGE_SIZE;
	if (!guard && page > VIRTUAL_BASE) {
		area = area_above(page - PAGE_SIZE);
		guard = area && page == area_end(area);
	}
	spin_unlock(&area_lock);
	return guard;
}

uint64_t vmalloc_used(void)
{
	SPIN_GUARD(&area_lock);
	return pages_used * PAGE_SIZE;
}
