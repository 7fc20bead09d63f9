/*
 * info.c: what both parsers share: the command line, and the memory map made sorted and
 * free of overlaps.
 *
 * Loaders' maps come in any order and may overlap. All the ranges' edges, sorted, cut
 * the address space into pieces that each range holds wholly or not at all; a piece is
 * what the least usable of its ranges says. Neighbours of one type then join.
 */
#include "boot/boot.h"
#include "lib/printf.h"
#include "lib/string.h"

/* The architecture's limit (Intel SDM 3A, 4.1.4): MAXPHYADDR is at most 52. */
#define PHYSICAL_END (1ULL << 52)
#define MEMORY_LEAST (3 * MIB)

void boot_set_cmdline(struct boot_info *info, const char *text, size_t max)
{
	size_t length = strnlen(text, MIN(max, BOOT_CMDLINE_MAX));

	info->cmdline_cut = length == BOOT_CMDLINE_MAX;
	length = MIN(length, BOOT_CMDLINE_MAX - 1);
	memcpy(info->cmdline, text, length);
	info->cmdline[length] = '\0';
}

const char *boot_add_memory(struct boot_info *info, uint64_t base, uint64_t size,
			    uint32_t type)
{
	if (size == 0 || base >= PHYSICAL_END)
		return NULL;
	if (info->memory_count == BOOT_MEMORY_MAX)
		return "the memory map has more ranges than can be held";
	if (type < BOOT_MEMORY_RAM || type > BOOT_MEMORY_BAD)
		type = BOOT_MEMORY_RESERVED;
	info->memory[info->memory_count++] = (struct boot_memory){
		.base = base,
		.size = MIN(size, PHYSICAL_END - base),
		.type = (enum boot_memory_type)type,
	};
	return NULL;
}

/* The higher wins where ranges overlap. */
static unsigned memory_weight(enum boot_memory_type type)
{
	switch (type) {
	case BOOT_MEMORY_RAM:
		return 1;
	case BOOT_MEMORY_ACPI:
		return 2;
	case BOOT_MEMORY_NVS:
		return 3;
	case BOOT_MEMORY_RESERVED:
		return 4;
	default:
		return 5;
	}
}

static unsigned sort_edges(const struct boot_memory *ranges, unsigned count,
			   uint64_t *edges)
{
	unsigned i, n = 0;

	for (i = 0; i < 2 * count; i++) {
		const struct boot_memory *range = &ranges[i / 2];
		uint64_t edge = i % 2 ? range->base + range->size : range->base;
		unsigned at = n++;

		for (; at > 0 && edges[at - 1] > edge; at--)
			edges[at] = edges[at - 1];
		edges[at] = edge;
	}
	return n;
}

/* The range that decides what the bytes from base to end are; NULL: a hole. */
static const struct boot_memory *piece_owner(const struct boot_memory *ranges,
					     unsigned count, uint64_t base, uint64_t end)
{
	const struct boot_memory *owner = NULL;
	unsigned i;

	for (i = 0; i < count; i++) {
		const struct boot_memory *range = &ranges[i];

		if (range->base > base || range->base + range->size < end)
			continue;
		if (!owner || memory_weight(range->type) > memory_weight(owner->type))
			owner = range;
	}
	return owner;
}

const char *boot_finish_memory(struct boot_info *info)
{
	static struct boot_memory given[BOOT_MEMORY_MAX];
	static uint64_t edges[2 * BOOT_MEMORY_MAX];
	unsigned count = info->memory_count, edge_count, i;
	struct boot_memory *last = NULL;

	memcpy(given, info->memory, sizeof(given));
	edge_count = sort_edges(given, count, edges);
	info->memory_count = 0;
	for (i = 0; i + 1 < edge_count; i++) {
		uint64_t base = edges[i], end = edges[i + 1];
		const struct boot_memory *owner;

		if (base == end)
			continue;
		owner = piece_owner(given, count, base, end);
		if (!owner)
			continue;
		if (last && last->type == owner->type &&
		    last->base + last->size == base) {
			last->size += end - base;
			continue;
		}
		if (info->memory_count == BOOT_MEMORY_MAX)
			return "the memory map has more ranges than can be held";
		last = &info->memory[info->memory_count++];
		*last = (struct boot_memory){ base, end - base, owner->type };
	}
	return NULL;
}

const char *boot_check_memory(const struct boot_info *info)
{
	static char complaint[96];
	uint64_t ram = 0;
	unsigned i;

	if (info->memory_count == 0)
		return "the loader gave no memory map";
	for (i = 0; i < info->memory_count; i++) {
		if (info->memory[i].type == BOOT_MEMORY_RAM)
			ram += info->memory[i].size;
	}
	if (ram >= MEMORY_LEAST)
		return NULL;
	fmt_snprintf(complaint, sizeof(complaint),
		     "too little memory: %u KiB, at least %u KiB are needed",
		     (unsigned)(ram / KIB), (unsigned)(MEMORY_LEAST / KIB));
	return complaint;
}

static bool is_ram(const struct boot_info *info, uint64_t base, uint64_t size)
{
	unsigned i;

	for (i = 0; i < info->memory_count; i++) {
		const struct boot_memory *range = &info->memory[i];

		if (range->type == BOOT_MEMORY_RAM && base >= range->base &&
		    base - range->base <= range->size &&
		    size <= range->size - (base - range->base))
			return true;
	}
	return false;
}

const char *boot_check_modules(const struct boot_info *info)
{
	unsigned i;

	for (i = 0; i < info->module_count; i++) {
		if (!is_ram(info, info->modules[i].base, info->modules[i].size))
			return "a boot module does not lie in memory";
	}
	return NULL;
}
