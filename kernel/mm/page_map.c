/*
 * page_map.c: from the loader's memory map to sections of page frames.
 *
 * The map's RAM is rounded inwards to pages and cut into pieces that are either free or
 * reserved: the kernel's image, boot modules, page 0, the firmware's part of the first
 * MiB. Pieces never overlap and ascend. Each section then finds room for its own
 * descriptors; one that has none gives no memory. All of this happens once, at boot,
 * before there is a second CPU or an interrupt, and needs no lock.
 */
#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/mm/internal.h"
#include "kernel/sanitize/kasan.h"
#include "lib/string.h"

enum {
	PIECE_MAX = BOOT_MEMORY_MAX + 4 * BOOT_MODULE_MAX,
	BIOS_EBDA_SEGMENT = 0x40e, /* word: the extended BIOS data area's segment */
	EBDA_LOWEST = 0x80000,
	FIRMWARE_START = 0xa0000, /* video memory, option ROMs, BIOS */
	FIRMWARE_END = 0x100000,
};

struct piece {
	uint32_t first, end; /* frames */
	bool free;
};

struct page_section page_sections[SECTION_MAX];
unsigned page_section_shift, page_section_count;
uint64_t page_low;

static struct piece pieces[PIECE_MAX];
static unsigned piece_count;

static void piece_insert(unsigned at, struct piece piece)
{
	if (piece.first >= piece.end)
		return;
	memmove(&pieces[at + 1], &pieces[at], (piece_count - at) * sizeof(*pieces));
	pieces[at] = piece;
	piece_count++;
}

/* Splits pieces so that [first, end) is reserved wherever it is RAM. */
static void reserve_frames(uint64_t first, uint64_t end)
{
	for (unsigned i = 0; i < piece_count; i++) {
		struct piece old = pieces[i];

		if (!old.free || old.end <= first || old.first >= end)
			continue;
		pieces[i].free = false;
		if (piece_count + 2 > PIECE_MAX)
			continue; /* no room to split: all of it is reserved */
		if (old.end > end) {
			pieces[i].end = end;
			piece_insert(i + 1, (struct piece){ end, old.end, true });
		}
		if (old.first < first) {
			pieces[i].first = first;
			piece_insert(i, (struct piece){ old.first, first, true });
			i++;
		}
	}
}

static void reserve_bytes(uint64_t base, uint64_t end)
{
	reserve_frames(base >> PAGE_SHIFT, (end + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

static void reserve_what_is_used(const struct boot_info *info)
{
	uint16_t segment;
	uint64_t ebda;

	reserve_frames(0, 1);
	reserve_bytes(FIRMWARE_START, FIRMWARE_END);
	memcpy(&segment, phys_to_virt(BIOS_EBDA_SEGMENT), sizeof(segment));
	ebda = (uint64_t)segment << 4;
	if (ebda >= EBDA_LOWEST && ebda < FIRMWARE_START)
		reserve_bytes(ebda, FIRMWARE_START);
	reserve_bytes(virt_to_phys(kernel_image_start), virt_to_phys(kernel_image_end));
	if (CONFIG_KASAN)
		reserve_bytes(kasan_memory.base, kasan_memory.end);
	for (unsigned i = 0; i < info->module_count; i++)
		reserve_bytes(info->modules[i].base,
			      info->modules[i].base + info->modules[i].size);
}

/* Where other processors begin, in real mode: any page that is left below 640 KiB. */
static void reserve_low_page(void)
{
	for (unsigned i = 0; i < piece_count; i++) {
		uint32_t frame = pieces[i].first;

		if (!pieces[i].free || frame >= FIRMWARE_START >> PAGE_SHIFT)
			continue;
		page_low = (uint64_t)frame << PAGE_SHIFT;
		reserve_frames(frame, frame + 1);
		return;
	}
}

/* What lies above the last section that there can be is left alone. */
static void take_map(const struct boot_info *info)
{
	const uint64_t limit = (uint64_t)SECTION_MAX << SECTION_SHIFT_MAX;
	uint64_t last = 0;

	for (unsigned i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];
		uint64_t first = (m->base >> PAGE_SHIFT) + !!(m->base % PAGE_SIZE);
		uint64_t end = (m->base + m->size) >> PAGE_SHIFT;

		if (m->type != BOOT_MEMORY_RAM || m->base + m->size < m->base)
			continue;
		if (end > limit)
			log_warn("page: memory above %llu GiB is not used",
				 (unsigned long long)(limit >> (30 - PAGE_SHIFT)));
		first = MAX(first, last);
		end = MIN(end, limit);
		if (first >= end)
			continue;
		piece_insert(piece_count, (struct piece){ first, end, true });
		last = end;
	}
	page_section_shift = SECTION_SHIFT_MIN;
	while (last > (uint64_t)SECTION_MAX << page_section_shift)
		page_section_shift++;
	page_section_count =
		(last + (1ULL << page_section_shift) - 1) >> page_section_shift;
}

/* The part of a piece that lies in frames [first, end); empty: first >= end. */
static struct piece piece_within(const struct piece *piece, uint64_t first, uint64_t end)
{
	return (struct piece){ MAX(piece->first, first), MIN(piece->end, end),
			       piece->free };
}

/* The first piece that ends behind a frame. */
static const struct piece *piece_behind(uint64_t frame)
{
	const struct piece *piece = pieces;

	while (piece < pieces + piece_count && piece->end <= frame)
		piece++;
	return piece;
}

/* Whether a piece is one, and begins before a frame. */
static bool piece_before(const struct piece *piece, uint64_t frame)
{
	return piece < pieces + piece_count && piece->first < frame;
}

static uint32_t descriptor_pages(const struct page_section *section)
{
	uint64_t bytes = (uint64_t)(section->end - section->first) * sizeof(struct page);

	return (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* Finds a section's extent and the place of its descriptors. */
static void section_plan(struct page_section *section, struct page_map_totals *totals)
{
	uint64_t base = (uint64_t)(section - page_sections) << page_section_shift;
	uint64_t limit = base + (1ULL << page_section_shift);
	uint32_t ram = 0, need;

	for (const struct piece *piece = piece_behind(base); piece_before(piece, limit);
	     piece++) {
		struct piece part = piece_within(piece, base, limit);

		if (ram == 0)
			section->first = part.first;
		section->end = part.end;
		ram += part.end - part.first;
		section->free += part.free ? part.end - part.first : 0;
	}
	totals->total += ram;
	need = descriptor_pages(section);
	for (const struct piece *piece = piece_behind(base); piece_before(piece, limit);
	     piece++) {
		struct piece part = piece_within(piece, base, limit);

		if (!part.free || part.end - part.first < need)
			continue;
		section->descriptors = part.end - need;
		section->free -= need;
		totals->reserved += ram - section->free;
		return;
	}
	section->first = section->end = section->free = 0;
	totals->reserved += ram;
}

void page_map_build(const struct boot_info *info, struct page_map_totals *totals)
{
	take_map(info);
	reserve_what_is_used(info);
	reserve_low_page();
	*totals = (struct page_map_totals){ 0 };
	for (unsigned i = 0; i < page_section_count; i++)
		section_plan(&page_sections[i], totals);
}

/* The largest blocks that [first, end) consists of. */
static void range_blocks(uint32_t first, uint32_t end, page_block_visit visit,
			 void *context)
{
	while (first < end) {
		unsigned order = 0;

		while (order < PAGE_ORDER_MAX && first % (2u << order) == 0 &&
		       end - first >= 2u << order)
			order++;
		visit(first, order, context);
		first += 1u << order;
	}
}

/* The free blocks in frames [first, end) of a section. */
static void section_blocks(const struct page_section *section, uint32_t first,
			   uint32_t end, page_block_visit visit, void *context)
{
	uint32_t own = section->descriptors, own_end = own + descriptor_pages(section);

	for (const struct piece *piece = piece_behind(first); piece_before(piece, end);
	     piece++) {
		struct piece part = piece_within(piece, first, end);

		if (!part.free)
			continue;
		range_blocks(part.first, MIN(part.end, own), visit, context);
		range_blocks(MAX(part.first, own_end), part.end, visit, context);
	}
}

void page_section_rest(const struct page_section *section, page_block_visit visit,
		       void *context)
{
	section_blocks(section, section->first + section->written, section->end, visit,
		       context);
}

static void write_descriptors(struct page_section *section, uint32_t first, uint32_t end,
			      enum page_kind kind)
{
	struct page *page = section->pages + (first - section->first);

	for (uint32_t frame = first; frame < end; frame++, page++)
		*page = (struct page){ .kind = kind, .frame = frame };
}

bool page_section_extend(struct page_section *section, page_block_visit visit,
			 void *context)
{
	uint32_t own = section->descriptors, own_end = own + descriptor_pages(section);
	uint32_t first = section->first + section->written, next = first;
	uint32_t end = MIN(section->end, ALIGN_UP(first + 1, 1u << PAGE_ORDER_MAX));

	if (first >= end)
		return false;
	section->pages = phys_to_virt((uint64_t)own << PAGE_SHIFT);
	for (const struct piece *piece = piece_behind(first); piece_before(piece, end);
	     piece++) {
		struct piece part = piece_within(piece, first, end);

		write_descriptors(section, next, part.first, PAGE_HOLE);
		write_descriptors(section, part.first, part.end,
				  part.free ? PAGE_TAIL : PAGE_RESERVED);
		next = part.end;
	}
	write_descriptors(section, next, end, PAGE_HOLE);
	write_descriptors(section, MAX(first, own), MIN(end, own_end), PAGE_RESERVED);
	/* Readers have no lock: what they find is written. */
	__atomic_store_n(&section->written, end - section->first, __ATOMIC_RELEASE);
	section_blocks(section, first, end, visit, context);
	return true;
}

COLD void page_visit_used(void (*visit)(const struct page *page, void *context),
			  void *context)
{
	for (unsigned i = 0; i < page_section_count; i++) {
		const struct page_section *section = &page_sections[i];

		for (uint32_t n = 0; n < section->written; n++) {
			const struct page *page = &section->pages[n];

			if (page->kind == PAGE_USED || page->kind == PAGE_SLAB)
				visit(page, context);
		}
	}
}
