/*
 * main.c: the first C function: fills boot_info from what the loader left, checks that
 * the kernel can live on it, and goes on to kernel_main.
 *
 * The loader's structures lie in memory that will be handed out later, so everything is
 * copied. What cannot work ends here with one line.
 */
#include "boot/boot.h"
#include "lib/printf.h"

enum {
	MULTIBOOT2_MAGIC = 0x36d76289,
	PVH_MAGIC = 0x336ec578, /* entry.asm says so */
	TEXT_MEMORY = 0xb8000,
};

#define WINDOW_LIMIT (4 * GIB) /* what entry.asm maps */

struct boot_info boot_info;

NORETURN void boot_main(uint32_t magic, uint64_t address, uint64_t tsc,
			const uint8_t *memory);
NORETURN void kernel_main(void);

/* PVH says nothing of a screen. Text memory, where there is any, is a hole in the map. */
static void assume_text_screen(struct boot_info *info)
{
	unsigned i;

	for (i = 0; i < info->memory_count; i++) {
		const struct boot_memory *range = &info->memory[i];

		if (range->type == BOOT_MEMORY_RAM && TEXT_MEMORY >= range->base &&
		    TEXT_MEMORY - range->base < range->size)
			return;
	}
	info->framebuffer = (struct boot_framebuffer){
		.kind = BOOT_SCREEN_TEXT,
		.base = TEXT_MEMORY,
		.width = 80,
		.height = 25,
		.pitch = 160,
	};
}

static const char *fill_info(uint32_t magic, uint64_t address, const uint8_t *memory)
{
	struct boot_window window = { .base = memory, .limit = WINDOW_LIMIT };
	const char *complaint;

	if (magic == MULTIBOOT2_MAGIC)
		complaint = multiboot2_parse(&window, address, &boot_info);
	else if (magic == PVH_MAGIC)
		complaint = pvh_parse(&window, address, &boot_info);
	else
		complaint = "the loader speaks neither multiboot2 nor PVH";
	if (!complaint)
		complaint = boot_finish_memory(&boot_info);
	if (!complaint)
		complaint = boot_check_memory(&boot_info);
	if (!complaint)
		complaint = boot_check_modules(&boot_info);
	return complaint;
}

void boot_main(uint32_t magic, uint64_t address, uint64_t tsc, const uint8_t *memory)
{
	static char line[160];
	const char *complaint = fill_info(magic, address, memory);

	if (complaint) {
		fmt_snprintf(line, sizeof(line), "octavo: %s; halted", complaint);
		boot_fail(line);
	}
	boot_info.entry_tsc = tsc;
	if (magic == PVH_MAGIC)
		assume_text_screen(&boot_info);
	kernel_main();
}
