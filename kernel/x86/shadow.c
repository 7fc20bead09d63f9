/*
 * shadow.c: the page tables of the shadow memory, and the door through which the kernel
 * of this variant starts: the linker puts __wrap_boot_main and __wrap_kernel_main
 * before the functions of those names (--wrap), so that boot/ and main.c know nothing.
 *
 * A part of the shadow that is not memory is one page, mapped everywhere by tables that
 * refer to one another: one set that allows (shadow 0), one that forbids. A table of
 * such a set is copied before it is changed. Nothing here is instrumented.
 */
#include "kernel/x86/shadow.h"

#include "kernel/boot_info.h"
#include "kernel/sanitize/kasan.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/early.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/page_table.h"
#include "lib/errno.h"

enum {
	MSR_EFER_NUMBER = 0xc0000080,
	EFER_NXE = 1 << 11,
	/* The pages of the shadow of the largest image (sanitize.mk). */
	IMAGE_SHADOW_PAGES = (8 << 20) / 8 / 4096,
};
#define RAM_MAX (8 * GIB)     /* RAM above is not used: its shadow would take 1/8 of it */
#define BOOT_MAPPED (4 * GIB) /* by boot/ */
#define AREAS_READY (32 * MIB) /* of the virtual areas, with shadow from the start on */

static uint8_t allow_page[4096] ALIGNED(4096), forbid_page[4096] ALIGNED(4096);
/* By level: a table whose entries are all alike. */
static uint64_t allow[LEVEL_TOP][TABLE_ENTRIES] ALIGNED(4096);
static uint64_t forbid[LEVEL_TOP][TABLE_ENTRIES] ALIGNED(4096);
static uint64_t image_tables[LEVEL_TOP][TABLE_ENTRIES] ALIGNED(4096);
static uint8_t image_shadow[IMAGE_SHADOW_PAGES][4096] ALIGNED(4096);
static uint64_t no_execute;

struct kasan_memory kasan_memory;
static uint64_t next_page; /* physical, of kasan_memory */
static void *room;

NORETURN void __wrap_boot_main(uint32_t magic, uint64_t address, uint64_t tsc,
			       const uint8_t *memory);
NORETURN void __real_boot_main(uint32_t magic, uint64_t address, uint64_t tsc,
			       const uint8_t *memory);
NORETURN void __wrap_kernel_main(void);
NORETURN void __real_kernel_main(void);

static void make_set(uint64_t tables[LEVEL_TOP][TABLE_ENTRIES], const uint8_t *page)
{
	uint64_t entry = virt_to_phys(page) | ENTRY_PRESENT | no_execute;

	for (unsigned level = 0; level < LEVEL_TOP; level++) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			tables[level][i] = entry;
		entry = virt_to_phys(tables[level]) | ENTRY_PRESENT | ENTRY_WRITE;
	}
}

static void enter_set(uint64_t from, uint64_t to, uint64_t tables[][TABLE_ENTRIES])
{
	unsigned i = level_index((uint64_t)shadow_of(from), LEVEL_TOP);
	unsigned last = level_index((uint64_t)shadow_of(to), LEVEL_TOP);

	for (; i <= last; i++)
		boot_pml4[i] =
			virt_to_phys(tables[LEVEL_GIANT]) | ENTRY_PRESENT | ENTRY_WRITE;
}

static bool is_shared(uint64_t entry)
{
	uint64_t at = entry & ENTRY_ADDRESS, size = sizeof(allow);

	return at - virt_to_phys(allow) < size || at - virt_to_phys(forbid) < size ||
	       at == virt_to_phys(allow_page) || at == virt_to_phys(forbid_page);
}

/* The shadow page's own entry; tables that it shares with others are copied on the way.
 * NULL: no memory. */
static uint64_t *own_entry(uint64_t shadow, paging_source source)
{
	uint64_t *table = boot_pml4;

	for (unsigned level = LEVEL_TOP; level > LEVEL_PAGE; level--) {
		uint64_t *entry = &table[level_index(shadow, level)];

		if (is_shared(*entry)) {
			uint64_t phys = source();
			const uint64_t *old = entry_table(*entry);
			uint64_t *copy = phys_to_virt(phys);

			if (!phys)
				return NULL;
			for (unsigned i = 0; i < TABLE_ENTRIES; i++)
				copy[i] = old[i];
			*entry = phys | ENTRY_PRESENT | ENTRY_WRITE;
		}
		table = entry_table(*entry);
	}
	return &table[level_index(shadow, LEVEL_PAGE)];
}

/* Memory for the shadow of [base, end), filled with a byte. */
static bool map_shadow(uint64_t base, uint64_t end, uint8_t fill, paging_source source)
{
	uint64_t page = ALIGN_DOWN((uint64_t)shadow_of(base), PAGE_SIZE);
	uint64_t word = fill * 0x0101010101010101ULL;

	for (; page < (uint64_t)shadow_of(end); page += PAGE_SIZE) {
		uint64_t *entry = own_entry(page, source), phys, *words;

		if (!entry)
			return false;
		if (!is_shared(*entry))
			continue;
		phys = source();
		if (!phys)
			return false;
		words = phys_to_virt(phys);
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			words[i] = word;
		*entry = phys | ENTRY_PRESENT | ENTRY_WRITE | no_execute;
		tlb_flush_page(page);
	}
	return true;
}

int shadow_populate(uint64_t base, size_t bytes, paging_source source)
{
	return map_shadow(base, base + bytes, SHADOW_FORBIDS, source) ? 0 : -ENOMEM;
}

void shadow_refresh(uint64_t address)
{
	tlb_flush_page((uint64_t)shadow_of(address));
}

void *shadow_room(void)
{
	return room;
}

static uint64_t take_page(void)
{
	uint64_t phys = next_page;

	next_page += PAGE_SIZE;
	return phys;
}

/* Cuts off what lies too high, and returns the bytes that all of it needs. */
static uint64_t plan(struct boot_info *info)
{
	uint64_t pages =
		AREAS_READY / SHADOW_GRANULE / PAGE_SIZE + SHADOW_ROOM / PAGE_SIZE;

	for (unsigned i = 0; i < info->memory_count; i++) {
		struct boot_memory *range = &info->memory[i];

		if (range->type != BOOT_MEMORY_RAM)
			continue;
		if (range->base >= RAM_MAX)
			range->type = BOOT_MEMORY_RESERVED;
		else
			range->size = MIN(range->size, RAM_MAX - range->base);
		pages += range->size / SHADOW_GRANULE / PAGE_SIZE + 2;
	}
	/* A table for 2 MiB of shadow, and the few that are not filled. */
	return (pages + pages / TABLE_ENTRIES + 4 * info->memory_count + 8) * PAGE_SIZE;
}

static bool overlaps(uint64_t base, uint64_t end, uint64_t other, uint64_t size)
{
	return base < other + size && other < end;
}

/* The highest place for so many bytes in a range of RAM, beside modules and the image;
 * 0: none. */
static uint64_t place_in(const struct boot_memory *range, uint64_t bytes,
			 const struct boot_info *info)
{
	uint64_t end = MIN(range->base + range->size, BOOT_MAPPED);
	unsigned i;

	for (end = ALIGN_DOWN(end, PAGE_SIZE);
	     end >= bytes && end - bytes >= range->base &&
	     end - bytes >= virt_to_phys(kernel_image_end);) {
		for (i = 0; i < info->module_count; i++)
			if (overlaps(end - bytes, end, info->modules[i].base,
				     info->modules[i].size))
				break;
		if (i == info->module_count)
			return end - bytes;
		end = ALIGN_DOWN(info->modules[i].base, PAGE_SIZE);
	}
	return 0;
}

static void choose_place(uint64_t bytes)
{
	for (unsigned i = boot_info.memory_count; i > 0 && !kasan_memory.base; i--)
		if (boot_info.memory[i - 1].type == BOOT_MEMORY_RAM)
			kasan_memory.base =
				place_in(&boot_info.memory[i - 1], bytes, &boot_info);
	if (!kasan_memory.base)
		boot_fail("octavo: too little memory for the address sanitizer; halted");
	kasan_memory.end = kasan_memory.base + bytes;
	next_page = kasan_memory.base;
}

void __wrap_boot_main(uint32_t magic, uint64_t address, uint64_t tsc,
		      const uint8_t *memory)
{
	const uint64_t shadow = (uint64_t)shadow_of(IMAGE_BASE);
	uint64_t *page;

	if (msr_read(MSR_EFER_NUMBER) & EFER_NXE)
		no_execute = ENTRY_NX;
	for (unsigned i = 0; i < sizeof(forbid_page); i++)
		forbid_page[i] = SHADOW_FORBIDS;
	make_set(allow, allow_page);
	make_set(forbid, forbid_page);
	for (unsigned level = 0; level < LEVEL_TOP; level++)
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			image_tables[level][i] = allow[level][i];
	image_tables[LEVEL_GIANT][level_index(shadow, LEVEL_GIANT)] =
		virt_to_phys(image_tables[LEVEL_LARGE]) | ENTRY_PRESENT | ENTRY_WRITE;
	image_tables[LEVEL_LARGE][level_index(shadow, LEVEL_LARGE)] =
		virt_to_phys(image_tables[LEVEL_PAGE]) | ENTRY_PRESENT | ENTRY_WRITE;
	page = &image_tables[LEVEL_PAGE][level_index(shadow, LEVEL_PAGE)];
	for (unsigned i = 0; i < IMAGE_SHADOW_PAGES; i++)
		page[i] = virt_to_phys(image_shadow[i]) | ENTRY_PRESENT | ENTRY_WRITE |
			  no_execute;
	enter_set(KERNEL_HALF, UINT64_MAX, allow);
	enter_set(VIRTUAL_BASE, VIRTUAL_BASE + VIRTUAL_SIZE - 1, forbid);
	enter_set(IMAGE_BASE, UINT64_MAX, image_tables);
	__real_boot_main(magic, address, tsc, memory);
}

void __wrap_kernel_main(void)
{
	bool done = true;

	choose_place(plan(&boot_info));
	for (unsigned i = 0; i < boot_info.memory_count && done; i++) {
		const struct boot_memory *range = &boot_info.memory[i];
		uint64_t base = DIRECT_BASE + range->base;

		if (range->type == BOOT_MEMORY_RAM)
			done = map_shadow(base, base + range->size, 0, take_page);
	}
	done = done && map_shadow(VIRTUAL_BASE, VIRTUAL_BASE + AREAS_READY,
				  SHADOW_FORBIDS, take_page);
	room = phys_to_virt(next_page);
	for (uint64_t *word = room; (char *)word < (char *)room + SHADOW_ROOM; word++)
		*word = 0;
	next_page += SHADOW_ROOM;
	if (!done || next_page > kasan_memory.end)
		boot_fail("octavo: the address sanitizer's memory is too small; halted");
	cr3_write(paging_kernel_root());
	kasan_start();
	__real_kernel_main();
}
