/*
 * table.c: a table of words in groups of four. A key is scrambled one to one; its
 * low bits choose the group, at least eight of them, and the entry keeps the others
 * in its upper 56 bits, so nothing of the key is lost. Below are four bits of depth
 * and four of bounds; an entry without bounds is empty. In a full group the entry
 * with the least depth makes room, since it was the cheapest to find.
 */
#include "programs/quarto/table.h"
#include "lib/string.h"

#define GROUP 4
#define TAG_SHIFT 8
#define BOUNDS_MASK 15
#define DEPTH_SHIFT 4

/* Odd multipliers and shifts of half a word: each step can be undone. */
static uint64_t scramble(uint64_t key)
{
	key *= 0x9e3779b97f4a7c15;
	key ^= key >> 32;
	key *= 0xd6e8feb86659fd93;
	return key ^ key >> 32;
}

static unsigned entry_depth(uint64_t entry)
{
	return (unsigned)(entry >> DEPTH_SHIFT) & 15;
}

COLD void table_init(struct table *table, struct port *port)
{
	*table = (struct table){ .entries = NULL };
	for (size_t size = TABLE_SIZE_MAX; size >= TABLE_SIZE_MIN; size /= 2) {
		table->entries = port_alloc(port, size);
		if (table->entries == NULL)
			continue;
		table->size = size;
		table->groups = size / (GROUP * sizeof(*table->entries)) - 1;
		return;
	}
}

COLD void table_free(struct table *table, struct port *port)
{
	port_free(port, table->entries);
}

void table_clear(struct table *table)
{
	if (table->entries != NULL)
		memset(table->entries, 0, table->size);
}

struct table_entry table_find(const struct table *table, uint64_t key)
{
	uint64_t scrambled = scramble(key);
	const uint64_t *group;

	if (table->entries == NULL)
		return (struct table_entry){ .bounds = 0 };
	group = table->entries + GROUP * (scrambled & table->groups);
	for (unsigned i = 0; i < GROUP; i++) {
		if (group[i] >> TAG_SHIFT == scrambled >> TAG_SHIFT)
			return (struct table_entry){
				.depth = entry_depth(group[i]),
				.bounds = group[i] & BOUNDS_MASK,
			};
	}
	return (struct table_entry){ .bounds = 0 };
}

void table_store(struct table *table, uint64_t key, struct table_entry entry)
{
	uint64_t scrambled = scramble(key);
	uint64_t *group;
	uint64_t *slot;

	if (table->entries == NULL)
		return;
	group = table->entries + GROUP * (scrambled & table->groups);
	slot = group;
	for (unsigned i = 0; i < GROUP; i++) {
		if (group[i] >> TAG_SHIFT == scrambled >> TAG_SHIFT) {
			slot = &group[i];
			break;
		}
		if (entry_depth(group[i]) < entry_depth(*slot))
			slot = &group[i];
	}
	*slot = scrambled >> TAG_SHIFT << TAG_SHIFT | entry.depth << DEPTH_SHIFT |
		entry.bounds;
}
