/*
 * internal.h: what the files of mm/ share: the sections of physical memory, allocation
 * without fault injection, and the debug build's checks of objects.
 */
#ifndef KERNEL_MM_INTERNAL_H
#define KERNEL_MM_INTERNAL_H

#include "kernel/mm/page.h"

struct boot_info;
struct kmem_cache;

/*
 * Physical memory is cut into sections of equal size. A section's descriptors lie at the
 * end of one of its own free ranges. They are written some at a time, in rising order,
 * when the memory is first needed; so starting costs the same with little memory and
 * with much, and touches few pages that nobody uses.
 */
enum {
	SECTION_MAX = 512,
	SECTION_SHIFT_MIN = 24 - PAGE_SHIFT, /* 16 MiB, in frames */
	SECTION_SHIFT_MAX = 32 - PAGE_SHIFT, /* 4 GiB: a section lies in one zone */
};

struct page_section {
	struct page *pages;   /* of frame `first` and on; valid once some are written */
	uint32_t written;     /* how many descriptors are */
	uint32_t first, end;  /* frames with descriptors; none where both are equal */
	uint32_t descriptors; /* the frame where they begin */
	uint32_t free;	      /* pages that it gives to the allocator */
};

extern struct page_section page_sections[SECTION_MAX];
extern unsigned page_section_shift, page_section_count; /* [I] after page_init */

/* Cuts the memory map into sections; in pages. Before anything else. */
struct page_map_totals {
	uint64_t total, reserved;
};
void page_map_build(const struct boot_info *info, struct page_map_totals *totals);

/* Calls visit for each free block of what is not yet written of a section. */
typedef void (*page_block_visit)(uint32_t frame, unsigned order, void *context);
void page_section_rest(const struct page_section *section, page_block_visit visit,
		       void *context);
/*
 * Writes the next descriptors of a section, so far that all blocks in them are whole,
 * and calls visit for each free one. All free memory is PAGE_TAIL then. False: all were
 * written before.
 */
bool page_section_extend(struct page_section *section, page_block_visit visit,
			 void *context);

/* The descriptor of a frame, NULL where none is written. */
static inline struct page *page_of_frame(uint64_t frame)
{
	uint64_t n = frame >> page_section_shift;
	const struct page_section *section;

	if (unlikely(n >= page_section_count))
		return NULL;
	section = &page_sections[n];
	frame -= section->first;
	return likely(frame < section->written) ? &section->pages[frame] : NULL;
}

/* page_alloc for another allocator's own needs: asks no fault injection. */
MUST_CHECK struct page *page_take(unsigned order, unsigned gfp, uint64_t site);

/* A block that must not be freed, was. */
NORETURN void page_bad_free(const struct page *page);

/* Tells the notifiers, if this is news and the caller may sleep (shrinker.h). */
void memory_pressure(bool is_short);

/* Pages that are free, but for the hot ones. */
uint64_t page_count_free(void);

/* The head of the block that holds an address, NULL where there is none. */
static inline struct page *slab_of(const void *object)
{
	uint64_t frame = ((uint64_t)object - (uint64_t)phys_to_virt(0)) >> PAGE_SHIFT;
	struct page *page = page_of_frame(frame);

	if (page && page->kind == PAGE_TAIL)
		page -= frame & ((1u << page->order) - 1);
	return page;
}

#endif
