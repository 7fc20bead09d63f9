/*
 * mm_slab_test.c: caches and kmalloc over the real page allocator, in the debug build's
 * form: with red zones, poison and call sites.
 */
#include "tests/unit/mm_fake.h"

#include "kernel/mm/fault_inject.h"
#include "kernel/mm/page_map.c"
#include "kernel/mm/page.c"
#include "kernel/mm/page_address.c"
#include "kernel/mm/slab.c"
#include "kernel/mm/kmalloc.c"
#include "kernel/mm/poison.c"

static struct boot_info info;
static uint64_t pages_at_start;

static uint64_t pages_free(void)
{
	struct page_stats stats;

	page_stats(&stats);
	return stats.free;
}

static int start(void **state)
{
	fake_machine_start();
	info = (struct boot_info){ .memory_count = 1,
				   .memory = { { MIB, 32 * MIB, BOOT_MEMORY_RAM } } };
	memset(page_sections, 0, sizeof(page_sections));
	memset(zones, 0, sizeof(zones));
	memset(cache_of, 0, sizeof(cache_of));
	piece_count = 0;
	memset(page_hot, 0, sizeof(page_hot));
	memset(slab_hot, 0, sizeof(slab_hot));
	hot_numbers[0] = 1;
	free_pages = allocations = frees = failures = 0;
	registry_lock.held = false;
	list_init(&registry);
	large_bytes = 0;
	page_init(&info);
	slab_init();
	kfree(kmalloc(1, GFP_KERNEL)); /* the CPU sets up what it keeps */
	slab_shrink();
	pages_at_start = pages_free();
	return 0;
}

/* Everything was given back. */
static int stop(void **state)
{
	slab_shrink();
	assert_int_equal(slab_used(), 0);
	assert_int_equal(pages_free(), pages_at_start);
	fake_machine_stop();
	return 0;
}

static int stop_damaged(void **state)
{
	fake_machine_stop();
	return 0;
}

static void test_sizes(void **state)
{
	static void *objects[9000];

	for (size_t size = 1; size < 9000; size += size < 300 ? 1 : 37) {
		objects[size] = kmalloc(size, GFP_KERNEL);
		assert_non_null(objects[size]);
		assert_int_equal((uintptr_t)objects[size] % 16, 0);
		assert_int_equal(kmalloc_usable(objects[size]), size);
		memset(objects[size], (uint8_t)size, size);
	}
	for (size_t size = 1; size < 9000; size += size < 300 ? 1 : 37) {
		for (size_t i = 0; i < size; i++)
			assert_int_equal(((uint8_t *)objects[size])[i], (uint8_t)size);
		kfree(objects[size]);
	}
}

static void test_edges(void **state)
{
	void *object;

	assert_null(kmalloc(0, GFP_KERNEL));
	assert_null(kcalloc(SIZE_MAX / 2, 3, GFP_KERNEL));
	assert_null(kcalloc(0, 3, GFP_KERNEL));
	assert_null(kmalloc(SIZE_MAX, GFP_KERNEL));
	assert_null(kmalloc((PAGE_SIZE << PAGE_ORDER_MAX) + 1, GFP_KERNEL));
	object = kmalloc(PAGE_SIZE << PAGE_ORDER_MAX, GFP_KERNEL);
	assert_non_null(object);
	assert_int_equal(slab_used(), PAGE_SIZE << PAGE_ORDER_MAX);
	kfree(object);
	kfree(NULL);
}

static void test_zero(void **state)
{
	for (size_t size = 8; size <= 10000; size = size * 5 / 4) {
		uint8_t *bytes = kmalloc(size, GFP_KERNEL);

		memset(bytes, 0xff, size);
		kfree(bytes);
		bytes = kcalloc(size, 1, GFP_KERNEL);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		kfree(bytes);
	}
}

/* A cache grows and shrinks, keeps one empty slab, and gives aligned objects. */
static void test_cache(void **state)
{
	static void *objects[500];
	struct kmem_cache cache;

	kmem_cache_init(&cache, "test", 200, 64);
	for (unsigned i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmem_alloc(&cache, GFP_KERNEL);
		assert_int_equal((uintptr_t)objects[i] % 64, 0);
	}
	assert_int_equal(kmem_cache_used(&cache), ARRAY_SIZE(objects));
	assert_int_equal(slab_used(), 200 * ARRAY_SIZE(objects));
	assert_int_equal(cache.slabs,
			 (ARRAY_SIZE(objects) + cache.per_slab - 1) / cache.per_slab);
	for (unsigned i = 0; i < ARRAY_SIZE(objects); i += 2)
		kmem_free(&cache, objects[i]);
	for (unsigned i = 1; i < ARRAY_SIZE(objects); i += 2)
		kmem_free(&cache, objects[i]);
	assert_in_range(cache.slabs, 1, 1 + cache.hot_max); /* each may hold one */
	hot_objects_release(&cache);
	assert_int_equal(cache.slabs, 1);
	assert_int_equal(cache.empty, 1);
	objects[0] = kmem_alloc(&cache, GFP_KERNEL);
	assert_int_equal(cache.empty, 0);
	EXPECT_PANIC(kmem_cache_destroy(&cache), "1 objects are in use");
	registry_lock.held = false;
	kmem_free(&cache, objects[0]);
	kmem_cache_destroy(&cache);
}

/* Partial slabs are used before the empty one, in any order of frees. */
static void test_shrink_keeps_partial(void **state)
{
	static void *objects[400];
	struct kmem_cache cache;
	unsigned live = 0;

	kmem_cache_init(&cache, "test", 300, 0);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned i = (round * 7919) % ARRAY_SIZE(objects);

		if (objects[i]) {
			kmem_free(&cache, objects[i]);
			objects[i] = NULL;
			live--;
		} else {
			objects[i] = kmem_alloc(&cache, GFP_KERNEL);
			live++;
		}
		if (round % 100 == 0)
			slab_shrink();
		assert_int_equal(kmem_cache_used(&cache), live);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(objects); i++)
		if (objects[i])
			kmem_free(&cache, objects[i]);
	kmem_cache_destroy(&cache);
}

static void test_no_memory(void **state)
{
	struct list taken = LIST_INIT(taken);
	struct page *page, *next;
	struct kmem_cache cache;

	kmem_cache_init(&cache, "test", 64, 0);
	for (page = page_alloc(0, GFP_ATOMIC); page; page = page_alloc(0, GFP_ATOMIC))
		list_add_tail(&taken, &page->link);
	assert_null(kmem_alloc(&cache, GFP_ATOMIC));
	assert_null(kmalloc(100, GFP_ATOMIC));
	assert_null(kmalloc(100000, GFP_ATOMIC));
	list_for_each_safe (page, next, &taken, link)
		page_free(page);
	kmem_cache_destroy(&cache);
}

/* Growth does not count, so the n-th allocation is the same one whatever caches hold. */
static void test_failing(void **state)
{
	void *a, *b;

	fake_fail_at = 3;
	a = kmalloc(100, GFP_KERNEL);
	b = kzalloc(5000, GFP_KERNEL);
	assert_non_null(a);
	assert_non_null(b);
	assert_null(kmalloc(100, GFP_KERNEL));
	kfree(a);
	kfree(b);
}

static void test_misuse(void **state)
{
	struct kmem_cache cache;
	char *a, *b;

	kmem_cache_init(&cache, "test", 40, 0);
	a = kmalloc(50, GFP_KERNEL);
	EXPECT_PANIC(kmem_free(&cache, a), "not its own");
	a[50] = 1;
	EXPECT_PANIC(kfree(a), "beyond its end");
	b = kmalloc(50, GFP_KERNEL);
	assert_non_null(b);
	kfree(b);
	EXPECT_PANIC(kfree(b), "second time; allocated by somebody");
	b[49] = 1;
	EXPECT_PANIC(a = kmalloc(50, GFP_KERNEL), "written after its free");
	a = kmalloc(5000, GFP_KERNEL);
	a[5000] = 1;
	EXPECT_PANIC(kfree(a), "beyond its end");
	EXPECT_PANIC(kfree(a + PAGE_SIZE), "did not make");
	EXPECT_PANIC(kfree(a + 16), "did not make");
	a[5000] = (char)POISON_RED;
	kfree(a);
	EXPECT_PANIC(kfree(a), "did not make");
	a = kmalloc(100, GFP_KERNEL);
	EXPECT_PANIC(kfree(a + 16), "no object");
	EXPECT_PANIC(kfree(phys_to_virt(40 * MIB)), "did not make");
}

static void test_report(void **state)
{
	void *objects[8];
	struct slab_site sites[16];
	size_t count;

	for (unsigned i = 0; i < ARRAY_SIZE(objects); i++)
		objects[i] = kmalloc(100, GFP_KERNEL);
	kfree(objects[7]);
	count = slab_live_sites(sites, ARRAY_SIZE(sites));
	assert_int_equal(count, 2); /* and the CPU's own page */
	assert_string_equal(sites[0].cache, "kmalloc-128");
	assert_int_equal(sites[0].objects, 7);
	assert_int_equal(sites[0].bytes, 7 * 128);
	objects[7] = kmalloc(10000, GFP_KERNEL);
	count = slab_live_sites(sites, ARRAY_SIZE(sites));
	assert_int_equal(count, 3);
	assert_string_equal(sites[2].cache, "pages");
	assert_int_equal(sites[2].bytes, 16384);
	assert_int_equal(slab_live_sites(sites, 1), 1);
	for (unsigned i = 0; i < ARRAY_SIZE(objects); i++)
		kfree(objects[i]);
	assert_int_equal(slab_live_sites(sites, ARRAY_SIZE(sites)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, start, stop),
		cmocka_unit_test_setup_teardown(test_edges, start, stop),
		cmocka_unit_test_setup_teardown(test_zero, start, stop),
		cmocka_unit_test_setup_teardown(test_cache, start, stop),
		cmocka_unit_test_setup_teardown(test_shrink_keeps_partial, start, stop),
		cmocka_unit_test_setup_teardown(test_no_memory, start, stop),
		cmocka_unit_test_setup_teardown(test_failing, start, stop),
		cmocka_unit_test_setup_teardown(test_misuse, start, stop_damaged),
		cmocka_unit_test_setup_teardown(test_report, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
