/*
 * paging.c: the page tables of the kernel and, later, of user spaces: four levels of 512
 * entries (Intel SDM volume 3A, section 4.5), reached through the direct map.
 *
 * An entry's rights stand at the lowest level; those above allow everything, except
 * that the direct map's top entry forbids execution for all of it.
 */
#include "kernel/x86/paging.h"

#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/page_table.h"
#include "lib/errno.h"

paging_source paging_tables_from;

uint64_t paging_kernel_root(void)
{
	return virt_to_phys(boot_pml4);
}

uint64_t page_flags_to_entry(unsigned flags)
{
	uint64_t entry = ENTRY_PRESENT;

	if (flags & PAGING_WRITE)
		entry |= ENTRY_WRITE;
	if (!(flags & PAGING_EXECUTE) && cpu_features.nx)
		entry |= ENTRY_NX;
	if (flags & PAGING_USER)
		entry |= ENTRY_USER;
	if ((flags & PAGING_GLOBAL) && cpu_features.pge)
		entry |= ENTRY_GLOBAL;
	if (flags & PAGING_UNCACHED)
		entry |= ENTRY_PCD | ENTRY_PWT;
	else if (flags & PAGING_WRITE_COMBINE)
		entry |= ENTRY_PWT;
	return entry;
}

static unsigned entry_to_flags(uint64_t entry)
{
	unsigned flags = 0;

	if (entry & ENTRY_WRITE)
		flags |= PAGING_WRITE;
	if (!(entry & ENTRY_NX))
		flags |= PAGING_EXECUTE;
	if (entry & ENTRY_USER)
		flags |= PAGING_USER;
	if (entry & ENTRY_GLOBAL)
		flags |= PAGING_GLOBAL;
	if (entry & ENTRY_PCD)
		flags |= PAGING_UNCACHED;
	else if (entry & ENTRY_PWT)
		flags |= PAGING_WRITE_COMBINE;
	return flags;
}

uint64_t *page_entry(uint64_t root, uint64_t virt, unsigned level, bool make)
{
	uint64_t *table = phys_to_virt(root);
	unsigned at;

	for (at = LEVEL_TOP; at > level; at--) {
		uint64_t *entry = &table[level_index(virt, at)];

		if (!(*entry & ENTRY_PRESENT)) {
			uint64_t phys = make ? paging_tables_from() : 0;

			if (phys == 0)
				return NULL;
			/* The lowest level has the rights; users need theirs on all. */
			*entry = phys | ENTRY_PRESENT | ENTRY_WRITE |
				 (virt < USER_END ? ENTRY_USER : 0);
		} else if (*entry & ENTRY_LARGE) {
			return NULL;
		}
		table = entry_table(*entry);
	}
	return &table[level_index(virt, level)];
}

bool paging_lookup(uint64_t root, uint64_t virt, uint64_t *phys, unsigned *flags)
{
	const uint64_t *table = phys_to_virt(root);
	uint64_t rights = ENTRY_WRITE | ENTRY_USER, no_execute = 0;
	unsigned level;

	for (level = LEVEL_TOP;; level--) {
		uint64_t entry = table[level_index(virt, level)];

		if (!(entry & ENTRY_PRESENT))
			return false;
		rights &= entry;
		no_execute |= entry & ENTRY_NX;
		if (level == LEVEL_PAGE || (entry & ENTRY_LARGE)) {
			uint64_t offset = virt & (level_size(level) - 1);

			*phys = (entry & LARGE_ADDRESS(level)) + offset;
			*flags = entry_to_flags((entry & ~(ENTRY_WRITE | ENTRY_USER)) |
						rights | no_execute);
			return true;
		}
		table = entry_table(entry);
	}
}

int paging_map(uint64_t root, uint64_t virt, uint64_t phys, size_t pages, unsigned flags)
{
	uint64_t bits = page_flags_to_entry(flags);
	size_t i;

	/* Bits beyond the processor's are reserved: using such an entry is a fault. */
	if (phys >> cpu_features.phys_bits ||
	    pages > ((1ULL << cpu_features.phys_bits) - phys) / PAGE_SIZE)
		return -EINVAL;
	for (i = 0; i < pages; i++) {
		uint64_t *entry =
			page_entry(root, virt + i * PAGE_SIZE, LEVEL_PAGE, true);
		uint64_t where;
		unsigned there;

		if (entry && !(*entry & ENTRY_PRESENT)) {
			*entry = (phys + i * PAGE_SIZE) | bits;
			continue;
		}
		paging_unmap(root, virt, i);
		if (entry || paging_lookup(root, virt + i * PAGE_SIZE, &where, &there))
			return -EEXIST;
		return -ENOMEM;
	}
	return 0;
}

/* Makes no tables. stack: below paging_unmap, no paging_tables_from */
void paging_unmap(uint64_t root, uint64_t virt, size_t pages)
{
	size_t i;

	for (i = 0; i < pages; i++) {
		uint64_t address = virt + i * PAGE_SIZE;
		uint64_t *entry = page_entry(root, address, LEVEL_PAGE, false);

		if (!entry || !(*entry & ENTRY_PRESENT))
			continue;
		*entry = 0;
		tlb_flush_page(address);
	}
}

bool paging_is_ram(uint64_t phys, size_t size)
{
	for (unsigned i = 0; i < boot_info.memory_count; i++) {
		const struct boot_memory *memory = &boot_info.memory[i];

		if (memory->type == BOOT_MEMORY_RAM && memory->base < phys + size &&
		    phys < memory->base + memory->size)
			return true;
	}
	return false;
}

volatile void *paging_map_device(uint64_t phys, size_t size)
{
	uint64_t first = ALIGN_DOWN(phys, PAGE_SIZE),
		 end = ALIGN_UP(phys + size, PAGE_SIZE);
	int error;

	if (phys + size < phys || end > DIRECT_SIZE || paging_is_ram(phys, size)) {
		log_warn("paging: no device can be at %#llx", (unsigned long long)phys);
		return NULL;
	}
	/* Registers that share a page are there already. */
	error = paging_map(paging_kernel_root(), DIRECT_BASE + first, first,
			   (end - first) / PAGE_SIZE,
			   PAGING_WRITE | PAGING_UNCACHED | PAGING_GLOBAL);
	return error && error != -EEXIST ? NULL : phys_to_virt(phys);
}

const void *paging_map_firmware(uint64_t phys, size_t size)
{
	uint64_t page, end = ALIGN_UP(phys + size, PAGE_SIZE);

	if (phys == 0 || phys + size < phys || end > DIRECT_SIZE)
		return NULL;
	for (page = ALIGN_DOWN(phys, PAGE_SIZE); page < end; page += PAGE_SIZE) {
		int error = paging_map(paging_kernel_root(), DIRECT_BASE + page, page, 1,
				       PAGING_GLOBAL);

		if (error && error != -EEXIST)
			return NULL;
	}
	return phys_to_virt(phys);
}
