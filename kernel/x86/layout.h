/*
 * layout.h: where things lie in the kernel's half of the address space.
 *
 *   ffff8880_00000000  all physical memory, mapped directly (64 TiB of room)
 *   ffffc900_00000000  virtual areas: stacks, big allocations, device windows
 *   ffffffff_80000000  the kernel's image, linked here, loaded at 1 MiB
 */
#ifndef KERNEL_X86_LAYOUT_H
#define KERNEL_X86_LAYOUT_H

#include "lib/base.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE ((size_t)1 << PAGE_SHIFT)

#define DIRECT_BASE 0xffff888000000000ULL
#define DIRECT_SIZE 0x0000400000000000ULL
#define VIRTUAL_BASE 0xffffc90000000000ULL
#define VIRTUAL_SIZE 0x0000100000000000ULL
#define IMAGE_BASE 0xffffffff80000000ULL
#define USER_END 0x0000800000000000ULL /* user addresses lie below */

/* The direct map's address of physical memory, and back. */
static inline void *phys_to_virt(uint64_t phys)
{
	return (void *)(DIRECT_BASE + phys);
}

static inline uint64_t virt_to_phys(const void *virt)
{
	uint64_t address = (uint64_t)virt;

	return address >= IMAGE_BASE ? address - IMAGE_BASE : address - DIRECT_BASE;
}

/* From linker.ld: the image's parts, page-aligned, in the order in which they lie. */
extern char kernel_image_start[], kernel_text_start[], kernel_text_end[];
extern char kernel_rodata_start[], kernel_rodata_end[];
extern char kernel_data_start[], kernel_data_end[]; /* data, then bss */
extern char kernel_image_end[];
extern const uint8_t kernel_build_id[]; /* an ELF note */

#endif
