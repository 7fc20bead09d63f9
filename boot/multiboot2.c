/*
 * multiboot2.c: the boot information of a multiboot2 loader (GRUB) as a boot_info.
 *
 * Multiboot2 Specification 2.0, section 3.6: a header of 8 bytes, then tags, each
 * 8-byte aligned, up to one of type 0. Nothing in them is believed: a tag that does not
 * fit, or one too short for what it holds, ends the boot with a message. Tags that are
 * not known are skipped.
 */
#include "boot/boot.h"
#include "lib/string.h"

enum tag_type {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

enum { INFORMATION_MAX = 1 << 20 };

struct tag {
	uint32_t type;
	uint32_t size; /* with this header */
} PACKED;

struct module_tag {
	struct tag tag;
	uint32_t start, end;
	char name[];
} PACKED;

struct memory_map_tag {
	struct tag tag;
	uint32_t entry_size, entry_version;
	uint8_t entries[];
} PACKED;

struct memory_entry {
	uint64_t base, size;
	uint32_t type, reserved;
} PACKED;

struct framebuffer_tag {
	struct tag tag;
	uint64_t address;
	uint32_t pitch, width, height;
	uint8_t bits, kind;
	uint16_t reserved;
	uint8_t red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
} PACKED;

enum framebuffer_kind { KIND_INDEXED = 0, KIND_RGB = 1, KIND_TEXT = 2 };

static const char *take_module(const struct tag *tag, struct boot_info *info)
{
	const struct module_tag *t = (const void *)tag;
	struct boot_module *module;
	size_t room;

	if (tag->size < sizeof(*t) || t->end < t->start)
		return "multiboot2: a module's tag is damaged";
	if (info->module_count == BOOT_MODULE_MAX)
		return "multiboot2: more modules than can be held";
	module = &info->modules[info->module_count++];
	module->base = t->start;
	module->size = t->end - t->start;
	room = MIN(strnlen(t->name, tag->size - sizeof(*t)), sizeof(module->name) - 1);
	memcpy(module->name, t->name, room);
	return NULL;
}

static const char *take_memory_map(const struct tag *tag, struct boot_info *info)
{
	const struct memory_map_tag *t = (const void *)tag;
	const char *complaint = NULL;
	uint32_t at;

	if (tag->size < sizeof(*t) || t->entry_size < sizeof(struct memory_entry) ||
	    t->entry_size % 8 != 0)
		return "multiboot2: the memory map is damaged";
	for (at = sizeof(*t);
	     at <= tag->size && tag->size - at >= t->entry_size && !complaint;
	     at += t->entry_size) {
		struct memory_entry entry;

		memcpy(&entry, (const uint8_t *)tag + at, sizeof(entry));
		complaint = boot_add_memory(info, entry.base, entry.size, entry.type);
	}
	return complaint;
}

static bool is_rgb_sane(const struct framebuffer_tag *t)
{
	if (t->bits != 15 && t->bits != 16 && t->bits != 24 && t->bits != 32)
		return false;
	return t->red_shift + t->red_bits <= t->bits &&
	       t->green_shift + t->green_bits <= t->bits &&
	       t->blue_shift + t->blue_bits <= t->bits && t->red_bits &&
	       t->red_bits <= 8 && t->green_bits && t->green_bits <= 8 && t->blue_bits &&
	       t->blue_bits <= 8;
}

/* One that cannot be used leaves the kernel without a screen, not without a boot. */
static void take_framebuffer(const struct tag *tag, struct boot_info *info)
{
	enum { EDGE = 16384, TEXT_SIZE = offsetof(struct framebuffer_tag, red_shift) };
	const struct framebuffer_tag *t = (const void *)tag;
	struct boot_framebuffer *fb = &info->framebuffer;
	unsigned unit;

	if (tag->size < TEXT_SIZE || t->width == 0 || t->height == 0 || t->width > EDGE ||
	    t->height > EDGE || t->pitch > EDGE * 8 || t->address > UINT64_MAX >> 12)
		return;
	unit = t->kind == KIND_TEXT ? 2 : (t->bits + 7) / 8;
	if (t->pitch < t->width * unit)
		return;
	if (t->kind == KIND_RGB && tag->size >= sizeof(*t) && is_rgb_sane(t))
		fb->kind = BOOT_SCREEN_RGB;
	else if (t->kind == KIND_TEXT)
		fb->kind = BOOT_SCREEN_TEXT;
	else
		return;
	fb->base = t->address;
	fb->width = t->width;
	fb->height = t->height;
	fb->pitch = t->pitch;
	if (fb->kind == BOOT_SCREEN_TEXT)
		return;
	fb->bits = t->bits;
	fb->red_shift = t->red_shift;
	fb->red_bits = t->red_bits;
	fb->green_shift = t->green_shift;
	fb->green_bits = t->green_bits;
	fb->blue_shift = t->blue_shift;
	fb->blue_bits = t->blue_bits;
}

/* The loader's copy lies where memory will be handed out; the newer one is kept. */
static void take_rsdp(const struct tag *tag, struct boot_info *info)
{
	uint32_t size = MIN(tag->size - sizeof(*tag), sizeof(info->rsdp_copy));

	if (size <= info->rsdp_size)
		return;
	memcpy(info->rsdp_copy, tag + 1, size);
	info->rsdp_size = size;
}

static const char *take_tag(const struct tag *tag, struct boot_info *info)
{
	const char *text = (const char *)(tag + 1);
	size_t left = tag->size - sizeof(*tag);

	switch (tag->type) {
	case TAG_CMDLINE:
		boot_set_cmdline(info, text, left);
		return NULL;
	case TAG_LOADER:
		memcpy(info->loader, text,
		       MIN(strnlen(text, left), sizeof(info->loader) - 1));
		return NULL;
	case TAG_MODULE:
		return take_module(tag, info);
	case TAG_MEMORY_MAP:
		return take_memory_map(tag, info);
	case TAG_FRAMEBUFFER:
		take_framebuffer(tag, info);
		return NULL;
	case TAG_ACPI_OLD:
	case TAG_ACPI_NEW:
		take_rsdp(tag, info);
		return NULL;
	default:
		return NULL;
	}
}

const char *multiboot2_parse(const struct boot_window *window, uint64_t address,
			     struct boot_info *info)
{
	const uint32_t *head = address % 8 ? NULL : boot_bytes(window, address, 8);
	const char *complaint = NULL;
	const uint8_t *bytes;
	uint32_t total, at = 8;

	if (!head)
		return "multiboot2: the boot information is not where the loader says";
	total = head[0];
	bytes = boot_bytes(window, address, total);
	if (!bytes || total < 8 + sizeof(struct tag) || total > INFORMATION_MAX)
		return "multiboot2: the boot information's size makes no sense";
	info->protocol = "multiboot2";
	for (;;) {
		const struct tag *tag = (const void *)(bytes + at);
		const char *more;

		if (at > total || total - at < sizeof(*tag))
			return "multiboot2: the boot information ends without its end "
			       "tag";
		if (tag->size < sizeof(*tag) || tag->size > total - at)
			return "multiboot2: a tag of the boot information is damaged";
		if (tag->type == TAG_END)
			break;
		/* The rest is taken all the same: it may name the screen. */
		more = take_tag(tag, info);
		complaint = complaint ? complaint : more;
		at += ALIGN_UP(tag->size, 8);
	}
	return complaint;
}
