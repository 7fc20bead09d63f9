/*
 * shadow.h: the address sanitizer's shadow memory: where it lies, and its page tables.
 *
 *   ffffec00_00000000 .. fffffc00_00000000: one byte for each 8 of the kernel's half
 *
 * Before the first instrumented function runs, all of it is there: the image's shadow is
 * memory, the virtual areas' one page that forbids, the rest one page that allows. From
 * the memory map on, the shadow of RAM is memory too, taken from RAM.
 */
#ifndef KERNEL_X86_SHADOW_H
#define KERNEL_X86_SHADOW_H

#include "kernel/x86/paging.h"

/* The compiler knows it from -fasan-shadow-offset (mk/sanitize.mk). */
#define SHADOW_OFFSET 0xdffffc0000000000ULL
enum { SHADOW_SHIFT = 3, SHADOW_GRANULE = 1 << SHADOW_SHIFT };
#define KERNEL_HALF 0xffff800000000000ULL

static inline uint8_t *shadow_of(uint64_t address)
{
	return (uint8_t *)((address >> SHADOW_SHIFT) + SHADOW_OFFSET);
}

/*
 * Gives the shadow of [base, base + bytes) of the virtual areas memory of its own, which
 * forbids, where it has none yet. Pages come from source. -ENOMEM.
 */
MUST_CHECK int shadow_populate(uint64_t base, size_t bytes, paging_source source);

/* Memory for the sanitizer's tables, made with the shadow: it stays as it is cleared. */
void *shadow_room(void);
enum { SHADOW_ROOM = 1 << 20 };

/* Forgets what this CPU's TLB holds of an address's shadow. */
void shadow_refresh(uint64_t address);

/* The sanitizer's: everything in the virtual areas' shadow at first. */
enum { SHADOW_FORBIDS = 0xe4 };

#endif
