/*
 * pvh.c: the start-of-day structure of a PVH loader (qemu -kernel) as a boot_info.
 *
 * Xen, public/arch-x86/hvm/start_info.h: struct hvm_start_info. Its memory map came
 * with version 1; a loader of version 0 cannot start us. Nothing is believed.
 */
#include "boot/boot.h"
#include "lib/string.h"

enum {
	PVH_MAGIC = 0x336ec578,
	PVH_MEMORY_MAP_VERSION = 1,
};

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp;
	/* since version 1 */
	uint64_t memory_map;
	uint32_t memory_map_count, reserved;
} PACKED;

struct module_entry {
	uint64_t base, size, cmdline, reserved;
} PACKED;

struct memory_entry {
	uint64_t base, size;
	uint32_t type, reserved;
} PACKED;

static const char *take_modules(const struct boot_window *window,
				const struct start_info *start, struct boot_info *info)
{
	const struct module_entry *entry;
	uint32_t i;

	if (start->module_count == 0)
		return NULL;
	if (start->module_count > BOOT_MODULE_MAX)
		return "pvh: more modules than can be held";
	entry = boot_bytes(window, start->modules, start->module_count * sizeof(*entry));
	if (!entry)
		return "pvh: the list of modules is damaged";
	for (i = 0; i < start->module_count; i++, entry++) {
		struct boot_module *module = &info->modules[i];
		size_t room = sizeof(module->name) - 1;
		const char *name = boot_bytes(window, entry->cmdline, room);

		if (entry->base + entry->size < entry->base)
			return "pvh: a module is damaged";
		module->base = entry->base;
		module->size = entry->size;
		if (name)
			memcpy(module->name, name, strnlen(name, room));
	}
	info->module_count = start->module_count;
	return NULL;
}

static const char *take_memory_map(const struct boot_window *window,
				   const struct start_info *start, struct boot_info *info)
{
	const struct memory_entry *entry;
	const char *complaint = NULL;
	uint32_t i;

	if (start->version < PVH_MEMORY_MAP_VERSION || start->memory_map_count == 0)
		return NULL;
	entry = boot_bytes(window, start->memory_map,
			   (uint64_t)start->memory_map_count * sizeof(*entry));
	if (!entry)
		return "pvh: the memory map is damaged";
	for (i = 0; i < start->memory_map_count && !complaint; i++, entry++)
		complaint = boot_add_memory(info, entry->base, entry->size, entry->type);
	return complaint;
}

const char *pvh_parse(const struct boot_window *window, uint64_t address,
		      struct boot_info *info)
{
	const struct start_info *start = boot_bytes(window, address, sizeof(*start));
	const char *complaint;

	if (!start || start->magic != PVH_MAGIC)
		return "pvh: the start information is damaged";
	info->protocol = "pvh";
	info->rsdp = start->rsdp;
	if (start->cmdline) {
		const char *text = boot_bytes(window, start->cmdline, 1);

		if (!text)
			return "pvh: the command line is not where the loader says";
		boot_set_cmdline(info, text, window->limit - start->cmdline);
	}
	complaint = take_modules(window, start, info);
	return complaint ? complaint : take_memory_map(window, start, info);
}
