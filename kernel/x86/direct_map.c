/*
 * direct_map.c: the kernel's final page tables.
 *
 * The tables that boot/ made stay: the image's pages have their rights already, and the
 * direct map's first 4 GiB are cut down to what is RAM, then all RAM above is added in
 * the largest pages that fit. Nothing stays mapped that the memory map does not call
 * RAM, except the first MiB (firmware's tables, text screen). The direct map's own view
 * of the image gets the image's rights, so that no constant and no instruction can be
 * written through it. A table that is asked for lies in RAM below 4 GiB, so it can be
 * reached at any moment of the change.
 */
#include "kernel/boot_info.h"
#include "kernel/debug/panic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/page_table.h"

/* PAT: Intel SDM 3A, 11.12. Entry 1 (PWT) is write-combining, the others as at reset. */
#define PAT_VALUE 0x0007010600070106ULL

#define BOOT_END (4 * GIB) /* what boot/ mapped */
#define LOW_END MIB
#define SCREEN_START 0xa0000ULL
#define SCREEN_END 0xc0000ULL

static uint64_t root;

static uint64_t *direct_entry(uint64_t phys, unsigned level)
{
	uint64_t *entry = page_entry(root, DIRECT_BASE + phys, level, true);

	if (!entry)
		panic("paging: no memory for the tables of the direct map");
	return entry;
}

/* Makes a 2 MiB page of the boot's tables 512 small ones. */
static void split(uint64_t *large)
{
	uint64_t phys = *large & LARGE_ADDRESS(LEVEL_LARGE), table = paging_tables_from();
	uint64_t bits = page_flags_to_entry(PAGING_WRITE | PAGING_GLOBAL);
	uint64_t *entries = phys_to_virt(table);
	unsigned i;

	if (table == 0)
		panic("paging: no memory for the tables of the direct map");
	for (i = 0; i < TABLE_ENTRIES; i++)
		entries[i] = (phys + i * PAGE_SIZE) | bits;
	*large = table | ENTRY_PRESENT | ENTRY_WRITE;
}

/* The small page's entry below BOOT_END, its large page split where it must be. */
static uint64_t *small_entry(uint64_t phys)
{
	uint64_t *large = &boot_pd_direct[phys / level_size(LEVEL_LARGE)];

	if (*large & ENTRY_LARGE)
		split(large);
	return direct_entry(phys, LEVEL_PAGE);
}

/* Unmaps what is no RAM, from `from` to `to`, both page-aligned and below BOOT_END. */
static void remove_hole(uint64_t from, uint64_t to)
{
	uint64_t size = level_size(LEVEL_LARGE);

	while (from < to) {
		if (from % size == 0 && to - from >= size) {
			boot_pd_direct[from / size] = 0;
			from += size;
		} else {
			*small_entry(from) = 0;
			from += PAGE_SIZE;
		}
	}
}

static void add_ram(uint64_t from, uint64_t to)
{
	uint64_t bits = page_flags_to_entry(PAGING_WRITE | PAGING_GLOBAL);

	while (from < to) {
		unsigned level = cpu_features.gbytes ? LEVEL_GIANT : LEVEL_LARGE;

		while (level > LEVEL_PAGE &&
		       (from % level_size(level) != 0 || to - from < level_size(level)))
			level--;
		*direct_entry(from, level) = from | bits | (level ? ENTRY_LARGE : 0);
		from += level_size(level);
	}
}

/* Visits the memory map in order; `hole` is where the last RAM ended. */
static void fit_to_memory(const struct boot_info *info)
{
	uint64_t hole = LOW_END;
	unsigned i;

	for (i = 0; i < info->memory_count; i++) {
		const struct boot_memory *range = &info->memory[i];
		uint64_t from = ALIGN_UP(range->base, PAGE_SIZE);
		uint64_t to = MIN(ALIGN_DOWN(range->base + range->size, PAGE_SIZE),
				  DIRECT_SIZE);

		if (range->type != BOOT_MEMORY_RAM || from >= to || to <= LOW_END)
			continue;
		if (from > hole && hole < BOOT_END)
			remove_hole(hole, MIN(from, BOOT_END));
		hole = to;
		if (to > BOOT_END)
			add_ram(MAX(from, BOOT_END), to);
	}
	if (hole < BOOT_END)
		remove_hole(hole, BOOT_END);
}

/* The boot's large pages that are left: global, as all of the kernel's half. */
static void finish_large(void)
{
	uint64_t bits = page_flags_to_entry(PAGING_WRITE | PAGING_GLOBAL);
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(boot_pd_direct); i++) {
		if (boot_pd_direct[i] & ENTRY_LARGE)
			boot_pd_direct[i] |= bits;
	}
}

/* Early words are drawn on it: it stays, where it has large pages of its own. */
static void keep_framebuffer(const struct boot_framebuffer *fb)
{
	uint64_t size = level_size(LEVEL_LARGE), at;
	uint64_t end = fb->base + (uint64_t)fb->pitch * fb->height;
	uint64_t bits = ENTRY_LARGE | page_flags_to_entry(PAGING_WRITE | PAGING_GLOBAL |
							  PAGING_WRITE_COMBINE);

	if (fb->kind != BOOT_SCREEN_RGB || fb->base % size || end > BOOT_END)
		return;
	for (at = fb->base; at < end; at += size) {
		if (!boot_pd_direct[at / size])
			boot_pd_direct[at / size] = at | bits;
	}
}

static void protect_image(void)
{
	uint64_t phys, global = page_flags_to_entry(PAGING_GLOBAL) & ENTRY_GLOBAL;
	unsigned i;

	for (phys = SCREEN_START; phys < SCREEN_END; phys += PAGE_SIZE)
		*small_entry(phys) |= ENTRY_PCD | ENTRY_PWT;
	for (phys = virt_to_phys(kernel_image_start);
	     phys < virt_to_phys(kernel_image_end); phys += PAGE_SIZE) {
		*page_entry(root, IMAGE_BASE + phys, LEVEL_PAGE, false) |= global;
		if (phys < virt_to_phys(kernel_rodata_end))
			*small_entry(phys) &= ~ENTRY_WRITE;
	}
	*page_entry(root, (uint64_t)boot_stack_guard, LEVEL_PAGE, false) = 0;
	for (i = 0; i < ARRAY_SIZE(interrupt_stacks); i++)
		*page_entry(root, (uint64_t)interrupt_stacks[i].guard, LEVEL_PAGE,
			    false) = 0;
}

void pat_init(void)
{
	msr_write(MSR_PAT, PAT_VALUE);
}

void paging_init(paging_source source)
{
	paging_tables_from = source;
	root = paging_kernel_root();
	pat_init();
	fit_to_memory(&boot_info);
	finish_large();
	keep_framebuffer(&boot_info.framebuffer);
	protect_image();
	boot_pml4[0] = 0; /* the identity map */
	/* User spaces copy the top table's upper half: what areas will need is there. */
	if (!page_entry(root, VIRTUAL_BASE, LEVEL_GIANT, true))
		panic("paging: no memory for the tables of the virtual areas");
	/* Global entries were none before: a reload forgets all that boot/ mapped. */
	cr3_write(root);
}
