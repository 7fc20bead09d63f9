/*
 * boot_info.h: what a loader told us, in one form for every loader.
 *
 * boot/ fills the one instance from multiboot2 or PVH structures before kernel_main
 * runs; after that it never changes. All addresses are physical.
 */
#ifndef KERNEL_BOOT_INFO_H
#define KERNEL_BOOT_INFO_H

#include "lib/base.h"

enum {
	BOOT_MEMORY_MAX = 128,
	BOOT_MODULE_MAX = 8,
	BOOT_CMDLINE_MAX = 2048,
};

/* The numbers of ACPI 6.4 section 15, which both loaders use. */
enum boot_memory_type {
	BOOT_MEMORY_RAM = 1,
	BOOT_MEMORY_RESERVED = 2,
	BOOT_MEMORY_ACPI = 3,
	BOOT_MEMORY_NVS = 4,
	BOOT_MEMORY_BAD = 5,
};

struct boot_memory {
	uint64_t base;
	uint64_t size; /* bytes */
	enum boot_memory_type type;
};

struct boot_module {
	uint64_t base;
	uint64_t size; /* bytes */
	char name[64]; /* its command line, cut where it is longer */
};

enum boot_screen {
	BOOT_SCREEN_NONE,
	BOOT_SCREEN_TEXT, /* VGA text memory at 0xb8000 */
	BOOT_SCREEN_RGB,  /* a linear framebuffer of direct colours */
};

struct boot_framebuffer {
	enum boot_screen kind;
	uint64_t base;
	uint32_t width, height; /* pixels, or characters for TEXT */
	uint32_t pitch;		/* bytes from a line to the next */
	uint8_t bits;		/* a pixel's bits: 15, 16, 24 or 32 */
	uint8_t red_shift, red_bits;
	uint8_t green_shift, green_bits;
	uint8_t blue_shift, blue_bits;
};

struct boot_info {
	const char *protocol; /* "multiboot2" or "pvh" */
	char loader[64];      /* the loader's own name, may be empty */
	char cmdline[BOOT_CMDLINE_MAX];
	bool cmdline_cut; /* the loader's was longer */
	unsigned memory_count;
	struct boot_memory memory[BOOT_MEMORY_MAX]; /* sorted, not overlapping */
	unsigned module_count;
	struct boot_module modules[BOOT_MODULE_MAX];
	struct boot_framebuffer framebuffer;
	uint64_t rsdp;	       /* ACPI root pointer, 0 where the loader gave none */
	uint8_t rsdp_copy[36]; /* or its bytes, where the loader gave those */
	uint32_t rsdp_size;    /* how many they are, 0: none */
	uint64_t entry_tsc;    /* the time-stamp counter at the first instruction */
};

extern struct boot_info boot_info;

#endif
