/*
 * mm_slab.c: caches and kmalloc inside the kernel: contents, numbers, failing on purpose.
 */
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/sanitize/kasan.h"
#include "kernel/x86/cpu.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { OBJECTS = 300 };

static void *objects[OBJECTS];

static uint64_t pages_free(void)
{
	struct page_stats stats;

	slab_shrink();
	page_stats(&stats);
	return stats.free;
}

static size_t size_of(unsigned i)
{
	return 1 + (i * 2654435761u >> 7) % (i % 8 ? 700 : 9000);
}

static bool is_filled(const void *memory, uint8_t byte, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const uint8_t *)memory)[i] != byte)
			return false;
	return true;
}

SELF_TEST("slab.sizes", test_sizes)
{
	uint64_t pages = pages_free(), used = slab_used();

	for (unsigned i = 0; i < OBJECTS; i++) {
		objects[i] = kmalloc(size_of(i), GFP_KERNEL);
		EXPECT(objects[i]);
		EXPECT_EQ((uint64_t)objects[i] % 16, 0);
		EXPECT(kmalloc_usable(objects[i]) >= size_of(i));
		if (objects[i])
			memset(objects[i], i, size_of(i));
	}
	EXPECT(slab_used() > used);
	for (unsigned i = 0; i < OBJECTS; i++) {
		EXPECT(!objects[i] || is_filled(objects[i], i, size_of(i)));
		kfree(objects[i]);
	}
	EXPECT_EQ(slab_used(), used);
	EXPECT_EQ(pages_free(), pages);
}

/* What must have failed, and is given back where it did not. */
static bool is_refused(void *object)
{
	kfree(object);
	return !object;
}

SELF_TEST("slab.edges", test_edges)
{
	EXPECT(is_refused(kmalloc(0, GFP_KERNEL)));
	EXPECT(is_refused(kmalloc(SIZE_MAX, GFP_KERNEL)));
	EXPECT(is_refused(kmalloc((PAGE_SIZE << PAGE_ORDER_MAX) + 1, GFP_KERNEL)));
	EXPECT(is_refused(kcalloc(SIZE_MAX / 8, 9, GFP_KERNEL)));
	kfree(NULL);
}

SELF_TEST("slab.zero", test_zero)
{
	for (size_t size = 8; size < 6000; size *= 2) {
		void *dirty = kmalloc(size, GFP_KERNEL), *clean;

		if (dirty)
			memset(dirty, 0xff, size);
		kfree(dirty);
		clean = kzalloc(size, GFP_KERNEL);
		EXPECT(clean && is_filled(clean, 0, size));
		kfree(clean);
		clean = kcalloc(size / 4, 4, GFP_KERNEL);
		EXPECT(clean && is_filled(clean, 0, size));
		kfree(clean);
	}
}

SELF_TEST("slab.cache", test_cache)
{
	uint64_t pages = pages_free();
	struct kmem_cache cache;

	kmem_cache_init(&cache, "self-test", 200, 64);
	for (unsigned i = 0; i < OBJECTS; i++) {
		objects[i] = kmem_alloc(&cache, GFP_KERNEL);
		EXPECT(objects[i] && (uint64_t)objects[i] % 64 == 0);
	}
	EXPECT_EQ(kmem_cache_used(&cache), OBJECTS);
	EXPECT(pages_free() < pages);
	for (unsigned i = 0; i < OBJECTS; i++)
		if (objects[i])
			kmem_free(&cache, objects[i]);
	EXPECT_EQ(kmem_cache_used(&cache), 0);
	/* Given back already, but for what is kept; the sanitizer makes it wait. */
	EXPECT(CONFIG_KASAN || cache.slabs <= 5);
	kmem_cache_destroy(&cache);
	EXPECT_EQ(pages_free(), pages);
}

static void find_cache(const struct kmem_cache *cache, void *context)
{
	if (strcmp(cache->name, "kmalloc-64") == 0)
		*(uint64_t *)context += cache->used;
}

SELF_TEST("slab.visit", test_visit)
{
	uint64_t before = 0, after = 0;
	void *object;

	slab_visit(find_cache, &before);
	object = kmalloc(60, GFP_KERNEL);
	slab_visit(find_cache, &after);
	EXPECT_EQ(after, before + 1);
	kfree(object);
}

/* Each of three allocations fails in its turn, then none. */
SELF_TEST("slab.fault_injection", test_fault_injection)
{
	struct kmem_cache cache;

	kmem_cache_init(&cache, "self-test", 100, 0);
	for (unsigned n = 1; n <= 4; n++) {
		void *a, *b, *c;

		slab_shrink(); /* that a cache is empty changes no number */
		fault_inject_arm(n, cpu_task());
		a = kmalloc(100, GFP_KERNEL);
		b = kmem_alloc(&cache, GFP_KERNEL);
		c = kzalloc(8000, GFP_KERNEL);
		EXPECT_EQ(fault_inject_disarm(), n <= 3);
		EXPECT_EQ(!a, n == 1);
		EXPECT_EQ(!b, n == 2);
		EXPECT_EQ(!c, n == 3);
		kfree(a);
		if (b)
			kmem_free(&cache, b);
		kfree(c);
	}
	kmem_cache_destroy(&cache);
}

static uint64_t objects_of_this_test(struct slab_site *sites, size_t max)
{
	size_t count = slab_live_sites(sites, max);
	uint64_t found = 0;

	/* This file's functions allocate 333 bytes and nobody else does. */
	for (size_t i = 0; i < count; i++)
		if (strcmp(sites[i].cache, "kmalloc-384") == 0)
			found += sites[i].objects;
	return found;
}

SELF_TEST("slab.report", test_report)
{
	enum { SITES = 400 };
	struct slab_site *sites;
	uint64_t before;

	if (!CONFIG_DEBUG) {
		self_skip("only the debug build knows who allocated what");
		return;
	}
	sites = kcalloc(SITES, sizeof(*sites), GFP_KERNEL);
	EXPECT(sites);
	if (!sites)
		return;
	before = objects_of_this_test(sites, SITES);
	for (unsigned i = 0; i < 10; i++)
		objects[i] = kmalloc(333, GFP_KERNEL);
	EXPECT_EQ(objects_of_this_test(sites, SITES), before + 10);
	for (unsigned i = 0; i < 10; i++)
		kfree(objects[i]);
	EXPECT_EQ(objects_of_this_test(sites, SITES), before);
	kfree(sites);
}
