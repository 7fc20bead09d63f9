/*
 * mm_page.c: the page allocator on the machine's own memory. The numbers may be compared
 * since nothing else allocates while self-tests run, except what interrupts bring.
 */
#include "kernel/boot_info.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/x86/cpu.h"
#include "lib/string.h"
#include "tests/self/self.h"

static uint64_t free_now(void)
{
	struct page_stats stats;
	uint64_t sum = 0;

	page_stats(&stats);
	for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
		sum += (stats.free_blocks[ZONE_LOW][order] +
			stats.free_blocks[ZONE_HIGH][order])
		       << order;
	sum += stats.hot;
	EXPECT_EQ(sum, stats.free);
	return stats.free;
}

/* The same when nobody keeps any for later, as after a request that failed. */
static uint64_t free_of_all(void)
{
	vmalloc_shrink();
	slab_shrink();
	return free_now();
}

SELF_TEST("page.split_and_merge", test_split_and_merge)
{
	uint64_t before = free_of_all();

	for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++) {
		struct page *a = page_alloc(order, GFP_KERNEL);
		struct page *b = page_alloc(order, GFP_KERNEL);

		if (a && b) {
			EXPECT_EQ(page_to_phys(a) % (PAGE_SIZE << order), 0);
			EXPECT(a->frame + (1u << order) <= b->frame ||
			       b->frame + (1u << order) <= a->frame);
			EXPECT_EQ(free_now(), before - (2ull << order));
		} else {
			/* On the smallest machines large blocks may be gone. */
			EXPECT(order > 4);
		}
		if (a)
			page_free(a);
		if (b)
			page_free(b);
		EXPECT_EQ(free_now(), before);
	}
	EXPECT(!page_alloc(PAGE_ORDER_MAX + 1, GFP_KERNEL));
}

static bool is_ram(uint64_t phys)
{
	for (unsigned i = 0; i < boot_info.memory_count; i++) {
		const struct boot_memory *m = &boot_info.memory[i];

		if (m->type == BOOT_MEMORY_RAM && phys >= m->base &&
		    phys + PAGE_SIZE <= m->base + m->size)
			return true;
	}
	return false;
}

static bool is_kernel(uint64_t phys)
{
	return phys + PAGE_SIZE > virt_to_phys(kernel_image_start) &&
	       phys < virt_to_phys(kernel_image_end);
}

enum { MARKED = 16384 }; /* pages: a large machine's memory need not all be there */

static void check_taken(const struct page *page, bool mark)
{
	uint64_t phys = page_to_phys(page);
	uint64_t *word = page_address(page);

	EXPECT(is_ram(phys));
	EXPECT(!is_kernel(phys));
	EXPECT(page_from_phys(phys) == page);
	if (mark)
		*word = phys;
}

static void check_mark(const struct page *page)
{
	EXPECT_EQ(*(uint64_t *)page_address(page), page_to_phys(page));
}

/*
 * Takes all memory that there is, also what was kept for later, and marks pages; each is
 * still marked as its own.
 */
SELF_TEST("page.exhaustion", test_exhaustion)
{
	uint64_t before = free_of_all(), left, count = 0, returned = 0;
	struct list taken = LIST_INIT(taken);
	struct page *page, *next;

	vfree(vmalloc(4 * PAGE_SIZE, GFP_KERNEL)); /* a task's stack: kept */
	for (page = page_alloc(0, GFP_KERNEL); page; page = page_alloc(0, GFP_KERNEL)) {
		check_taken(page, count < MARKED);
		list_add_tail(&taken, &page->link);
		count++;
	}
	EXPECT(count <= before);
	EXPECT(before - count < 512);
	left = free_now();
	EXPECT_EQ(free_of_all(), left);
	/* The reserve. */
	page = page_alloc(0, GFP_ATOMIC);
	EXPECT(page);
	if (page)
		page_free(page);
	list_for_each_safe (page, next, &taken, link) {
		if (returned++ < MARKED)
			check_mark(page);
		page_free(page);
	}
	EXPECT_EQ(free_now(), before);
}

SELF_TEST("page.zero", test_zero)
{
	static const uint64_t none[PAGE_SIZE / sizeof(uint64_t)];
	void *bytes = page_alloc_address(0, GFP_KERNEL);
	uint64_t phys;

	EXPECT(bytes);
	if (bytes) {
		memset(bytes, 0xff, PAGE_SIZE);
		page_free_address(bytes);
	}
	bytes = page_alloc_address(0, GFP_KERNEL | GFP_ZERO);
	EXPECT(bytes && memcmp(bytes, none, PAGE_SIZE) == 0);
	if (bytes) {
		memset(bytes, 0xff, PAGE_SIZE);
		page_free_address(bytes);
	}
	phys = page_alloc_table();
	EXPECT(phys && memcmp(phys_to_virt(phys), none, PAGE_SIZE) == 0);
	if (phys)
		page_free(page_from_phys(phys));
}

SELF_TEST("page.low_memory", test_low_memory)
{
	struct page *page = page_alloc(0, GFP_KERNEL | GFP_DMA32);

	EXPECT(page && page_to_phys(page) < 4 * GIB);
	if (page)
		page_free(page);
}

SELF_TEST("page.references", test_references)
{
	uint64_t before = free_now();
	struct page *page = page_alloc(1, GFP_KERNEL);

	EXPECT(page);
	if (!page)
		return;
	page_get(page);
	page_put(page);
	EXPECT_EQ(free_now(), before - 2);
	page_put(page);
	EXPECT_EQ(free_now(), before);
}

SELF_TEST("page.descriptors", test_descriptors)
{
	struct page *page = page_from_address(kernel_image_start);

	EXPECT(page && page->kind == PAGE_RESERVED);
	page = page_from_phys(0);
	EXPECT(!page || page->kind == PAGE_RESERVED);
	EXPECT(!page_from_phys(UINT64_MAX));
	EXPECT(!page_from_phys(0xfee00000)); /* the local APIC is no memory */
	for (uint64_t phys = 0; phys < 16 * MIB; phys += PAGE_SIZE) {
		page = page_from_phys(phys);
		EXPECT(!page == !is_ram(phys));
		EXPECT(!page || page_to_phys(page) == phys);
	}
}

SELF_TEST("page.fault_injection", test_fault_injection)
{
	struct page *pages[4];
	const struct task *nobody = (const struct task *)pages;

	fault_inject_arm(3, cpu_task());
	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = page_alloc(0, GFP_KERNEL);
	EXPECT(fault_inject_disarm());
	EXPECT(!fault_inject_disarm());
	EXPECT(pages[0] && pages[1] && !pages[2] && pages[3]);
	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i])
			page_free(pages[i]);
	/* Another task's count is not ours. */
	fault_inject_arm(1, nobody);
	pages[0] = page_alloc(0, GFP_KERNEL);
	EXPECT(pages[0]);
	EXPECT(!fault_inject_disarm());
	if (pages[0])
		page_free(pages[0]);
}
