/*
 * bench_mm.c: what memory costs: an allocation and its free count as one operation.
 */
#include "kernel/mm/page.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "tests/self/self.h"

SELF_BENCH("mm.page", bench_page)
{
	while (times-- > 0) {
		struct page *page = page_alloc(0, GFP_KERNEL);

		if (page)
			page_free(page);
	}
}

SELF_BENCH("mm.page_zeroed", bench_page_zeroed)
{
	while (times-- > 0) {
		struct page *page = page_alloc(0, GFP_KERNEL | GFP_ZERO);

		if (page)
			page_free(page);
	}
}

SELF_BENCH("mm.pages_16", bench_pages_16)
{
	while (times-- > 0) {
		struct page *page = page_alloc(4, GFP_KERNEL);

		if (page)
			page_free(page);
	}
}

SELF_BENCH("mm.kmalloc_64", bench_kmalloc)
{
	while (times-- > 0)
		kfree(kmalloc(64, GFP_KERNEL));
}

SELF_BENCH("mm.kmalloc_4096", bench_kmalloc_page)
{
	while (times-- > 0)
		kfree(kmalloc(4096, GFP_KERNEL));
}

/* Many at once: slabs fill and empty. */
SELF_BENCH("mm.kmalloc_burst", bench_burst)
{
	static void *objects[200];

	while (times > 0) {
		unsigned n = MIN(times, ARRAY_SIZE(objects));

		for (unsigned i = 0; i < n; i++)
			objects[i] = kmalloc(100, GFP_KERNEL);
		for (unsigned i = 0; i < n; i++)
			kfree(objects[i]);
		times -= n;
	}
}

SELF_BENCH("mm.stack", bench_stack)
{
	while (times-- > 0)
		vfree(vmalloc(4 * PAGE_SIZE, GFP_KERNEL));
}

SELF_BENCH("mm.vmalloc_64K", bench_vmalloc)
{
	while (times-- > 0)
		vfree(vmalloc(16 * PAGE_SIZE, GFP_KERNEL));
}
