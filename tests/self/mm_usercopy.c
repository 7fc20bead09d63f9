/*
 * mm_usercopy.c: copies from and to a page that is mapped for users, at its edges and
 * beyond. Two pages lie at BASE: one to write, one to read only; around them is nothing.
 */
#include "kernel/mm/page.h"
#include "kernel/mm/usercopy.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { BASE = 0x40000000 };
static const uint64_t end = BASE + 2 * PAGE_SIZE;

static struct page *pages;
static char *memory; /* the same two pages, seen by the kernel */
static char buffer[2 * PAGE_SIZE];

static struct user_ptr at(uint64_t address)
{
	return (struct user_ptr){ address };
}

static bool map_pages(void)
{
	uint64_t root = paging_kernel_root(), phys;

	pages = page_alloc(1, GFP_KERNEL | GFP_ZERO);
	EXPECT(pages);
	if (!pages)
		return false;
	phys = page_to_phys(pages);
	memory = phys_to_virt(phys);
	if (paging_map(root, BASE, phys, 1, PAGING_USER | PAGING_WRITE) == 0 &&
	    paging_map(root, BASE + PAGE_SIZE, phys + PAGE_SIZE, 1, PAGING_USER) == 0)
		return true;
	self_fail(__FILE__, __LINE__, "the pages cannot be mapped");
	return false;
}

static void unmap_pages(void)
{
	paging_unmap(paging_kernel_root(), BASE, 2);
	if (pages)
		page_free(pages);
}

static void check_edges(void)
{
	for (size_t n = 0; n < 40; n++) {
		EXPECT_EQ(copy_from_user(buffer, at(end - n), n), 0);
		EXPECT_EQ(copy_from_user(buffer, at(end - n), n + 1), -EFAULT);
		EXPECT_EQ(copy_from_user(buffer, at(BASE - n), n + 1), n ? -EFAULT : 0);
		EXPECT_EQ(copy_to_user(at(BASE + PAGE_SIZE - n), buffer, n), 0);
		EXPECT_EQ(copy_to_user(at(BASE + PAGE_SIZE - n), buffer, n + 1), -EFAULT);
		EXPECT_EQ(zero_user(at(BASE + PAGE_SIZE - n), n), 0);
		EXPECT_EQ(zero_user(at(BASE + PAGE_SIZE - n), n + 1), -EFAULT);
	}
}

SELF_TEST("usercopy.edges", test_edges)
{
	if (map_pages())
		check_edges();
	unmap_pages();
	EXPECT_EQ(copy_from_user(buffer, at(BASE), 1), -EFAULT);
}

enum { FLAGS_AC = 1 << 18 }; /* user memory is open */
static uint64_t fault_flags;

static bool note_flags(struct trap_frame *frame)
{
	fault_flags = cpu_flags();
	return false; /* the copy's own way out is next */
}

/* An interrupt, or a task that it switches to, must not inherit what a copy opened. */
SELF_TEST("usercopy.closed_in_traps", test_closed)
{
	if (!cpu_features.smap) {
		self_skip("no SMAP");
		return;
	}
	fault_flags = FLAGS_AC;
	trap_set_handler(TRAP_PAGE_FAULT, note_flags);
	EXPECT_EQ(copy_from_user(buffer, at(BASE), 1), -EFAULT);
	trap_set_handler(TRAP_PAGE_FAULT, NULL);
	EXPECT_EQ(fault_flags & FLAGS_AC, 0);
	EXPECT_EQ(cpu_flags() & FLAGS_AC, 0);
}

SELF_TEST("usercopy.contents", test_contents)
{
	if (map_pages()) {
		for (size_t i = 0; i < 2 * PAGE_SIZE; i++)
			memory[i] = (char)(i * 7 + i / 256);
		EXPECT_EQ(copy_from_user(buffer, at(BASE + 3), 2 * PAGE_SIZE - 5), 0);
		EXPECT_EQ(memcmp(buffer, memory + 3, 2 * PAGE_SIZE - 5), 0);
		for (size_t i = 0; i < PAGE_SIZE; i++)
			buffer[i] = (char)(i * 3);
		EXPECT_EQ(copy_to_user(at(BASE), buffer, PAGE_SIZE), 0);
		EXPECT_EQ(memcmp(buffer, memory, PAGE_SIZE), 0);
		EXPECT_EQ(zero_user(at(BASE + 1), 100), 0);
		EXPECT(memory[0] == buffer[0] && memory[101] == buffer[101]);
		for (size_t i = 1; i <= 100; i++)
			EXPECT_EQ(memory[i], 0);
	}
	unmap_pages();
}

/* Addresses that no user may name, though the kernel has memory there. */
SELF_TEST("usercopy.kernel_addresses", test_kernel_addresses)
{
	static const uint64_t bad[] = { USER_END,
					USER_END - 1,
					DIRECT_BASE,
					UINT64_MAX,
					UINT64_MAX - 6,
					0,
					8,
					PAGE_SIZE - 1,
					0x0000900000000000,
					0xffff700000000000 };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(copy_from_user(buffer, at(bad[i]), 8), -EFAULT);
		EXPECT_EQ(copy_to_user(at(bad[i]), buffer, 8), -EFAULT);
		EXPECT_EQ(zero_user(at(bad[i]), 8), -EFAULT);
		EXPECT_EQ(copy_string_from_user(buffer, at(bad[i]), 8), -EFAULT);
		EXPECT_EQ(copy_from_user(buffer, at(bad[i]), SIZE_MAX), -EFAULT);
	}
	EXPECT_EQ(copy_from_user(buffer, at((uint64_t)kernel_image_start), 8), -EFAULT);
}

SELF_TEST("usercopy.strings", test_strings)
{
	if (map_pages()) {
		memcpy(memory, "hello", 6);
		EXPECT_EQ(copy_string_from_user(buffer, at(BASE), 100), 5);
		EXPECT_EQ(strcmp(buffer, "hello"), 0);
		EXPECT_EQ(copy_string_from_user(buffer, at(BASE), 6), 5);
		EXPECT_EQ(copy_string_from_user(buffer, at(BASE), 5), -ENAMETOOLONG);
		EXPECT_EQ(copy_string_from_user(buffer, at(BASE), 0), -ENAMETOOLONG);
		EXPECT_EQ(copy_string_from_user(buffer, at(BASE + 5), 1), 0);
		memcpy(memory + 2 * PAGE_SIZE - 4, "end", 4);
		EXPECT_EQ(copy_string_from_user(buffer, at(end - 4), 100), 3);
		memory[2 * PAGE_SIZE - 1] = 'x';
		EXPECT_EQ(copy_string_from_user(buffer, at(end - 4), 100), -EFAULT);
		EXPECT_EQ(copy_string_from_user(buffer, at(end - 4), 4), -ENAMETOOLONG);
	}
	unmap_pages();
}

/* The last page that a user may have: what runs on from it is a bad address. */
SELF_TEST("usercopy.last_page", test_last_page)
{
	const uint64_t last = USER_END - PAGE_SIZE;
	struct page *page = page_alloc(0, GFP_KERNEL);

	EXPECT(page);
	if (!page)
		return;
	memset(page_address(page), 'x', PAGE_SIZE);
	if (paging_map(paging_kernel_root(), last, page_to_phys(page), 1, PAGING_USER)) {
		self_fail(__FILE__, __LINE__, "the page cannot be mapped");
	} else {
		EXPECT_EQ(copy_from_user(buffer, at(last), PAGE_SIZE), 0);
		EXPECT_EQ(copy_from_user(buffer, at(last), PAGE_SIZE + 1), -EFAULT);
		EXPECT_EQ(copy_from_user(buffer, at(USER_END), 0), 0);
		EXPECT_EQ(copy_string_from_user(buffer, at(last), 2 * PAGE_SIZE),
			  -EFAULT);
		EXPECT_EQ(copy_string_from_user(buffer, at(last), PAGE_SIZE),
			  -ENAMETOOLONG);
	}
	paging_unmap(paging_kernel_root(), last, 1);
	page_free(page);
}

SELF_TEST("usercopy.cursor", test_cursor)
{
	char small[10] = { 0 };
	struct iter it = iter_kernel(small, sizeof(small));

	EXPECT_EQ(iter_put(&it, "abcdef", 6), 6);
	EXPECT_EQ(iter_zero(&it, 3), 3);
	EXPECT_EQ(iter_put(&it, "xyz", 3), 1);
	EXPECT_EQ(it.left, 0);
	EXPECT_EQ(iter_put(&it, "xyz", 3), 0);
	EXPECT_EQ(memcmp(small, "abcdef\0\0\0x", 10), 0);
	it = iter_kernel("12345", 5);
	EXPECT_EQ(iter_get(&it, small, 3), 3);
	EXPECT_EQ(iter_get(&it, small + 3, 3), 2);
	EXPECT_EQ(memcmp(small, "12345", 5), 0);
	if (map_pages()) {
		it = iter_user(at(BASE + PAGE_SIZE - 8), 12);
		EXPECT_EQ(iter_put(&it, "01234567", 8), 8);
		EXPECT_EQ(memcmp(memory + PAGE_SIZE - 8, "01234567", 8), 0);
		EXPECT_EQ(it.left, 4);
		EXPECT_EQ(iter_put(&it, "8", 1), -EFAULT);
		EXPECT_EQ(iter_zero(&it, 1), -EFAULT);
		EXPECT_EQ(it.left, 4);
		EXPECT_EQ(it.address, BASE + PAGE_SIZE);
		EXPECT_EQ(iter_get(&it, small, 100), 4);
		EXPECT_EQ(it.left, 0);
	}
	unmap_pages();
}

SELF_TEST("usercopy.arguments", test_arguments)
{
	int value = 7, got = 0;

	EXPECT_EQ(argument_get((struct argument){ false, (uint64_t)&value }, &got, 4), 0);
	EXPECT_EQ(got, 7);
	EXPECT_EQ(argument_get((struct argument){ false, 0 }, &got, 4), -EFAULT);
	EXPECT_EQ(argument_put((struct argument){ false, 0 }, &got, 4), -EFAULT);
	EXPECT_EQ(argument_get((struct argument){ true, (uint64_t)&value }, &got, 4),
		  -EFAULT);
	if (map_pages()) {
		EXPECT_EQ(argument_put((struct argument){ true, BASE }, &value, 4), 0);
		EXPECT_EQ(argument_get((struct argument){ true, BASE }, &got, 4), 0);
		EXPECT_EQ(got, 7);
	}
	unmap_pages();
}
