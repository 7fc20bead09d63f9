/*
 * page.c: the buddy allocator.
 *
 * A block of 2^order pages begins at a frame that is a multiple of 2^order; the block
 * next to it with which it makes one of the next order is its buddy. Free blocks lie in
 * a list for each order and zone (below 4 GiB, above); allocating splits the smallest
 * that will do, freeing joins buddies as far as they are free.
 *
 * Memory enters the lists in parts, when these have nothing left (page_map.c). Only the
 * head of a block is ever looked at to find out what the block is, and both splitting
 * and joining write the heads that they make.
 *
 * Up to a number, freed single pages stay with their CPU, hot, since most requests are
 * for one. They are free but in no zone; when memory runs short they join the rest.
 */
#include "kernel/mm/page.h"

#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/hot.h"
#include "kernel/mm/internal.h"
#include "kernel/mm/poison.h"
#include "kernel/mm/shrinker.h"
#include "kernel/sync/spinlock.h"
#include "lib/string.h"

enum {
	HOT_MAX = 64,
	HOT_BATCH = HOT_MAX / 2, /* pages that go to and fro with one hold of the lock */
	LOW_FRAMES = 1 << (32 - PAGE_SHIFT),
	FIRST_FRAMES = 1 << (20 - PAGE_SHIFT), /* the first MiB */
	LOW_KEPT = 4096, /* pages kept for those who need low memory, if there is high */
	RESERVE_MIN = 8,
	RESERVE_MAX = 256,  /* pages that only GFP_ATOMIC gets */
	LOW_MARK = 2,	    /* times the reserve: below, memory is short */
	HIGH_MARK = 3,	    /* above, it no longer is */
	RECLAIM_BATCH = 64, /* pages that one round of reclaim is for, and rounds */
	RECLAIM_ROUNDS = 8,
};

struct zone {
	struct list free[PAGE_ORDER_MAX + 1];
	uint64_t blocks[PAGE_ORDER_MAX + 1];
	uint32_t orders;	    /* a bit for each list that is not empty */
	uint32_t section, sections; /* the next that may enter, and their end */
	uint64_t free_pages;	    /* also in sections that have yet to enter */
};

LOCK_CLASS(page_class, "pages", RANK_PAGE, LOCK_IRQ);
static struct spinlock page_lock = SPINLOCK_INIT(&page_class);
/* [page_lock] */
static struct zone zones[ZONES];
static struct list first_blocks; /* free, but not yet in a zone */
static uint64_t free_pages;	 /* the zones' sum; also read without the lock */
static uint64_t allocations, frees, failures; /* that were not of hot pages */
/* [I] */
static uint64_t total_pages, reserved_pages, kept_free;

/* A CPU's own single pages, chained by link.next, and how often they were enough. */
struct page_hot {
	struct hot hot;
	uint64_t allocations, frees;
} ALIGNED(64);				  /* CPUs do not share cache lines */
static struct page_hot page_hot[CPU_MAX]; /* [busy] */

uint64_t page_count_free(void)
{
	return __atomic_load_n(&free_pages, __ATOMIC_RELAXED);
}

static unsigned zone_of(uint32_t frame)
{
	return frame >= LOW_FRAMES;
}

static void count_free(const struct page *page, int64_t pages)
{
	zones[zone_of(page->frame)].free_pages += pages;
	free_pages += pages;
}

static void block_add(struct zone *zone, struct page *page, unsigned order)
{
	page->kind = PAGE_FREE;
	page->order = order;
	list_add_head(&zone->free[order], &page->link);
	zone->orders |= 1u << order;
	zone->blocks[order]++;
}

static void block_remove(struct zone *zone, struct page *page)
{
	unsigned order = page->order;

	list_remove(&page->link);
	zone->blocks[order]--;
	if (list_is_empty(&zone->free[order]))
		zone->orders &= ~(1u << order);
}

/* Gives a block back to the lists, joined with its buddies. */
static void block_release(struct page *page, unsigned order)
{
	struct zone *zone = &zones[zone_of(page->frame)];

	for (; order < PAGE_ORDER_MAX; order++) {
		struct page *buddy = page_of_frame(page->frame ^ 1u << order);

		if (!buddy || buddy->kind != PAGE_FREE || buddy->order != order)
			break;
		block_remove(zone, buddy);
		page->kind = PAGE_TAIL;
		buddy->kind = PAGE_TAIL;
		if (buddy->frame < page->frame)
			page = buddy;
	}
	block_add(zone, page, order);
}

/* Takes a block of this order out of the zone's lists, splitting a larger one. */
static struct page *block_take(struct zone *zone, unsigned order)
{
	uint32_t orders = zone->orders >> order << order;
	struct page *page;
	unsigned found;

	if (orders == 0)
		return NULL;
	found = __builtin_ctz(orders);
	page = list_first(&zone->free[found], struct page, link);
	block_remove(zone, page);
	while (found > order) {
		found--;
		block_add(zone, page + (1u << found), found);
	}
	return page;
}

/*
 * The first MiB enters last: the firmware and the loader ran there, and the first write
 * to a page whose code an emulator has translated costs as much as a hundred others.
 */
static COLD void add_section_block(uint32_t frame, unsigned order, void *context)
{
	struct page *page = page_of_frame(frame);

	if (frame < FIRST_FRAMES) {
		page->order = order;
		list_add_tail(&first_blocks, &page->link);
	} else {
		block_add(&zones[zone_of(frame)], page, order);
	}
}

static COLD bool first_blocks_enter(struct zone *zone)
{
	bool any = !list_is_empty(&first_blocks);

	while (!list_is_empty(&first_blocks)) {
		struct page *page = list_first(&first_blocks, struct page, link);

		list_remove(&page->link);
		block_add(zone, page, page->order);
	}
	return any;
}

/* Lets the next of the zone's memory enter; false: there is no more. */
static COLD bool zone_grow(struct zone *zone)
{
	for (; zone->section < zone->sections; zone->section++)
		if (page_section_extend(&page_sections[zone->section], add_section_block,
					NULL))
			return true;
	return zone == &zones[ZONE_LOW] && first_blocks_enter(zone);
}

static struct page *zone_take(struct zone *zone, unsigned order)
{
	struct page *page = block_take(zone, order);

	while (!page && zone_grow(zone))
		page = block_take(zone, order);
	return page;
}

static struct page *zones_take(unsigned order, bool low_only)
{
	struct zone *low = &zones[ZONE_LOW], *high = &zones[ZONE_HIGH];
	struct page *page = NULL;

	if (low_only)
		return zone_take(low, order);
	if (low->free_pages > LOW_KEPT || high->free_pages == 0)
		page = zone_take(low, order);
	if (!page)
		page = zone_take(high, order);
	if (!page)
		page = zone_take(low, order);
	return page;
}

static struct page *take_locked(unsigned order, unsigned gfp)
{
	uint64_t kept = gfp & GFP_KERNEL ? kept_free : 0;
	struct page *page;

	SPIN_IRQ_GUARD(&page_lock);
	if (free_pages < kept + (1ull << order))
		return NULL;
	page = zones_take(order, gfp & GFP_DMA32);
	if (!page)
		return NULL;
	page->kind = PAGE_USED;
	count_free(page, -(1ll << order));
	allocations++;
	return page;
}

/* A chain of hot pages joins its buddies. */
static void hot_give_back(struct page *page)
{
	SPIN_IRQ_GUARD(&page_lock);
	while (page) {
		struct page *next = (struct page *)page->link.next;

		count_free(page, 1);
		block_release(page, 0);
		page = next;
	}
}

/* All of them, of all CPUs; false: there were none. */
static COLD bool hot_release(void)
{
	bool any = false;

	for (unsigned i = 0; i < CPU_MAX; i++) {
		struct page *chain = hot_empty(&page_hot[i].hot);

		any = any || chain;
		if (chain)
			hot_give_back(chain);
	}
	return any;
}

/* This CPU has no hot pages: fills them, as far as memory is plenty. */
static NOINLINE void hot_fill(void)
{
	struct hot *own = &page_hot[cpu_this()->id].hot;
	struct page *page;
	uint64_t flags;

	if (!hot_enter(own))
		return;
	flags = spin_lock_irq(&page_lock);
	while (own->count < HOT_BATCH && free_pages >= kept_free + HOT_BATCH) {
		page = zones_take(0, false);
		if (!page)
			break;
		count_free(page, -1);
		page->kind = PAGE_HOT;
		page->order = 0;
		page->link.next = own->first;
		own->first = page;
		own->count++;
	}
	spin_unlock_irq(&page_lock, flags);
	hot_leave(own);
}

static COLD struct page *take_reclaimed(unsigned order, unsigned gfp)
{
	struct page *page = NULL;

	for (unsigned i = 0; !page && i < RECLAIM_ROUNDS; i++) {
		if (memory_reclaim(RECLAIM_BATCH << order) == 0)
			break;
		(void)hot_release();
		page = take_locked(order, gfp);
	}
	return page;
}

static NOINLINE struct page *take_slowly(unsigned order, unsigned gfp)
{
	struct page *page;

	if (order > PAGE_ORDER_MAX)
		return NULL;
	page = take_locked(order, gfp);
	if (!page && hot_release())
		page = take_locked(order, gfp);
	if (!page && (gfp & GFP_KERNEL))
		page = take_reclaimed(order, gfp);
	if (!page) {
		SPIN_IRQ_GUARD(&page_lock);
		failures++;
	}
	return page;
}

/* In the reserve nothing is kept hot: all that is free is one sum then. */
static bool is_in_reserve(void)
{
	return page_count_free() < kept_free;
}

static void note_pressure(void)
{
	bool was = atomic_load_explicit(&memory_short, memory_order_relaxed);
	uint64_t mark = kept_free * (was ? HIGH_MARK : LOW_MARK);

	if (unlikely((page_count_free() < mark) != was))
		memory_pressure(!was);
}

static ALWAYS_INLINE struct page *take_hot(void)
{
	struct page_hot *own = &page_hot[cpu_this()->id];
	struct page *page;

	if (!hot_enter(&own->hot))
		return NULL;
	page = own->hot.first;
	if (likely(page)) {
		own->hot.first = page->link.next;
		own->hot.count--;
		own->allocations++;
		page->kind = PAGE_USED;
	}
	hot_leave(&own->hot);
	return page;
}

/* What every block gets; the head is the taker's, so this needs no lock. */
static ALWAYS_INLINE struct page *begin(struct page *page, uint64_t site)
{
	page->owner = NULL;
	page->site = (uint32_t)site;
	atomic_store_explicit(&page->refs, 1, memory_order_relaxed);
	return page;
}

static void write_tails(struct page *page, unsigned order)
{
	page->order = order;
	for (unsigned i = 1; i < 1u << order; i++) {
		page[i].kind = PAGE_TAIL;
		page[i].order = order;
	}
}

static NOINLINE struct page *take_any(unsigned order, unsigned gfp, uint64_t site)
{
	struct page *page = NULL;

	note_pressure();
	if (order == 0 && !(gfp & GFP_DMA32) && !is_in_reserve()) {
		page = take_hot();
		if (!page) {
			hot_fill();
			page = take_hot();
		}
	}
	if (!page) {
		page = take_slowly(order, gfp);
		if (!page)
			return NULL;
		write_tails(page, order);
	}
	kasan_page_alloc(page_address(page), order);
	if (gfp & GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return begin(page, site);
}

/* What most ask for is done here, so that it needs few registers and no call. */
static ALWAYS_INLINE struct page *take(unsigned order, unsigned gfp, uint64_t site)
{
	struct page *page;

	if (likely((order | (gfp & (GFP_DMA32 | GFP_ZERO))) == 0 && !is_in_reserve())) {
		page = take_hot();
		if (likely(page)) {
			kasan_page_alloc(page_address(page), 0);
			return begin(page, site);
		}
	}
	return take_any(order, gfp, site);
}

struct page *page_take(unsigned order, unsigned gfp, uint64_t site)
{
	return take(order, gfp, site);
}

static NOINLINE COLD struct page *take_armed(unsigned order, unsigned gfp, uint64_t site)
{
	return fault_inject(site) ? NULL : take_any(order, gfp, site);
}

struct page *page_alloc(unsigned order, unsigned gfp)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	struct page *page = unlikely(fault_is_armed()) ? take_armed(order, gfp, site)
						       : take(order, gfp, site);

	trace_alloc(page, PAGE_SIZE << order);
	return page;
}

static NOINLINE void end_slowly(struct page *page)
{
	unsigned order = page->order;
	uint64_t flags = spin_lock_irq(&page_lock);

	if (unlikely(page->kind != PAGE_USED)) {
		spin_unlock_irq(&page_lock, flags);
		page_bad_free(page);
	}
	frees++;
	count_free(page, 1ll << order);
	block_release(page, order);
	spin_unlock_irq(&page_lock, flags);
	note_pressure();
}

/* Half of a full store, what is there longest, goes back. Leaves the busy mark. */
static NOINLINE bool keep_hot_full(struct hot *own)
{
	struct page *page = own->first, *rest;

	for (unsigned i = 1; i < HOT_BATCH; i++)
		page = (struct page *)page->link.next;
	rest = (struct page *)page->link.next;
	page->link.next = NULL;
	own->count = HOT_BATCH;
	hot_leave(own);
	hot_give_back(rest);
	note_pressure();
	return false;
}

/* False: there was no room, or somebody is at work on it. */
static ALWAYS_INLINE bool keep_hot(struct page *page)
{
	struct page_hot *own = &page_hot[cpu_this()->id];

	if (!hot_enter(&own->hot))
		return false;
	if (unlikely(own->hot.count >= HOT_MAX))
		return keep_hot_full(&own->hot);
	page->kind = PAGE_HOT;
	page->link.next = own->hot.first;
	own->hot.first = page;
	own->hot.count++;
	own->frees++;
	hot_leave(&own->hot);
	return true;
}

/* A block in use whose last reference is gone. */
static ALWAYS_INLINE void block_end(struct page *page)
{
	poison_pages(page, page->order);
	if (unlikely(page->order > 0 || is_in_reserve() || !keep_hot(page)))
		end_slowly(page);
}

void page_free(struct page *page)
{
	if (unlikely(page->kind != PAGE_USED ||
		     atomic_load_explicit(&page->refs, memory_order_relaxed) != 1))
		page_bad_free(page);
	trace_free(page);
	atomic_store_explicit(&page->refs, 0, memory_order_relaxed);
	block_end(page);
}

void page_get(struct page *page)
{
	if (unlikely(atomic_fetch_add_explicit(&page->refs, 1, memory_order_relaxed) < 1))
		panic("page: reference to frame %#x, which has none", page->frame);
}

void page_put(struct page *page)
{
	int32_t before = atomic_fetch_sub_explicit(&page->refs, 1, memory_order_acq_rel);

	if (unlikely(before < 1 || page->kind != PAGE_USED))
		page_bad_free(page);
	if (before == 1)
		block_end(page);
}

/* Nobody allocated from there yet: the descriptors so far are written now. */
static COLD struct page *page_from_new_section(uint64_t frame)
{
	uint64_t n = frame >> page_section_shift;
	struct page_section *section;

	if (n >= page_section_count)
		return NULL;
	section = &page_sections[n];
	if (frame < section->first || frame >= section->end)
		return NULL;
	SPIN_IRQ_GUARD(&page_lock);
	while (frame - section->first >= section->written)
		(void)page_section_extend(section, add_section_block, NULL);
	return page_of_frame(frame);
}

struct page *page_from_phys(uint64_t phys)
{
	uint64_t frame = phys >> PAGE_SHIFT;
	struct page *page = page_of_frame(frame);

	if (unlikely(!page))
		page = page_from_new_section(frame);
	return page && page->kind != PAGE_HOLE ? page : NULL;
}

static COLD void count_block(uint32_t frame, unsigned order, void *context)
{
	struct page_stats *stats = context;

	stats->free_blocks[zone_of(frame)][order]++;
}

COLD void page_stats(struct page_stats *stats)
{
	struct page *page;

	*stats = (struct page_stats){ .total = total_pages,
				      .reserved = reserved_pages,
				      .reserve = kept_free };
	SPIN_IRQ_GUARD(&page_lock);
	stats->allocations = allocations;
	stats->frees = frees;
	stats->failures = failures;
	stats->free = free_pages;
	for (unsigned i = 0; i < CPU_MAX; i++) {
		stats->allocations += page_hot[i].allocations;
		stats->frees += page_hot[i].frees;
		stats->hot += hot_count(&page_hot[i].hot);
	}
	stats->free += stats->hot;
	for (unsigned z = 0; z < ZONES; z++)
		memcpy(stats->free_blocks[z], zones[z].blocks, sizeof(zones[z].blocks));
	for (unsigned i = 0; i < page_section_count; i++)
		page_section_rest(&page_sections[i], count_block, stats);
	list_for_each (page, &first_blocks, link)
		stats->free_blocks[ZONE_LOW][page->order]++;
}

static COLD void zone_init(struct zone *zone, uint64_t first_section,
			   uint64_t end_section)
{
	zone->section = MIN(first_section, page_section_count);
	zone->sections = MIN(end_section, page_section_count);
	for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
		list_init(&zone->free[order]);
	for (unsigned i = zone->section; i < zone->sections; i++)
		zone->free_pages += page_sections[i].free;
	free_pages += zone->free_pages;
}

static COLD void close_block(uint32_t frame, unsigned order, void *context)
{
	kasan_close(phys_to_virt((uint64_t)frame << PAGE_SHIFT), PAGE_SIZE << order,
		    KASAN_FREE_PAGE);
}

COLD void page_init(const struct boot_info *info)
{
	uint64_t low_sections;
	struct page_map_totals totals;

	page_map_build(info, &totals);
	total_pages = totals.total;
	reserved_pages = totals.reserved;
	low_sections = (uint64_t)LOW_FRAMES >> page_section_shift;
	list_init(&first_blocks);
	zone_init(&zones[ZONE_LOW], 0, low_sections);
	zone_init(&zones[ZONE_HIGH], low_sections, SECTION_MAX);
	kept_free = MIN(MAX(total_pages / 128, RESERVE_MIN), RESERVE_MAX);
	if (zones[ZONE_LOW].free_pages == 0)
		panic("page: no memory is free");
	for (unsigned i = 0; CONFIG_KASAN && i < page_section_count; i++)
		page_section_rest(&page_sections[i], close_block, NULL);
	log_info("page: %llu MiB of memory, %llu KiB reserved",
		 (unsigned long long)(total_pages * PAGE_SIZE / MIB),
		 (unsigned long long)(reserved_pages * PAGE_SIZE / KIB));
}
