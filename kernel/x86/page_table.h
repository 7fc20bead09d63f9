/*
 * page_table.h: the entries of page tables (Intel SDM volume 3A, section 4.5), for
 * paging.c, which walks them, and direct_map.c, which makes the kernel's.
 */
#ifndef KERNEL_X86_PAGE_TABLE_H
#define KERNEL_X86_PAGE_TABLE_H

#include "kernel/x86/paging.h"

#define ENTRY_PRESENT (1ULL << 0)
#define ENTRY_WRITE (1ULL << 1)
#define ENTRY_USER (1ULL << 2)
#define ENTRY_PWT (1ULL << 3)
#define ENTRY_PCD (1ULL << 4)
#define ENTRY_LARGE (1ULL << 7)
#define ENTRY_GLOBAL (1ULL << 8)
#define ENTRY_NX (1ULL << 63)
#define ENTRY_ADDRESS 0x000ffffffffff000ULL

/* A page of 4 KiB, 2 MiB, 1 GiB; an entry of the top table. */
enum page_level { LEVEL_PAGE, LEVEL_LARGE, LEVEL_GIANT, LEVEL_TOP };
enum { LEVEL_BITS = 9, TABLE_ENTRIES = 1 << LEVEL_BITS };

/* The bytes that an entry of a level covers. */
static inline uint64_t level_size(unsigned level)
{
	return PAGE_SIZE << (LEVEL_BITS * level);
}

static inline unsigned level_index(uint64_t virt, unsigned level)
{
	return virt >> (PAGE_SHIFT + LEVEL_BITS * level) & (TABLE_ENTRIES - 1);
}

static inline uint64_t *entry_table(uint64_t entry)
{
	return phys_to_virt(entry & ENTRY_ADDRESS);
}

/* What a page's address lies in, in a leaf entry of a level. */
#define LARGE_ADDRESS(level) (ENTRY_ADDRESS & ~(level_size(level) - 1))

/* Where new tables come from. */
extern paging_source paging_tables_from;

/*
 * The entry for virt at a level, its tables made on the way where `make` says so. NULL:
 * there is no table, no memory for one, or a larger page covers virt.
 */
uint64_t *page_entry(uint64_t root, uint64_t virt, unsigned level, bool make);

/* The bits of an entry that PAGING_ flags stand for. */
uint64_t page_flags_to_entry(unsigned flags);

#endif
