/*
 * vmalloc.h: areas of the kernel's virtual space, made of single pages, with an
 * unmapped guard page at each end. For stacks, big buffers and device windows.
 * Never sleeps; not from interrupts.
 */
#ifndef KERNEL_MM_VMALLOC_H
#define KERNEL_MM_VMALLOC_H

#include "lib/base.h"

void vmalloc_init(void);
/* Page-aligned; size is rounded up to pages. NULL: no memory or no room. */
MUST_CHECK void *vmalloc(size_t size, unsigned gfp);
void vfree(void *address); /* NULL is allowed */

/* Maps device registers uncached. -> NULL: no room or no memory for tables. */
MUST_CHECK void *mmio_map(uint64_t phys, size_t size);
/* The same write-combining, for framebuffers. */
MUST_CHECK void *mmio_map_wc(uint64_t phys, size_t size);
void mmio_unmap(void *address);

/* Whether an address lies in the unmapped page before or behind an area. Any context. */
bool vmalloc_is_guard(uint64_t address);
uint64_t vmalloc_used(void); /* bytes of memory that are in use */
/*
 * Gives back the stacks that are kept for later, and areas that other CPUs have yet to
 * forget, so that two counts compare. Returns how many pages that were.
 */
uint64_t vmalloc_shrink(void);

#endif
