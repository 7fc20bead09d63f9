/*
 * mm_vmalloc.c: virtual areas: mapped as asked, guarded, unwound, given back.
 */
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/paging.h"
#include "lib/string.h"
#include "tests/self/self.h"

static uint64_t pages_free(void)
{
	struct page_stats stats;

	vmalloc_shrink();
	slab_shrink();
	page_stats(&stats);
	return stats.free;
}

static bool is_mapped(uint64_t address)
{
	uint64_t phys;
	unsigned flags;

	return paging_lookup(paging_kernel_root(), address, &phys, &flags);
}

SELF_TEST("vmalloc.guards", test_guards)
{
	static const size_t sizes[] = { 1, PAGE_SIZE, PAGE_SIZE + 1, 4 * PAGE_SIZE,
					37 * PAGE_SIZE };
	char *areas[ARRAY_SIZE(sizes)];

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t end;

		areas[i] = vmalloc(sizes[i], GFP_KERNEL);
		EXPECT(areas[i] && (uint64_t)areas[i] % PAGE_SIZE == 0);
		if (!areas[i])
			continue;
		memset(areas[i], i + 1, sizes[i]);
		end = (uint64_t)areas[i] + ALIGN_UP(sizes[i], PAGE_SIZE);
		EXPECT(is_mapped((uint64_t)areas[i]) && is_mapped(end - 1));
		EXPECT(!is_mapped((uint64_t)areas[i] - 1) && !is_mapped(end));
		EXPECT(vmalloc_is_guard((uint64_t)areas[i] - 1));
		EXPECT(vmalloc_is_guard(end) && vmalloc_is_guard(end + PAGE_SIZE - 1));
		EXPECT(!vmalloc_is_guard((uint64_t)areas[i]));
		EXPECT(!vmalloc_is_guard(end - 1));
	}
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(!areas[i] || (areas[i][0] == (char)(i + 1) &&
				     areas[i][sizes[i] - 1] == (char)(i + 1)));
		vfree(areas[i]);
	}
	vfree(NULL);
	EXPECT(!vmalloc_is_guard(DIRECT_BASE));
}

/* With several CPUs its addresses are taken until these have forgotten them. */
static void give_back(void *area)
{
	vfree(area);
	vmalloc_shrink();
}

/* A gap that became free is used again, so tables and addresses do not run away. */
SELF_TEST("vmalloc.gaps", test_gaps)
{
	void *a = vmalloc(5 * PAGE_SIZE, GFP_KERNEL), *b = vmalloc(PAGE_SIZE, GFP_KERNEL);
	void *c = vmalloc(5 * PAGE_SIZE, GFP_KERNEL), *d;

	EXPECT(a && b && c);
	give_back(a);
	d = vmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	EXPECT(d == a);
	give_back(d);
	d = vmalloc(2 * PAGE_SIZE, GFP_KERNEL);
	EXPECT(d == a);
	give_back(d);
	d = vmalloc(6 * PAGE_SIZE, GFP_KERNEL); /* would end at the next one */
	EXPECT(d && d != a);
	give_back(d);
	vfree(c);
	give_back(b);
	d = vmalloc(13 * PAGE_SIZE, GFP_KERNEL);
	EXPECT(d == a);
	vfree(d);
}

SELF_TEST("vmalloc.numbers", test_numbers)
{
	enum { AREAS = 40 };
	static void *areas[AREAS];
	uint64_t pages = 0, used = 0;

	/* Once before counting: page tables stay. */
	for (unsigned round = 0; round < 3; round++) {
		if (round == 1) {
			pages = pages_free();
			used = vmalloc_used();
		}
		for (unsigned i = 0; i < AREAS; i++) {
			areas[i] =
				vmalloc((i % 5 + 1) * PAGE_SIZE, GFP_KERNEL | GFP_ZERO);
			EXPECT(areas[i]);
			if (areas[i]) {
				EXPECT_EQ(*(char *)areas[i], 0);
				memset(areas[i], 0xee, PAGE_SIZE);
			}
		}
		for (unsigned i = 0; i < AREAS; i++)
			vfree(areas[i * 7 % AREAS]);
	}
	EXPECT_EQ(vmalloc_used(), used);
	EXPECT_EQ(pages_free(), pages);
}

SELF_TEST("vmalloc.too_large", test_too_large)
{
	uint64_t pages = pages_free();

	EXPECT(!vmalloc(0, GFP_KERNEL));
	EXPECT(!vmalloc(SIZE_MAX, GFP_KERNEL));
	EXPECT(!vmalloc(VIRTUAL_SIZE, GFP_KERNEL));
	EXPECT(!vmalloc(pages * PAGE_SIZE, GFP_KERNEL));
	EXPECT_EQ(pages_free(), pages);
}

/* Fails at each of its steps in turn, and nothing is left behind. */
SELF_TEST("vmalloc.fault_injection", test_fault_injection)
{
	uint64_t pages, used = vmalloc_used();
	bool struck = true;
	unsigned n;

	vfree(vmalloc(6 * PAGE_SIZE, GFP_KERNEL));
	pages = pages_free();
	for (n = 1; struck && n < 100; n++) {
		void *area;

		fault_inject_arm(n, cpu_task());
		area = vmalloc(6 * PAGE_SIZE, GFP_KERNEL);
		struck = fault_inject_disarm();
		EXPECT_EQ(!area, struck);
		vfree(area);
		EXPECT_EQ(pages_free(), pages);
	}
	EXPECT_EQ(n, 1 + 1 + 1 + 6 + 1); /* itself, its area, its pages, then none */
	EXPECT_EQ(vmalloc_used(), used);
}

SELF_TEST("vmalloc.device_windows", test_device_windows)
{
	struct page *page = page_alloc(1, GFP_KERNEL);
	uint64_t phys, where = 0;
	unsigned flags = 0;
	char *bytes, *window;

	EXPECT(page);
	if (!page)
		return;
	phys = page_to_phys(page) + PAGE_SIZE - 8;
	bytes = phys_to_virt(phys);
	memcpy(bytes, "across two pages", 16);
	window = mmio_map(phys, 16);
	EXPECT(window && memcmp(window, bytes, 16) == 0);
	if (window) {
		EXPECT(paging_lookup(paging_kernel_root(), (uint64_t)window, &where,
				     &flags));
		EXPECT_EQ(where, phys);
		EXPECT(flags & PAGING_UNCACHED && !(flags & PAGING_EXECUTE));
		mmio_unmap(window);
		EXPECT(!is_mapped((uint64_t)window));
	}
	window = mmio_map_wc(phys, 4);
	EXPECT(window && memcmp(window, bytes, 4) == 0);
	if (window)
		mmio_unmap(window);
	page_free(page);
	EXPECT(!mmio_map(UINT64_MAX - 10, 100));
	EXPECT(!mmio_map(1ULL << cpu_features.phys_bits, 1));
	EXPECT(!mmio_map((1ULL << cpu_features.phys_bits) - PAGE_SIZE, PAGE_SIZE + 1));
	EXPECT(!mmio_map(0xfee00000, 0));
}
