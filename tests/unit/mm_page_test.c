/*
 * mm_page_test.c: the page allocator over many memory maps. The product's files are
 * included, so that each test can start them afresh on a machine of its own.
 */
#include "tests/unit/mm_fake.h"

#include "kernel/mm/fault_inject.h"
#include "kernel/mm/page_map.c"
#include "kernel/mm/page.c"
#include "kernel/mm/page_address.c"

static struct boot_info info;
static uint64_t noise;

void poison_pages(struct page *page, unsigned order)
{
}

static uint32_t pick(uint32_t below)
{
	noise = noise * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(noise >> 33) % below;
}

static void map_add(uint64_t base, uint64_t size, enum boot_memory_type type)
{
	info.memory[info.memory_count++] = (struct boot_memory){ base, size, type };
}

/* As QEMU's PC reports it. */
static void map_of_pc(uint64_t size)
{
	uint64_t low = MIN(size, 3 * GIB);

	map_add(0, 0x9fc00, BOOT_MEMORY_RAM);
	map_add(0x9fc00, 0x400, BOOT_MEMORY_RESERVED);
	map_add(0xf0000, 0x10000, BOOT_MEMORY_RESERVED);
	map_add(MIB, low - MIB - 0x20000, BOOT_MEMORY_RAM);
	map_add(low - 0x20000, 0x20000, BOOT_MEMORY_ACPI);
	map_add(0xfffc0000, 0x40000, BOOT_MEMORY_RESERVED);
	if (size > low)
		map_add(4 * GIB, size - low, BOOT_MEMORY_RAM);
}

static int start(void **state)
{
	fake_machine_start();
	info = (struct boot_info){ 0 };
	memset(page_sections, 0, sizeof(page_sections));
	memset(zones, 0, sizeof(zones));
	piece_count = 0;
	memset(page_hot, 0, sizeof(page_hot));
	free_pages = allocations = frees = failures = 0;
	return 0;
}

static int stop(void **state)
{
	fake_machine_stop();
	return 0;
}

static bool is_ram(uint64_t phys)
{
	for (unsigned i = 0; i < info.memory_count; i++) {
		const struct boot_memory *m = &info.memory[i];

		if (m->type == BOOT_MEMORY_RAM && phys >= m->base &&
		    phys + PAGE_SIZE <= m->base + m->size)
			return true;
	}
	return false;
}

/* As many descriptors say that they head a free block as there are free blocks. */
static void check_heads(void)
{
	uint64_t heads = 0, blocks = 0, hot = 0;

	for (unsigned i = 0; i < page_section_count; i++)
		for (uint32_t n = 0; n < page_sections[i].written; n++) {
			heads += page_sections[i].pages[n].kind == PAGE_FREE;
			hot += page_sections[i].pages[n].kind == PAGE_HOT;
		}
	for (unsigned z = 0; z < ZONES; z++)
		for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
			blocks += zones[z].blocks[order];
	assert_int_equal(heads, blocks);
	assert_int_equal(hot, page_hot[0].hot.count);
}

/* The numbers agree with each other; returns the free pages. */
static uint64_t check_stats(void)
{
	struct page_stats stats;
	uint64_t sum = 0;

	page_stats(&stats);
	for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
		sum += (stats.free_blocks[ZONE_LOW][order] +
			stats.free_blocks[ZONE_HIGH][order])
		       << order;
	sum += stats.hot;
	assert_int_equal(sum, stats.free);
	assert_true(stats.free + stats.reserved <= stats.total);
	check_heads();
	return stats.free;
}

/* Takes every page one by one: each is RAM, unused, given once. Then frees them all. */
static void drain_and_refill(void)
{
	struct list taken = LIST_INIT(taken);
	struct page *page, *next;
	struct page_stats stats;
	uint64_t count = 0, before = check_stats();

	for (page = page_alloc(0, GFP_ATOMIC); page; page = page_alloc(0, GFP_ATOMIC)) {
		uint64_t phys = page_to_phys(page);

		assert_true(is_ram(phys));
		assert_true(phys >= PAGE_SIZE);
		assert_false(phys + PAGE_SIZE > 0x100000 && phys < 0x164000);
		assert_false(phys >= 0xa0000 && phys < 0x100000);
		assert_ptr_equal(page_from_phys(phys + 5), page);
		assert_int_equal(page->kind, PAGE_USED);
		for (unsigned i = 0; i < info.module_count; i++)
			assert_false(phys + PAGE_SIZE > info.modules[i].base &&
				     phys < info.modules[i].base + info.modules[i].size);
		list_add_tail(&taken, &page->link);
		count++;
	}
	assert_int_equal(count, before);
	assert_int_equal(check_stats(), 0);
	list_for_each_safe (page, next, &taken, link)
		page_free(page);
	assert_int_equal(check_stats(), before);
	page_stats(&stats);
	assert_int_equal(stats.allocations, stats.frees);
	assert_int_equal(stats.failures, 1);
}

static void test_sizes(void **state)
{
	static const uint64_t sizes[] = { 4,   8,    10,   16,	 17,  127,
					  128, 1024, 3072, 3073, 8192 };

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct page_stats stats;

		stop(state);
		start(state);
		map_of_pc(sizes[i] * MIB);
		page_init(&info);
		page_stats(&stats);
		assert_int_equal(stats.total,
				 (sizes[i] * MIB - MIB - 0x20000 + 0x9f000) / PAGE_SIZE);
		/* Image, firmware and descriptors take no more than these. */
		assert_true(stats.reserved <= stats.total / 80 + 120);
		drain_and_refill();
	}
}

/* Starting writes no descriptors; the first page writes those of one largest block. */
static void test_lazy(void **state)
{
	unsigned written = 0;

	map_of_pc(8 * GIB);
	page_init(&info);
	for (unsigned i = 0; i < page_section_count; i++)
		assert_int_equal(page_sections[i].written, 0);
	assert_non_null(page_alloc(0, GFP_KERNEL));
	for (unsigned i = 0; i < page_section_count; i++)
		written += page_sections[i].written;
	assert_in_range(written, 1, 1u << PAGE_ORDER_MAX);
	assert_true((char *)page_sections[0].pages < fake_memory + GIB);
}

static void test_holes(void **state)
{
	/* What descriptors are written over. */
	memset(fake_memory + PAGE_SIZE, 0xff, 40 * MIB);
	map_add(0x800, 0x9f000, BOOT_MEMORY_RAM); /* edges inside of pages */
	map_add(MIB, 7 * MIB + 0x123, BOOT_MEMORY_RAM);
	map_add(9 * MIB, 3 * MIB, BOOT_MEMORY_NVS);
	map_add(12 * MIB, 20 * MIB, BOOT_MEMORY_RAM);
	map_add(64 * MIB, 0x3000, BOOT_MEMORY_RAM); /* room for its descriptors */
	map_add(80 * MIB, 0x1000, BOOT_MEMORY_RAM); /* and none */
	map_add(1024 * MIB, 40 * MIB, BOOT_MEMORY_RAM);
	map_add(12 * GIB, 100 * MIB, BOOT_MEMORY_RAM);
	info.modules[info.module_count++] =
		(struct boot_module){ 2 * MIB + 100, 0x10000, "m" };
	info.modules[info.module_count++] = (struct boot_module){ 1026 * MIB, MIB, "n" };
	page_init(&info);
	assert_null(page_from_phys(10 * MIB));
	assert_null(page_from_phys(8 * MIB));
	assert_null(page_from_phys(100 * MIB));
	assert_null(page_from_phys(14 * GIB));
	assert_null(page_from_phys(UINT64_MAX));
	assert_null(page_from_phys(0x9f000 + 0x800));
	assert_int_equal(page_from_phys(1026 * MIB)->kind, PAGE_RESERVED);
	assert_int_equal(page_from_phys(2 * MIB)->kind, PAGE_RESERVED);
	assert_int_equal(page_from_phys(kernel_image_start - (char *)IMAGE_BASE)->kind,
			 PAGE_RESERVED);
	drain_and_refill();
}

/* A loader that knows nothing of the firmware's part of the first MiB. */
static void test_firmware(void **state)
{
	uint16_t segment = 0x9000;

	memcpy(fake_memory + BIOS_EBDA_SEGMENT, &segment, sizeof(segment));
	map_add(0, 32 * MIB, BOOT_MEMORY_RAM);
	page_init(&info);
	assert_int_equal(page_from_phys(0)->kind, PAGE_RESERVED);
	assert_int_equal(page_from_phys(0x90000)->kind, PAGE_RESERVED);
	assert_int_equal(page_from_phys(0xb8000)->kind, PAGE_RESERVED);
	assert_int_not_equal(page_from_phys(0x50000)->kind, PAGE_RESERVED);
	drain_and_refill();
}

/* A damaged map is refused in parts, never believed. */
static void test_bad_map(void **state)
{
	map_add(0, 0x9f000, BOOT_MEMORY_RAM);
	map_add(MIB, 31 * MIB, BOOT_MEMORY_RAM);
	map_add(16 * MIB, 32 * MIB, BOOT_MEMORY_RAM);	       /* overlaps */
	map_add(UINT64_MAX - 0xfff, 0x10000, BOOT_MEMORY_RAM); /* wraps */
	page_init(&info);
	drain_and_refill();
	assert_null(page_from_phys(48 * MIB));
	stop(state);
	start(state);
	map_add(0, 0x9f000, BOOT_MEMORY_RESERVED);
	EXPECT_PANIC(page_init(&info), "no memory");
}

/* So much memory that sections grow; nothing is touched, so it need not exist. */
static void test_terabytes(void **state)
{
	struct page_stats stats;

	map_add(0, 0x9f000, BOOT_MEMORY_RAM);
	map_add(MIB, 2 * GIB, BOOT_MEMORY_RAM);
	map_add(4 * GIB, 1024 * GIB, BOOT_MEMORY_RAM);
	map_add(16384 * GIB, 1024 * GIB, BOOT_MEMORY_RAM);
	page_init(&info);
	page_stats(&stats);
	assert_true(stats.total > (1025 * GIB) / PAGE_SIZE);
	assert_true(page_section_count <= SECTION_MAX);
	assert_true(stats.free > stats.total / 100 * 98);
	check_stats();
}

static void test_split_and_merge(void **state)
{
	struct page *pages[4];
	struct page_stats before, after;

	map_of_pc(64 * MIB);
	page_init(&info);
	page_stats(&before);
	for (unsigned order = 1; order <= PAGE_ORDER_MAX; order++) {
		for (unsigned i = 0; i < 4; i++) {
			pages[i] = page_alloc(order, GFP_KERNEL);
			assert_non_null(pages[i]);
			assert_int_equal(pages[i]->frame % (1u << order), 0);
			assert_int_equal(pages[i][1].kind, PAGE_TAIL);
			assert_int_equal(pages[i][1].order, order);
		}
		check_stats();
		for (unsigned i = 0; i < 4; i++)
			page_free(pages[(i * 3 + order) % 4]);
		page_stats(&after);
		assert_memory_equal(before.free_blocks, after.free_blocks,
				    sizeof(before.free_blocks));
	}
	assert_null(page_alloc(PAGE_ORDER_MAX + 1, GFP_ATOMIC));
}

/* All of memory, page by page, at its frame's place. */
static struct page *every_page[4096];

/* Gives the page of a frame back. */
static void give(uint32_t frame)
{
	if (every_page[frame])
		page_free(every_page[frame]);
	else
		fail_msg("frame %u was not given out", frame);
}

static void take_everything(void)
{
	struct page *page;

	memset(every_page, 0, sizeof(every_page));
	for (page = page_alloc(0, GFP_ATOMIC); page; page = page_alloc(0, GFP_ATOMIC))
		every_page[page->frame] = page;
}

/* Hot pages do not stand in the way of a large block. */
static void test_hot_are_joined(void **state)
{
	const uint32_t block = 2048, far = 3000;
	uint32_t i;

	map_of_pc(16 * MIB);
	page_init(&info);
	take_everything();
	/* Single pages, until memory is no longer short and frees stay hot. */
	for (i = 0; i < kept_free; i++)
		give(far + 2 * i);
	give(block);
	assert_int_equal(page_hot[0].hot.count, 1);
	for (i = 1; i < 16; i++)
		give(block + i);
	assert_int_equal(check_stats(), kept_free + 16);
	assert_ptr_equal(page_alloc(4, GFP_ATOMIC), every_page[block]);
	assert_int_equal(page_hot[0].hot.count, 0);
	/* There is an end to how many. */
	for (i = 0; i < 2 * HOT_MAX; i++)
		give(block + 16 + 2 * i);
	assert_in_range(page_hot[0].hot.count, HOT_BATCH, HOT_MAX);
	check_stats();
}

/* Pages go to a CPU and come back from it many at a time. */
static void test_hot_batches(void **state)
{
	struct page *pages[2 * HOT_MAX];
	uint32_t least = UINT32_MAX, most = 0;
	uint64_t all;

	map_of_pc(16 * MIB);
	page_init(&info);
	all = check_stats();
	for (uint32_t i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = page_alloc(0, GFP_KERNEL);
		assert_non_null(pages[i]);
		assert_int_equal(page_hot[0].hot.count, HOT_BATCH - 1 - i % HOT_BATCH);
		assert_int_equal(check_stats(), all - 1 - i);
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(pages); i++) {
		page_free(pages[i]);
		if (i >= HOT_MAX)
			least = MIN(least, page_hot[0].hot.count);
		most = MAX(most, page_hot[0].hot.count);
	}
	assert_int_equal(least, HOT_BATCH);
	assert_int_equal(most, HOT_MAX);
	assert_int_equal(check_stats(), all);
}

static void test_zones(void **state)
{
	struct page *page;
	uint64_t low = 0, all;

	map_of_pc(4 * GIB);
	page_init(&info);
	all = check_stats();
	for (uint64_t n = 0; n < all - LOW_KEPT - 200; n++) {
		page = page_alloc(0, GFP_KERNEL);
		assert_non_null(page);
	}
	assert_true(zones[ZONE_LOW].free_pages >= LOW_KEPT);
	page = page_alloc(0, GFP_DMA32);
	assert_true(page_to_phys(page) < 4 * GIB);
	while (page_alloc(0, GFP_ATOMIC | GFP_DMA32))
		low++;
	assert_true(low >= LOW_KEPT - 1);
	assert_non_null(page_alloc(0, GFP_ATOMIC)); /* there is high memory left */
	assert_null(page_alloc(3, GFP_ATOMIC | GFP_DMA32));
}

static void test_reserve(void **state)
{
	uint64_t left;

	map_of_pc(4 * MIB);
	page_init(&info);
	while (page_alloc(0, GFP_KERNEL))
		;
	left = check_stats();
	assert_int_equal(left, RESERVE_MIN);
	for (uint64_t n = 0; n < left; n++)
		assert_non_null(page_alloc(0, GFP_ATOMIC));
	assert_null(page_alloc(0, GFP_ATOMIC));
}

static void test_references(void **state)
{
	struct page *page;
	uint64_t before;

	map_of_pc(16 * MIB);
	page_init(&info);
	before = check_stats();
	page = page_alloc(2, GFP_KERNEL | GFP_ZERO);
	for (size_t i = 0; i < PAGE_SIZE * 4; i++)
		assert_int_equal(((char *)page_address(page))[i], 0);
	page_get(page);
	EXPECT_PANIC(page_free(page), "2 references");
	page_put(page);
	page_put(page);
	assert_int_equal(check_stats(), before);
	EXPECT_PANIC(page_put(page), "free of frame");
	page = page_alloc(1, GFP_KERNEL);
	EXPECT_PANIC(page_free(page + 1), "inside a block");
	page_free(page);
	EXPECT_PANIC(page_free(page), "free of frame");
	EXPECT_PANIC(page_get(page), "reference");
	page = page_alloc(0, GFP_KERNEL);
	page_free(page);
	EXPECT_PANIC(page_free(page), "free");
	EXPECT_PANIC(page_free_address(page_address(page) + 1), "no page");
	EXPECT_PANIC(page_free(page_from_phys(MIB)), "reserved");
	assert_int_equal(check_stats(), before);
}

static void test_failing(void **state)
{
	map_of_pc(16 * MIB);
	page_init(&info);
	fake_fail_at = 3;
	assert_non_null(page_alloc(0, GFP_ATOMIC));
	assert_non_null(page_alloc_address(0, GFP_ATOMIC));
	assert_int_equal(page_alloc_table(), 0);
	assert_int_not_equal(page_alloc_table(), 0);
}

struct held {
	struct page *page;
	unsigned order;
	uint8_t mark;
};

/* Random blocks, each filled with its own byte: none ever overlaps another. */
static void test_random(void **state)
{
	static struct held held[600];
	uint64_t before;

	map_of_pc(24 * MIB);
	page_init(&info);
	before = check_stats();
	for (unsigned step = 0; step < 60000; step++) {
		struct held *h = &held[pick(ARRAY_SIZE(held))];
		char *bytes;

		if (h->page) {
			bytes = page_address(h->page);
			for (unsigned i = 0; i < 1u << h->order; i++)
				assert_int_equal((uint8_t)bytes[i * PAGE_SIZE], h->mark);
			page_free(h->page);
			h->page = NULL;
			continue;
		}
		h->order = pick(3) ? pick(2) : pick(8);
		h->page = page_alloc(h->order, GFP_ATOMIC);
		if (!h->page)
			continue;
		h->mark = pick(256);
		bytes = page_address(h->page);
		for (unsigned i = 0; i < 1u << h->order; i++)
			bytes[i * PAGE_SIZE] = h->mark;
		if (step % 64 == 0)
			check_stats();
	}
	for (unsigned i = 0; i < ARRAY_SIZE(held); i++) {
		if (held[i].page)
			page_free(held[i].page);
		held[i].page = NULL;
	}
	assert_int_equal(check_stats(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, start, stop),
		cmocka_unit_test_setup_teardown(test_lazy, start, stop),
		cmocka_unit_test_setup_teardown(test_holes, start, stop),
		cmocka_unit_test_setup_teardown(test_firmware, start, stop),
		cmocka_unit_test_setup_teardown(test_bad_map, start, stop),
		cmocka_unit_test_setup_teardown(test_terabytes, start, stop),
		cmocka_unit_test_setup_teardown(test_split_and_merge, start, stop),
		cmocka_unit_test_setup_teardown(test_hot_are_joined, start, stop),
		cmocka_unit_test_setup_teardown(test_hot_batches, start, stop),
		cmocka_unit_test_setup_teardown(test_zones, start, stop),
		cmocka_unit_test_setup_teardown(test_reserve, start, stop),
		cmocka_unit_test_setup_teardown(test_references, start, stop),
		cmocka_unit_test_setup_teardown(test_failing, start, stop),
		cmocka_unit_test_setup_teardown(test_random, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
