/*
 * search.h: depth-first search with alpha-beta bounds on a stack of its own.
 *
 * A node is a position with a piece in hand that wins nowhere at once; whoever
 * makes a node sees to that, because it is cheapest to see for all pieces together.
 */
#ifndef PROGRAMS_QUARTO_SEARCH_H
#define PROGRAMS_QUARTO_SEARCH_H

#include "programs/port.h"
#include "programs/quarto/lines.h"
#include "programs/quarto/table.h"

struct search_node {
	struct lines lines;  /* of the board */
	struct lines placed; /* the same with the piece in hand on the square in turn */
	uint64_t cells;	     /* as struct board */
	uint64_t filled;     /* fifteen for each occupied square */
	uint64_t key;
	uint16_t occupied;
	uint16_t left; /* pieces that are neither placed nor in hand */
	uint16_t give; /* those that are still to be given with the square in turn */
	uint8_t hand;
	uint8_t depth; /* turns to look ahead, at least 1 */
	int alpha, beta, first_alpha, best;
	uint8_t squares; /* how many are worth trying */
	uint8_t next;	 /* the one in turn, plus one */
	uint8_t order[SQUARES];
	uint16_t safe[SQUARES]; /* what can be given with each of them */
};

struct search {
	struct port *port;
	bool square_mode;
	bool stopped;	    /* the budget is used up or the run is to stop */
	uint32_t positions; /* nodes looked at */
	uint32_t budget;
	struct lines_map map;
	uint16_t safe_low[16];	/* the pieces that have none of the traits, by set */
	uint16_t safe_high[16]; /* the pieces that have all of them */
	struct table table;
	struct search_node stack[SQUARES];
};

/* Sets up all but the table. */
void search_init(struct search *search, struct port *port, bool square_mode);

/* Those of the pieces that win nowhere at once on a board with these lines. */
static inline unsigned search_safe(const struct search *search, const struct lines *lines,
				   unsigned pieces)
{
	unsigned values = lines_threats(lines, &search->map);

	return pieces & search->safe_low[values & 15] & search->safe_high[values >> 4];
}

/*
 * The value of stack[0], whose position and depth are set, for its mover: 1, 0, -1,
 * exact between alpha and beta and a bound outside. Meaningless when `stopped` is
 * set afterwards.
 */
int search_value(struct search *search, int alpha, int beta);

/* The key of a position (symmetry.h). */
static inline uint64_t search_key(uint64_t cells, uint64_t filled, unsigned hand)
{
	return (cells ^ hand * 0x1111111111111111ULL) & filled;
}

#endif
