/*
 * syscall_helpers.c: a little user memory, and calls by number.
 */
#include "tests/self/syscall_helpers.h"

#include "kernel/mm/page.h"
#include "kernel/x86/paging.h"
#include "lib/string.h"

enum { PAGES = 3, ORDER = 2 };

char *user;
static struct page *pages;

bool user_start(void)
{
	uint64_t root = paging_kernel_root(), phys;

	pages = page_alloc(ORDER, GFP_KERNEL | GFP_ZERO);
	if (!pages) {
		self_skip("no memory");
		return false;
	}
	phys = page_to_phys(pages);
	user = page_address(pages);
	if (paging_map(root, USER_BASE, phys, 2, PAGING_USER | PAGING_WRITE) == 0) {
		if (paging_map(root, USER_READ_ONLY, phys + 2 * PAGE_SIZE, 1,
			       PAGING_USER) == 0)
			return true;
		paging_unmap(root, USER_BASE, 2);
	}
	page_free(pages);
	self_skip("no memory for page tables");
	return false;
}

void user_end(void)
{
	paging_unmap(paging_kernel_root(), USER_BASE, PAGES);
	page_free(pages);
}

uint64_t user_string(size_t offset, const char *text)
{
	str_copy(user + offset, text, 2 * PAGE_SIZE - offset);
	return user_at(offset);
}

long call6(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
	   uint64_t f)
{
	const uint64_t args[SYSCALL_ARGS] = { a, b, c, d, e, f };

	return syscall_dispatch(number, args);
}
