/*
 * table.h: the search's memory of positions. Each entry is one word that holds the
 * whole key, so an entry that is found is certainly about that position.
 *
 * Values are from the mover's view: 1 a win, 0 neither or not known within the
 * depth, -1 a loss. What is known is a set of bounds; a win or a loss is a proof
 * at any depth, a bound of 0 holds up to the depth that it was found with.
 */
#ifndef PROGRAMS_QUARTO_TABLE_H
#define PROGRAMS_QUARTO_TABLE_H

#include "programs/port.h"

/* At most 4 MiB; the search needs it so large to be exact within its budget. */
#define TABLE_SIZE_MAX (4 * MIB)
#define TABLE_SIZE_MIN (64 * KIB)

enum table_bound {
	BOUND_NOT_LOST = 1, /* value >= 0 */
	BOUND_WON = 2,
	BOUND_NOT_WON = 4, /* value <= 0 */
	BOUND_LOST = 8,
};

struct table {
	uint64_t *entries; /* NULL when there was no memory at all */
	size_t size;	   /* bytes */
	uint64_t groups;   /* of entries, less one; a power of two less one */
};

/* What a table knows of a position; bounds 0 for nothing. */
struct table_entry {
	unsigned depth;
	unsigned bounds;
};

/* Takes as much memory as it can get; a table without any remembers nothing. */
void table_init(struct table *table, struct port *port);
void table_free(struct table *table, struct port *port);

/* Forgets everything. */
void table_clear(struct table *table);

struct table_entry table_find(const struct table *table, uint64_t key);
void table_store(struct table *table, uint64_t key, struct table_entry entry);

#endif
