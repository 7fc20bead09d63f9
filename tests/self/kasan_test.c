/*
 * kasan_test.c: plants each kind of bad access, and looks for its report: what it is,
 * whose object, who allocated and freed it. Linked where the address sanitizer is.
 *
 * What is written where nothing should be is what stands there already, so that the
 * allocator's own checks find nothing later.
 */
#include "kernel/mm/page.h"
#include "kernel/mm/poison.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sanitize/finding.h"
#include "lib/string.h"
#include "tests/self/self.h"

static char seen[6144];
static unsigned reports;

static char table[13];
static volatile size_t one = 1; /* what the compiler may not see through */

static void take_report(const char *text)
{
	reports++;
	(void)str_copy(seen, text, sizeof(seen));
}

static void begin(void)
{
	reports = 0;
	seen[0] = '\0';
	finding_hook = take_report;
}

/* Whether there was one report, which says all of this (NULL: nothing). */
static void expect_report(const char *bug, const char *a, const char *b, const char *c)
{
	const char *const words[] = { bug, a, b, c };

	finding_hook = NULL;
	EXPECT_EQ(reports, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i] && !strstr(seen, words[i]))
			self_fail(__FILE__, __LINE__, "no \"%s\" in: %.80s", words[i],
				  seen);
}

SELF_TEST("kasan.silent", test_silent)
{
	char *volatile object, *volatile area;

	begin();
	for (size_t size = 1; size < 5000; size = size * 3 + 1) {
		object = kmalloc(size, GFP_KERNEL);
		if (object)
			memset(object, 1, size);
		kfree(object);
	}
	area = vmalloc(5000, GFP_KERNEL);
	if (area)
		memset(area, 1, 5000);
	vfree(area);
	memset(table, 0, sizeof(table));
	finding_hook = NULL;
	EXPECT_EQ(reports, 0);
}

SELF_TEST("kasan.overflow", test_overflow)
{
	char *volatile object = kmalloc(21, GFP_KERNEL);

	if (!object)
		return;
	begin();
	object[20 + one] = (char)POISON_RED;
	expect_report("outside of an object: write of 1 bytes", "cache kmalloc-32",
		      "of 21 bytes", "21 bytes from its start\nallocated by task");
	EXPECT(strstr(seen, "test_overflow"));
	begin();
	memset(object, 0, 20 + one);
	EXPECT_EQ(reports, 0);
	(void)memcmp(object, object + one, 21);
	expect_report("read of 21 bytes", "is in use", "test_overflow", NULL);
	kfree(object);
}

SELF_TEST("kasan.underflow", test_underflow)
{
	char *volatile a = kmalloc(64, GFP_KERNEL), *volatile b = kmalloc(64, GFP_KERNEL);
	char *volatile object = a && (uint64_t)a % PAGE_SIZE ? a : b;
	volatile char sink;

	if (object) {
		begin();
		sink = object[-(ssize_t)one];
		(void)sink;
		expect_report("outside of an object: read of 1 bytes", "test_underflow",
			      NULL, NULL);
	}
	kfree(a);
	kfree(b);
}

SELF_TEST("kasan.use_after_free", test_use_after_free)
{
	char *volatile object = kmalloc(100, GFP_KERNEL);

	if (!object)
		return;
	kfree(object);
	begin();
	object[50] = (char)POISON_FREE; /* NOLINT: on purpose */
	expect_report("use after free: write of 1 bytes", "of 100 bytes", "is free",
		      "freed by task");
	/* A new object is not this one while that waits. */
	for (unsigned i = 0; i < 8; i++) {
		char *other = kmalloc(100, GFP_KERNEL);

		EXPECT(other != object);
		kfree(other);
	}
}

SELF_TEST("kasan.second_free", test_second_free)
{
	void *volatile object = kmalloc(40, GFP_KERNEL);

	if (!object)
		return;
	kfree(object);
	begin();
	kfree(object); /* NOLINT: on purpose */
	expect_report("second free", "kmalloc-48", "freed by task", "test_second_free");
}

SELF_TEST("kasan.large", test_large)
{
	char *volatile object = kmalloc(5000, GFP_KERNEL);

	if (!object)
		return;
	begin();
	object[5000] = (char)POISON_RED;
	expect_report("outside of an object: write of 1 bytes", "block of 2 pages",
		      "test_large", NULL);
	kfree(object);
}

SELF_TEST("kasan.freed_page", test_freed_page)
{
	char *volatile block = page_alloc_address(1, GFP_KERNEL);
	volatile char sink;

	if (!block)
		return;
	page_free_address(block);
	begin();
	sink = block[5000];
	(void)sink;
	expect_report("use of a freed page: read of 1 bytes", "page 1 of it",
		      "freed by task", "test_freed_page");
}

SELF_TEST("kasan.area", test_area)
{
	char *volatile area = vmalloc(5000, GFP_KERNEL);

	if (!area)
		return;
	begin();
	area[5000] = 1;
	expect_report("outside of an object: write of 1 bytes", "test_area", NULL, NULL);
	vfree(area);
}

/* A stack's size is kept mapped after its end, so only the sanitizer sees the use. */
SELF_TEST("kasan.freed_area", test_freed_area)
{
	char *volatile area = vmalloc(16384, GFP_KERNEL);
	volatile char sink;

	if (!area)
		return;
	vfree(area);
	area = vmalloc(16384, GFP_KERNEL);
	vfree(area);
	if (!area)
		return;
	begin();
	sink = area[100];
	(void)sink;
	expect_report("outside of any virtual area: read of 1 bytes", "test_freed_area",
		      NULL, NULL);
}

SELF_TEST("kasan.global", test_global)
{
	char *volatile p = table;

	begin();
	p[12 + one] = 0;
	expect_report("outside of a static variable: write of 1 bytes", "table of",
		      "13 bytes", "13 bytes from its start");
}

static NOINLINE char stack_read(size_t n)
{
	char bytes[24];
	char *volatile p = bytes;

	memset(p, 7, sizeof(bytes));
	return p[n];
}

SELF_TEST("kasan.stack", test_stack)
{
	begin();
	EXPECT_EQ(stack_read(22 + one), 7);
	EXPECT_EQ(reports, 0);
	(void)stack_read(23 + one);
	expect_report("outside of a stack's variable: read of 1 bytes", "stack_read",
		      "test_stack", NULL);
}

SELF_TEST("kasan.scope", test_scope)
{
	char *volatile kept = NULL;
	volatile char sink;

	for (size_t i = 0; i < one; i++) {
		char bytes[16];

		memset(bytes, 1, sizeof(bytes));
		kept = bytes;
	}
	begin();
	sink = kept[0]; /* NOLINT: on purpose */
	(void)sink;
	expect_report("use after the scope", "test_scope", NULL, NULL);
}
