/*
 * mm_pressure.c: memory runs out: who keeps some is asked for it, who wants to know is
 * told, the reserve is for those who cannot wait; and afterwards all is back.
 */
#include "kernel/mm/shrinker.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sync/preempt.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { KEPT = 400 };

/* Pages that nobody needs: a cache of nothing. */
static struct list kept_pages = LIST_INIT(kept_pages);
static _Atomic uint32_t kept_count;
static unsigned short_news, ease_news;

static uint64_t kept_shrink(uint64_t pages)
{
	uint64_t back = 0;

	while (back < pages && !list_is_empty(&kept_pages)) {
		struct page *page = list_first(&kept_pages, struct page, link);

		list_remove(&page->link);
		page_free(page);
		kept_count--;
		back++;
	}
	return back;
}

static uint64_t kept_ask(void)
{
	return kept_count;
}
SHRINKER(test_shrinker, "self_test", kept_ask, kept_shrink);

static void note_pressure(bool is_short)
{
	short_news += is_short;
	ease_news += !is_short;
}
PRESSURE_NOTIFIER(note_pressure);

static void keep_some(void)
{
	for (unsigned i = 0; i < KEPT; i++) {
		struct page *page = page_alloc(0, GFP_KERNEL);

		if (!page)
			return;
		list_add_tail(&kept_pages, &page->link);
		kept_count++;
	}
}

static uint64_t free_of_all(void)
{
	struct page_stats stats;

	(void)memory_reclaim(UINT64_MAX);
	page_stats(&stats);
	return stats.free;
}

/* Takes pages until there are none; their number. */
static uint64_t take_all(struct list *taken, unsigned gfp)
{
	uint64_t count = 0;

	for (;;) {
		struct page *page = page_alloc(0, gfp);

		if (!page)
			return count;
		list_add_tail(taken, &page->link);
		count++;
	}
}

SELF_TEST("page.pressure", test_pressure)
{
	struct list taken = LIST_INIT(taken);
	uint64_t before = free_of_all(), calls = test_shrinker.calls, count, more;
	struct page *page, *next;
	struct page_stats stats;
	void *object, *area;

	short_news = ease_news = 0;
	keep_some();
	EXPECT_EQ(kept_count, KEPT);
	/* Where it may not wait nobody is asked. */
	preempt_disable();
	EXPECT_EQ(memory_reclaim(UINT64_MAX), 0);
	preempt_enable();
	EXPECT_EQ(kept_count, KEPT);
	count = take_all(&taken, GFP_KERNEL);
	page_stats(&stats);
	EXPECT_EQ(kept_count, 0);
	EXPECT(test_shrinker.calls > calls);
	EXPECT_EQ(short_news, 1);
	EXPECT(memory_short);
	EXPECT(count + stats.reserve >= before);
	EXPECT_EQ(stats.free, stats.reserve);
	/* The last are for those who cannot wait. */
	more = take_all(&taken, GFP_ATOMIC);
	EXPECT(more + 8 >= stats.reserve && more <= stats.reserve);
	object = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);
	area = vmalloc(PAGE_SIZE, GFP_KERNEL);
	EXPECT(!object && !area);
	kfree(object);
	vfree(area);
	list_for_each_safe (page, next, &taken, link)
		page_free(page);
	EXPECT(!memory_short);
	EXPECT_EQ(ease_news, 1);
	EXPECT_EQ(free_of_all(), before);
}

/* An allocation that would fail gets what shrinkers give, also when it is large. */
SELF_TEST("page.reclaim_for_one", test_reclaim_for_one)
{
	struct list taken = LIST_INIT(taken);
	uint64_t before = free_of_all();
	struct page *page, *next;
	void *area;

	keep_some();
	/* All but what is kept: who cannot wait gets none of that. */
	(void)take_all(&taken, GFP_ATOMIC);
	EXPECT_EQ(kept_count, KEPT);
	area = vmalloc(50 * PAGE_SIZE, GFP_KERNEL);
	EXPECT(area && kept_count < KEPT - 50);
	page = page_alloc(0, GFP_KERNEL);
	EXPECT(page);
	if (page)
		page_free(page);
	EXPECT(kept_count < KEPT);
	vfree(area);
	list_for_each_safe (page, next, &taken, link)
		page_free(page);
	(void)kept_shrink(UINT64_MAX);
	EXPECT_EQ(free_of_all(), before);
}
