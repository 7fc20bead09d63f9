/*
 * mm_cpus.c: memory that goes between CPUs: allocated on one and freed on another, by all
 * at once, and while somebody takes back what they keep. In the end all is where it was.
 */
#include "kernel/mm/shrinker.h"
#include "kernel/mm/slab.h"
#include "lib/string.h"
#include "tests/self/crew.h"
#include "tests/self/fs_helpers.h"

enum { ROUNDS = 1500, SLOTS = 24, BURST = 150 };

/* What every object of these tests begins with; the rest is full of `mark`. */
struct parcel {
	uint32_t size;
	uint8_t mark;
	uint8_t bytes[];
};

/* Where each leaves objects for the next. */
static _Atomic(struct parcel *) slots[CREW_MAX][SLOTS];
static unsigned members;

static struct parcel *parcel_new(unsigned seed, uint8_t mark)
{
	uint32_t size = sizeof(struct parcel) + (seed * 2654435761u >> 9) % 900;
	struct parcel *parcel;

	if (seed % 16 == 0)
		size += 4 * PAGE_SIZE; /* whole pages */
	if (seed % 16 == 1)
		size = PAGE_SIZE;
	parcel = kmalloc(size, GFP_KERNEL);
	if (!parcel)
		return NULL;
	*parcel = (struct parcel){ .size = size, .mark = mark };
	memset(parcel->bytes, mark, size - sizeof(*parcel));
	return parcel;
}

static void parcel_end(struct parcel *parcel)
{
	bool whole = true;

	if (!parcel)
		return;
	for (uint32_t i = 0; i < parcel->size - sizeof(*parcel); i++)
		whole = whole && parcel->bytes[i] == parcel->mark;
	EXPECT(whole);
	kfree(parcel);
}

static void give_and_take(unsigned index)
{
	unsigned next = (index + 1) % members;

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned at = i * 7 % SLOTS;

		parcel_end(atomic_exchange(
			&slots[next][at],
			parcel_new(i * members + index, (uint8_t)(index + i))));
		parcel_end(atomic_exchange(&slots[index][i * 5 % SLOTS], NULL));
	}
}

static void slots_empty(void)
{
	for (unsigned i = 0; i < members; i++)
		for (unsigned s = 0; s < SLOTS; s++)
			parcel_end(atomic_exchange(&slots[i][s], NULL));
}

static struct memory_use use_now(void)
{
	(void)memory_reclaim(UINT64_MAX);
	return memory_use();
}

static void expect_use(const struct memory_use *before)
{
	struct memory_use after = use_now();

	for (unsigned i = 0; i < 1000 && memcmp(before, &after, sizeof(after)) != 0;
	     i++) {
		if (task_sleep(NSEC_PER_MSEC))
			break;
		after = use_now(); /* of tasks that end behind our back */
	}
	EXPECT_EQ(after.objects, before->objects);
	EXPECT_EQ(after.areas, before->areas);
	EXPECT_EQ(after.pages, before->pages);
}

/* Once before, so that what a CPU's first requests make for good is there. */
static struct memory_use use_before(void (*work)(unsigned index))
{
	members = crew_size();
	crew_run(members, work);
	slots_empty();
	EXPECT_EQ(task_sleep(5 * NSEC_PER_MSEC), 0);
	return use_now();
}

SELF_TEST("slab.freed_by_another_cpu", test_freed_by_another)
{
	struct memory_use before = use_before(give_and_take);

	crew_run(members, give_and_take);
	slots_empty();
	expect_use(&before);
}

static void burst(unsigned index)
{
	static void *objects[CREW_MAX][BURST];
	static struct page *pages[CREW_MAX][BURST];

	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < BURST; i++) {
			pages[index][i] = page_alloc(i % 50 == 49, GFP_KERNEL);
			objects[index][i] = kzalloc(8 + i, GFP_KERNEL);
			if (pages[index][i])
				*(uint64_t *)page_address(pages[index][i]) = i ^ index;
			if (objects[index][i])
				*(uint64_t *)objects[index][i] = i * index;
		}
		/* One takes back what the others keep while they are at it. */
		if (index == 0)
			(void)memory_reclaim(UINT64_MAX);
		for (unsigned i = 0; i < BURST; i++) {
			const struct page *page = pages[index][i];

			EXPECT(page && *(uint64_t *)page_address(page) == (i ^ index));
			EXPECT(objects[index][i] &&
			       *(uint64_t *)objects[index][i] == i * index);
			if (pages[index][i])
				page_free(pages[index][i]);
			kfree(objects[index][i]);
		}
	}
}

SELF_TEST("page.all_cpus_at_once", test_all_at_once)
{
	struct memory_use before = use_before(burst);
	struct page_stats stats;

	crew_run(members, burst);
	expect_use(&before);
	page_stats(&stats);
	EXPECT(stats.free + stats.reserved <= stats.total);
}

/* Caches take numbers among what CPUs keep, and give them back. */
static void caches(unsigned index)
{
	static struct kmem_cache own[CREW_MAX];

	for (unsigned round = 0; round < 40; round++) {
		void *objects[20];

		kmem_cache_init(&own[index], "self_test", 24 + 8 * index, 0);
		for (unsigned i = 0; i < ARRAY_SIZE(objects); i++) {
			objects[i] = kmem_alloc(&own[index], GFP_KERNEL);
			if (objects[i])
				memset(objects[i], (int)index, own[index].size);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(objects); i++) {
			EXPECT(objects[i] && *(uint8_t *)objects[i] == index);
			if (objects[i])
				kmem_free(&own[index], objects[i]);
		}
		EXPECT_EQ(kmem_cache_used(&own[index]), 0);
		kmem_cache_destroy(&own[index]);
	}
}

SELF_TEST("slab.caches_come_and_go", test_caches_come_and_go)
{
	struct memory_use before = use_before(caches);

	crew_run(members, caches);
	expect_use(&before);
}
