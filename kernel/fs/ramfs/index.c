/*
 * index.c: pages by number, in a radix tree of 64-way nodes.
 *
 * A file of one page has no node at all; the tree grows at its root when a number does
 * not fit, so no node is ever moved. A node that loses its last slot is freed at once.
 * The caller's lock protects an index.
 */
#include "kernel/fs/ramfs/internal.h"
#include "kernel/mm/slab.h"

enum {
	SLOT_BITS = 6,
	SLOTS = 1 << SLOT_BITS,
	HEIGHT_MAX = (64 - PAGE_SHIFT + SLOT_BITS - 1) / SLOT_BITS,
};

struct index_node {
	unsigned used; /* slots that are not NULL */
	void *slots[SLOTS];
};

static struct kmem_cache node_cache;

void page_index_init(void)
{
	kmem_cache_init(&node_cache, "page_index_node", sizeof(struct index_node), 0);
}

/* Whether a tree of that height has a place for number. */
static bool fits(unsigned height, uint64_t number)
{
	return height * SLOT_BITS >= 64 || number >> height * SLOT_BITS == 0;
}

/* The slot of number in a node of that level; level 1 is just above the pages. */
static unsigned slot_of(uint64_t number, unsigned level)
{
	return number >> (level - 1) * SLOT_BITS & (SLOTS - 1);
}

struct page *page_index_find(const struct page_index *index, uint64_t number)
{
	void *at = index->root;

	if (!fits(index->height, number))
		return NULL;
	for (unsigned level = index->height; level && at; level--)
		at = ((struct index_node *)at)->slots[slot_of(number, level)];
	return at;
}

static struct index_node *node_create(void)
{
	struct index_node *node = kmem_alloc(&node_cache, GFP_KERNEL);

	if (node)
		*node = (struct index_node){ 0 };
	return node;
}

/* Puts nodes above the root until number fits. */
static int grow(struct page_index *index, uint64_t number)
{
	while (!fits(index->height, number)) {
		if (index->root) {
			struct index_node *node = node_create();

			if (!node)
				return -ENOMEM;
			node->slots[0] = index->root;
			node->used = 1;
			index->root = node;
		}
		index->height++;
	}
	return 0;
}

/* A chain of nodes from level `levels` down to the page; NULL: no memory. */
static void *chain_create(uint64_t number, unsigned levels, struct page *page)
{
	void *top = page;
	unsigned level;

	for (level = 1; level <= levels; level++) {
		struct index_node *node = node_create();

		if (!node)
			goto unwind;
		node->slots[slot_of(number, level)] = top;
		node->used = 1;
		top = node;
	}
	return top;
unwind:
	while (--level) {
		struct index_node *node = top;

		top = node->slots[slot_of(number, level)];
		kmem_free(&node_cache, node);
	}
	return NULL;
}

int page_index_insert(struct page_index *index, uint64_t number, struct page *page)
{
	struct index_node *parent = NULL;
	void **slot = &index->root, *chain;
	unsigned level;

	if (grow(index, number))
		return -ENOMEM;
	for (level = index->height; level && *slot; level--) {
		parent = *slot;
		slot = &parent->slots[slot_of(number, level)];
	}
	chain = chain_create(number, level, page);
	if (!chain) {
		if (!index->root)
			index->height = 0;
		return -ENOMEM;
	}
	*slot = chain;
	if (parent)
		parent->used++;
	return 0;
}

struct page *page_index_remove(struct page_index *index, uint64_t number)
{
	void **path[HEIGHT_MAX + 1], **slot = &index->root;
	struct page *page;
	unsigned level;

	if (!fits(index->height, number))
		return NULL;
	for (level = index->height; level && *slot; level--) {
		path[level] = slot;
		slot = &((struct index_node *)*slot)->slots[slot_of(number, level)];
	}
	page = *slot;
	if (!page)
		return NULL;
	*slot = NULL;
	for (level = 1; level <= index->height; level++) {
		struct index_node *node = *path[level];

		if (--node->used)
			break;
		kmem_free(&node_cache, node);
		*path[level] = NULL;
	}
	if (!index->root)
		index->height = 0;
	return page;
}

/*
 * The first page in the subtree that holds number, from number on; where that has none,
 * UINT64_MAX with *skip the first number behind the part that was found empty.
 */
static uint64_t probe(const struct page_index *index, uint64_t number, uint64_t *skip)
{
	const void *at = index->root;
	unsigned level;

	for (level = index->height; level && at; level--)
		at = ((const struct index_node *)at)->slots[slot_of(number, level)];
	if (at)
		return number;
	*skip = ((number >> level * SLOT_BITS) + 1) << level * SLOT_BITS;
	return UINT64_MAX;
}

uint64_t page_index_next(const struct page_index *index, uint64_t number)
{
	while (index->root && fits(index->height, number)) {
		uint64_t found = probe(index, number, &number);

		if (found != UINT64_MAX)
			return found;
	}
	return UINT64_MAX;
}
