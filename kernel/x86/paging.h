/*
 * paging.h: the processor's page tables: one format, walked in one place.
 *
 * boot/ leaves us on tables that map the image (text read-only, data no-execute) and
 * the first GiB directly; paging_init maps all of memory. Callers serialise changes to
 * the same range; different ranges may change at once.
 */
#ifndef KERNEL_X86_PAGING_H
#define KERNEL_X86_PAGING_H

#include "kernel/x86/layout.h"

enum paging_flags {
	PAGING_WRITE = 1 << 0,
	PAGING_EXECUTE = 1 << 1,
	PAGING_USER = 1 << 2,
	PAGING_GLOBAL = 1 << 3,
	PAGING_UNCACHED = 1 << 4,
	PAGING_WRITE_COMBINE = 1 << 5, /* as PAT is set up in paging_init */
};

/* Where tables come from: a cleared page's physical address, 0 when there is none. */
typedef uint64_t (*paging_source)(void);

/* Builds the kernel's final tables; pages come from source. Panics only at boot. */
void paging_init(paging_source source);

/* The kernel's top-level table, which every address space shares the upper half of. */
uint64_t paging_kernel_root(void);

/*
 * Maps `pages` pages of physical memory at virt. Tables come from the source.
 * -ENOMEM: what was mapped before is unmapped again; -EEXIST: something is there;
 * -EINVAL: the processor has no such physical addresses.
 */
MUST_CHECK int paging_map(uint64_t root, uint64_t virt, uint64_t phys, size_t pages,
			  unsigned flags);

/* Unmaps; holes are skipped. Flushes this CPU's TLB for the range. */
void paging_unmap(uint64_t root, uint64_t virt, size_t pages);

/* Whether the loader's memory map calls any of it RAM: then no device is there. */
bool paging_is_ram(uint64_t phys, size_t size);

/* The physical address mapped at virt, with its PAGING_ flags; false: nothing there. */
bool paging_lookup(uint64_t root, uint64_t virt, uint64_t *phys, unsigned *flags);

#endif
