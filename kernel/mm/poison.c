/*
 * poison.c: patterns around and inside objects, and who holds what (debug build only).
 *
 * A state word tells free objects from those in use, so a second free is found at once.
 * A write after the free shows when the object is given out again, a write behind an
 * object when it is freed; both panic with the two call sites.
 */
#include "kernel/mm/poison.h"

#include "kernel/debug/symbols.h"
#include "kernel/debug/panic.h"
#include "kernel/mm/internal.h"
#include "kernel/sync/lockdep.h"
#include "lib/string.h"

enum {
	STATE_FREE = 0x66726565, /* words that are unlikely by chance */
	STATE_USED = 0x75736564,
};

static const uint64_t red_word = 0x0101010101010101ull * POISON_RED;

static uint64_t site_address(uint32_t site)
{
	return site ? 0xffffffff00000000ull | site : 0;
}

static const char *site_name(uint32_t site, char place[SYMBOL_PLACE_SIZE])
{
	return site ? symbol_place(site_address(site), place) : "nobody known";
}

static NORETURN COLD void complain(const struct kmem_cache *cache, const void *object,
				   const char *what, uint64_t site)
{
	const struct poison_tail *tail = poison_tail(cache, object);
	char allocated[SYMBOL_PLACE_SIZE], freed[SYMBOL_PLACE_SIZE],
		found[SYMBOL_PLACE_SIZE];

	panic("slab: %s: object %p %s; allocated by %s, freed by %s, found by %s",
	      cache->name, object, what, site_name(tail->allocated_by, allocated),
	      site_name(tail->freed_by, freed), site_name((uint32_t)site, found));
}

/* Whether all of size bytes are this one. */
static bool is_filled(const void *memory, int byte, size_t size)
{
	const uint8_t *p = memory;
	uint64_t word = 0x0101010101010101ull * (uint8_t)byte, have;

	for (; size >= sizeof(word); size -= sizeof(word), p += sizeof(word)) {
		memcpy(&have, p, sizeof(have));
		if (have != word)
			return false;
	}
	for (; size > 0; size--, p++)
		if (*p != byte)
			return false;
	return true;
}

void poison_new(const struct kmem_cache *cache, void *object)
{
	struct poison_tail *tail = poison_tail(cache, object);

	memset(object, POISON_FREE, ALIGN_UP(cache->size, 8u));
	*tail = (struct poison_tail){ .red = red_word, .state = STATE_FREE };
	kasan_close(object, cache->stride, KASAN_RED_ZONE);
}

void poison_alloc(const struct kmem_cache *cache, void *object, size_t size,
		  uint64_t site)
{
	struct poison_tail *tail = poison_tail(cache, object);
	size_t room = ALIGN_UP(cache->size, 8u);

	kasan_open(object, room, cache->stride, KASAN_RED_ZONE);
	if (tail->state != STATE_FREE || tail->red != red_word)
		complain(cache, object, "damaged while it was free", site);
	if (!is_filled(object, POISON_FREE, room))
		complain(cache, object, "written after its free", site);
	memset(object, POISON_FRESH, size);
	memset((char *)object + size, POISON_RED, room - size);
	tail->requested = size;
	tail->allocated_by = (uint32_t)site;
	tail->freed_by = 0;
	tail->state = STATE_USED;
	kasan_open(object, size, cache->stride, KASAN_RED_ZONE);
	kasan_note(&tail->allocated);
}

bool poison_free(const struct kmem_cache *cache, void *object, uint64_t site)
{
	struct poison_tail *tail = poison_tail(cache, object);
	size_t room = ALIGN_UP(cache->size, 8u);
	const char *slab = page_address(slab_of(object));

	if (CONFIG_KASAN && tail->state == STATE_FREE) {
		kasan_bad_free(object, "second free");
		return false;
	}
	if (((char *)object - slab) % cache->stride)
		panic("slab: %s: free of %p, which is no object", cache->name, object);
	if (tail->state == STATE_FREE)
		complain(cache, object, "freed a second time", site);
	kasan_open(object, room, room, KASAN_RED_ZONE);
	if (tail->state != STATE_USED || tail->red != red_word ||
	    tail->requested > room ||
	    !is_filled((char *)object + tail->requested, POISON_RED,
		       room - tail->requested))
		complain(cache, object, "written beyond its end", site);
	lockdep_free(object, room);
	memset(object, POISON_FREE, room);
	tail->freed_by = (uint32_t)site;
	tail->state = STATE_FREE;
	kasan_close(object, room, KASAN_FREE_OBJECT);
	kasan_note(&tail->freed);
	return true;
}

bool poison_describe(const void *address, struct poison_object *object)
{
	const struct page *page = slab_of(address);
	const struct kmem_cache *cache;
	const struct poison_tail *tail;
	char *start;

	if (!page || page->kind != PAGE_SLAB)
		return false;
	cache = page->owner;
	start = page_address(page);
	start += ((char *)address - start) / cache->stride * cache->stride;
	tail = poison_tail(cache, start);
	*object = (struct poison_object){ .cache = cache->name,
					  .start = (uint64_t)start,
					  .requested = tail->requested,
					  .used = tail->state == STATE_USED,
					  .allocated = tail->allocated,
					  .freed = tail->freed };
	return start + cache->stride <=
	       (char *)page_address(page) + (PAGE_SIZE << cache->order);
}

void poison_large_alloc(void *object, size_t size, size_t room)
{
	memset(object, POISON_FRESH, size);
	memset((char *)object + size, POISON_RED, room - size);
	kasan_open(object, size, room, KASAN_RED_ZONE);
}

void poison_large_free(const void *object, size_t size, size_t room, uint64_t site)
{
	char found[SYMBOL_PLACE_SIZE];

	kasan_open(object, room, room, KASAN_RED_ZONE);
	if (!is_filled((const char *)object + size, POISON_RED, room - size))
		panic("slab: object %p of %zu bytes written beyond its end, found by %s",
		      object, size, site_name((uint32_t)site, found));
}

void poison_pages(struct page *page, unsigned order)
{
	void *block = page_address(page);

	lockdep_free(block, PAGE_SIZE << order);
	kasan_open(block, PAGE_SIZE << order, PAGE_SIZE << order, KASAN_RED_ZONE);
	memset(block, POISON_FREE, PAGE_SIZE << order);
	kasan_page_free(block, order);
}

struct site_list {
	struct slab_site *sites;
	size_t count, max;
};

static void count_site(struct site_list *list, const char *cache, uint32_t site,
		       uint64_t bytes)
{
	struct slab_site *at = list->sites, *end = at + list->count;

	while (at < end && (at->cache != cache || at->site != site_address(site)))
		at++;
	if (at == end) {
		if (list->count == list->max)
			return;
		list->count++;
		*at = (struct slab_site){ .cache = cache, .site = site_address(site) };
	}
	at->objects++;
	at->bytes += bytes;
}

static void count_page(const struct page *page, void *context)
{
	const struct kmem_cache *cache = page->owner;
	char *object = page_address(page);

	if (page->kind != PAGE_SLAB) {
		count_site(context, "pages", page->site, PAGE_SIZE << page->order);
		return;
	}
	for (unsigned i = 0; i < cache->per_slab; i++, object += cache->stride) {
		const struct poison_tail *tail = poison_tail(cache, object);

		if (tail->state == STATE_USED)
			count_site(context, cache->name, tail->allocated_by, cache->size);
	}
}

size_t slab_live_sites(struct slab_site *sites, size_t max)
{
	struct site_list list = { .sites = sites, .max = max };

	page_visit_used(count_page, &list);
	for (size_t i = 1; i < list.count; i++) {
		struct slab_site site = sites[i];
		size_t at = i;

		for (; at > 0 && sites[at - 1].bytes > site.bytes; at--)
			sites[at] = sites[at - 1];
		sites[at] = site;
	}
	return list.count;
}
