/*
 * strong.h: the player that searches. Exact from the sixth placed piece on when it
 * has its full table: it wins what can be won and loses nothing that is drawn.
 * Which turn it chooses depends on the position and the generator, and on the
 * table's size only where its budget runs out.
 */
#ifndef PROGRAMS_QUARTO_STRONG_H
#define PROGRAMS_QUARTO_STRONG_H

#include "programs/port.h"
#include "programs/quarto/player.h"
#include "programs/quarto/table.h"

#define STRONG_TABLE_MAX TABLE_SIZE_MAX

struct strong;

/* NULL when there is no memory even for a player without a table. */
struct strong *strong_create(struct port *port, bool square_mode);

/* NULL is allowed. */
void strong_destroy(struct strong *strong);

/* Bytes of the table that it got. */
size_t strong_table_size(const struct strong *strong);

/*
 * Chooses a turn for a position that is not over, placing on one of squares. False
 * when the run is to stop. The number of positions it looks at is bounded.
 */
MUST_CHECK bool strong_choose(struct strong *strong, const struct position *pos,
			      unsigned squares, struct rng *rng, struct choice *choice);

#endif
