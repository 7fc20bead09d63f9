/*
 * page_address.c: the page allocator by the addresses of what it gives out, and what it
 * says of a block that cannot be freed.
 */
#include "kernel/debug/panic.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/internal.h"

static const char *const kind_names[] = {
	[PAGE_HOLE] = "no memory",	[PAGE_RESERVED] = "reserved",
	[PAGE_FREE] = "free",		[PAGE_HOT] = "free",
	[PAGE_USED] = "in use",		[PAGE_TAIL] = "inside a block",
	[PAGE_SLAB] = "part of a slab",
};

COLD void page_bad_free(const struct page *page)
{
	panic("page: free of frame %#x, which is %s, with %d references", page->frame,
	      page->kind < ARRAY_SIZE(kind_names) ? kind_names[page->kind] : "damaged",
	      (int)page->refs);
}

static struct page *take_or_fail(unsigned order, unsigned gfp, uint64_t site)
{
	return fault_inject(site) ? NULL : page_take(order, gfp, site);
}

void *page_alloc_address(unsigned order, unsigned gfp)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	struct page *page = take_or_fail(order, gfp, site);

	return page ? page_address(page) : NULL;
}

void page_free_address(void *address)
{
	struct page *page = page_from_address(address);

	if (unlikely(!page || (uint64_t)address % PAGE_SIZE))
		panic("page: free of %p, which is no page", address);
	page_free(page);
}

uint64_t page_alloc_table(void)
{
	uint64_t site = (uint64_t)__builtin_return_address(0);
	struct page *page = take_or_fail(0, GFP_KERNEL | GFP_ZERO, site);

	return page ? page_to_phys(page) : 0;
}

struct page *page_from_address(const void *address)
{
	return page_from_phys(virt_to_phys(address));
}
