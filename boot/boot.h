/*
 * boot.h: inside boot/: from a loader's structures to struct boot_info.
 *
 * The parsers are pure: they read physical memory through a window, so that host tests
 * can hand them anything. They return NULL, or why the kernel cannot start: one line
 * without newline.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "kernel/boot_info.h"

/* Physical memory from 0 to limit, readable at base + address. */
struct boot_window {
	const uint8_t *base;
	uint64_t limit;
};

/* The bytes at a physical address, or NULL when they are not all in the window. */
static inline const void *boot_bytes(const struct boot_window *window, uint64_t address,
				     uint64_t size)
{
	if (address == 0 || address > window->limit || size > window->limit - address)
		return NULL;
	return window->base + address;
}

/* address: of the loader's first structure. *info starts cleared. */
MUST_CHECK const char *multiboot2_parse(const struct boot_window *window,
					uint64_t address, struct boot_info *info);
MUST_CHECK const char *pvh_parse(const struct boot_window *window, uint64_t address,
				 struct boot_info *info);

/* Takes a NUL-terminated or ended command line in. */
void boot_set_cmdline(struct boot_info *info, const char *text, size_t max);
/* Notes a range of the loader's map, in any order. NULL or the complaint. */
MUST_CHECK const char *boot_add_memory(struct boot_info *info, uint64_t base,
				       uint64_t size, uint32_t type);
/* Sorts the ranges; where some overlap, the least usable type wins. */
MUST_CHECK const char *boot_finish_memory(struct boot_info *info);
/* Whether there is a map, and RAM enough to live on. */
MUST_CHECK const char *boot_check_memory(const struct boot_info *info);
/* Whether each module lies in RAM, by the finished map. */
MUST_CHECK const char *boot_check_modules(const struct boot_info *info);

/* In kernel/x86/early.c: one line on COM1 and the screen; halts. */
NORETURN void boot_fail(const char *message);

#endif
