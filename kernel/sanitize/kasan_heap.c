/*
 * kasan_heap.c: the allocators' side: marks in the shadow, who did what, and the objects
 * that wait after their free.
 *
 * Of a block of pages the last taker and giver are kept in a table by its first frame;
 * two blocks that share a place in it forget the older. Objects of slabs have their own
 * record of it behind them. Freed objects wait in a ring, so that whoever still uses one
 * touches marked memory and not the next owner's.
 */
#include "kernel/debug/panic.h"
#include "kernel/sanitize/depot.h"
#include "kernel/sanitize/internal.h"
#include "kernel/sanitize/kasan_internal.h"
#include "kernel/sanitize/finding.h"
#include "kernel/sched/task.h"

enum {
	BLOCKS = 8192,
	ORDERS = 11,
	DELAYED_MAX = 1024,
	DELAYED_BYTES_MAX = 512 << 10,
};

static struct kasan_block *blocks;
static atomic_uint block_clock;

static struct raw_lock delay_lock;
/* [delay_lock] */
static struct {
	void *object;
	size_t size;
} delayed[DELAYED_MAX];
static unsigned delayed_first, delayed_count;
static size_t delayed_bytes;

static void mark(uint64_t start, uint64_t end, uint8_t byte)
{
	uint8_t *shadow = shadow_of(start), *last = shadow_of(end);
	uint64_t word = byte * 0x0101010101010101ULL;

	while (shadow < last && (uint64_t)shadow % sizeof(word))
		*shadow++ = byte;
	for (; last - shadow >= (ssize_t)sizeof(word); shadow += sizeof(word))
		*(uint64_t *)shadow = word;
	while (shadow < last)
		*shadow++ = byte;
}

void kasan_close(const void *start, size_t size, enum kasan_mark why)
{
	mark((uint64_t)start, (uint64_t)start + size, why);
}

void kasan_open(const void *start, size_t size, size_t room, enum kasan_mark why)
{
	uint64_t base = (uint64_t)start, end = base + size;

	mark(base, end, 0);
	if (end % SHADOW_GRANULE)
		*shadow_of(end) = end % SHADOW_GRANULE;
	mark(ALIGN_UP(end, SHADOW_GRANULE), base + room, why);
}

static void note_from(struct kasan_track *track, uint64_t frame)
{
	uint64_t addresses[DEPOT_DEPTH];
	const struct task *task = cpu_task();

	track->stack = depot_keep(addresses, finding_walk(frame, addresses, DEPOT_DEPTH));
	track->task = task ? task->id : -1;
}

void kasan_note(struct kasan_track *track)
{
	note_from(track, (uint64_t)__builtin_frame_address(0));
}

static struct kasan_block *block_of(uint64_t frame)
{
	return &blocks[frame % BLOCKS];
}

static uint64_t frame_of(const void *block)
{
	return virt_to_phys(block) >> PAGE_SHIFT;
}

void kasan_page_alloc(const void *block, unsigned order)
{
	struct kasan_block *known = block_of(frame_of(block));

	kasan_open(block, PAGE_SIZE << order, PAGE_SIZE << order, KASAN_RED_ZONE);
	if (!blocks)
		return;
	known->frame = frame_of(block) + 1;
	known->order = order;
	known->when = atomic_fetch_add_explicit(&block_clock, 1, memory_order_relaxed);
	note_from(&known->allocated, (uint64_t)__builtin_frame_address(0));
}

void kasan_page_free(const void *block, unsigned order)
{
	struct kasan_block *known = block_of(frame_of(block));

	kasan_close(block, PAGE_SIZE << order, KASAN_FREE_PAGE);
	if (!blocks)
		return;
	if (known->frame != frame_of(block) + 1)
		*known = (struct kasan_block){ .frame = frame_of(block) + 1 };
	known->order = order;
	known->when = atomic_fetch_add_explicit(&block_clock, 1, memory_order_relaxed);
	note_from(&known->freed, (uint64_t)__builtin_frame_address(0));
}

bool kasan_find_block(uint64_t address, struct kasan_block *block)
{
	uint64_t frame = virt_to_phys((const void *)address) >> PAGE_SHIFT;
	const struct kasan_block *last = NULL;

	for (unsigned order = 0; blocks && order < ORDERS; order++) {
		uint64_t first = ALIGN_DOWN(frame, 1ULL << order);
		const struct kasan_block *known = block_of(first);

		if (known->frame == first + 1 && frame - first < 1ULL << known->order &&
		    (!last || (int32_t)(known->when - last->when) > 0))
			last = known;
	}
	if (last)
		*block = *last;
	return last;
}

/* With the lock, of one that waits. */
static void *take_first(void)
{
	void *object = delayed[delayed_first].object;

	delayed_bytes -= delayed[delayed_first].size;
	delayed_first = (delayed_first + 1) % DELAYED_MAX;
	delayed_count--;
	return object;
}

uint64_t kasan_delay_begin(void)
{
	return raw_lock(&delay_lock);
}

void kasan_delay_end(uint64_t flags)
{
	raw_unlock(&delay_lock, flags);
}

void *kasan_delay(void *object, size_t size)
{
	void *out = NULL;
	unsigned at;

	if (delayed_count == DELAYED_MAX ||
	    (delayed_count > 0 && delayed_bytes > DELAYED_BYTES_MAX))
		out = take_first();
	at = (delayed_first + delayed_count++) % DELAYED_MAX;
	delayed[at].object = object;
	delayed[at].size = size;
	delayed_bytes += size;
	return out;
}

void *kasan_undelay(void)
{
	return delayed_count > 0 ? take_first() : NULL;
}

void kasan_visit_delayed(void (*visit)(void *object, void *context), void *context)
{
	for (unsigned i = 0; i < delayed_count; i++)
		visit(delayed[(delayed_first + i) % DELAYED_MAX].object, context);
}

int kasan_area_new(uint64_t base, size_t bytes, paging_source source)
{
	return shadow_populate(base, bytes, source);
}

void kasan_heap_start(void)
{
	size_t table = BLOCKS * sizeof(*blocks);
	char *room = shadow_room();

	_Static_assert(BLOCKS * sizeof(*blocks) <= SHADOW_ROOM / 2, "room for the depot");
	blocks = (struct kasan_block *)room;
	depot_init(room + table, SHADOW_ROOM - table);
}
