/*
 * kasan_report.c: says in words what was touched that may not be: the access, the task,
 * the stack; what lies there (an object of a slab, pages, a static variable, an area, a
 * stack's variable), who allocated and freed it; and the shadow around.
 */
#include "kernel/mm/page.h"
#include "kernel/mm/poison.h"
#include "kernel/debug/panic.h"
#include "kernel/sanitize/depot.h"
#include "kernel/sanitize/kasan_internal.h"
#include "kernel/sanitize/finding.h"
#include "kernel/sched/task.h"

enum { ROW = 16, ROWS_AROUND = 2 };

static const char *bug_of(uint8_t shadow)
{
	switch (shadow) {
	case KASAN_FREE_PAGE:
		return "use of a freed page";
	case KASAN_FREE_OBJECT:
		return "use after free";
	case KASAN_NO_AREA:
	case KASAN_FREE_AREA:
		return "outside of any virtual area";
	case KASAN_GLOBAL:
		return "outside of a static variable";
	case KASAN_STACK_LEFT:
	case KASAN_STACK_MIDDLE:
	case KASAN_STACK_RIGHT:
		return "outside of a stack's variable";
	case KASAN_STACK_SCOPE:
		return "use after the scope of a stack's variable";
	case KASAN_RED_ZONE:
		return "outside of an object";
	default:
		return "out of bounds";
	}
}

/* What a byte that may not be touched says; a partial granule's is behind it. */
static uint8_t mark_at(uint64_t address)
{
	const uint8_t *shadow = shadow_of(address);

	return *shadow > 0 && *shadow < SHADOW_GRANULE ? shadow[1] : *shadow;
}

static void print_track(const char *what, const struct kasan_track *track)
{
	uint64_t addresses[DEPOT_DEPTH];
	unsigned count = depot_find(track->stack, addresses);

	if (count == 0)
		return;
	if (track->task < 0)
		finding_line("%s in early boot:", what);
	else
		finding_line("%s by task %d:", what, track->task);
	finding_stack(addresses, count);
}

static bool print_object(uint64_t address)
{
	struct poison_object object;

	if (!poison_describe((const void *)address, &object))
		return false;
	finding_line("the object of %zu bytes at %#llx, of cache %s, is %s; %lld bytes "
		     "from its start",
		     object.requested, (unsigned long long)object.start, object.cache,
		     object.used ? "in use" : "free",
		     (long long)(address - object.start));
	print_track("allocated", &object.allocated);
	print_track("freed", &object.freed);
	return true;
}

static void print_block(uint64_t address)
{
	uint64_t frame = virt_to_phys((void *)address) >> PAGE_SHIFT;
	struct kasan_block block;

	if (!kasan_find_block(address, &block))
		return;
	finding_line("the block of %u pages at frame %#llx, of page %llu of it",
		     1u << block.order, (unsigned long long)block.frame - 1,
		     (unsigned long long)frame - block.frame + 1);
	print_track("allocated", &block.allocated);
	print_track("freed", &block.freed);
}

static void print_what_is_there(uint64_t address)
{
	const struct kasan_global *global;

	if (address >= IMAGE_BASE) {
		global = kasan_find_global(address);
		if (global)
			finding_line("%s of %s: %llu bytes at %#llx; %lld bytes from "
				     "its start",
				     global->name, global->module,
				     (unsigned long long)global->size,
				     (unsigned long long)global->start,
				     (long long)(address - global->start));
	} else if (address < DIRECT_BASE + DIRECT_SIZE && address >= DIRECT_BASE) {
		if (!print_object(address))
			print_block(address);
	}
}

static void print_shadow(uint64_t address)
{
	uint64_t row = ALIGN_DOWN((uint64_t)shadow_of(address), ROW);
	uint64_t first = row - ROWS_AROUND * ROW, last = row + ROWS_AROUND * ROW;

	/* Its neighbours may have none, at the end of a page of it. */
	first = MAX(first, ALIGN_DOWN(row, PAGE_SIZE));
	last = MIN(last, ALIGN_DOWN(row, PAGE_SIZE) + PAGE_SIZE - ROW);
	finding_line("shadow, a byte for 8, the line of the access marked:");
	for (uint64_t at = first; at <= last; at += ROW) {
		const uint8_t *b = (const uint8_t *)at;

		finding_line("%c %016llx: %02x %02x %02x %02x %02x %02x %02x %02x  "
			     "%02x %02x %02x %02x %02x %02x %02x %02x",
			     at == row ? '>' : ' ',
			     (unsigned long long)((at - SHADOW_OFFSET) << SHADOW_SHIFT),
			     b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
			     b[10], b[11], b[12], b[13], b[14], b[15]);
	}
}

void kasan_report(const struct kasan_access *access)
{
	char task[48];

	if (!finding_begin())
		return;
	panic_describe_task(task, sizeof(task));
	finding_line("kasan: %s: %s of %llu bytes at %#llx in %s",
		     bug_of(mark_at(access->bad)), access->write ? "write" : "read",
		     (unsigned long long)access->size,
		     (unsigned long long)access->address, task);
	finding_stack_from(access->where, access->frame);
	print_what_is_there(access->bad);
	print_shadow(access->bad);
	finding_end();
}

void kasan_bad_free(const void *object, const char *what)
{
	char task[48];

	if (!finding_begin())
		return;
	panic_describe_task(task, sizeof(task));
	finding_line("kasan: %s: of %#llx in %s", what, (unsigned long long)object, task);
	finding_stack_from(0, (uint64_t)__builtin_frame_address(0));
	print_what_is_there((uint64_t)object);
	print_shadow((uint64_t)object);
	finding_end();
}
