/*
 * lines.h: running sums over the lines of a board, for the search. A word has a
 * byte for each of eight lines: what its pieces share, and how many there are. A
 * placed piece changes all its lines at once.
 */
#ifndef PROGRAMS_QUARTO_LINES_H
#define PROGRAMS_QUARTO_LINES_H

#include "programs/quarto/board.h"

#define LINE_WORDS 3 /* the lines and blocks in eights */
#define EACH_BYTE 0x0101010101010101ULL

struct lines {
	uint64_t shared[LINE_WORDS];
	uint64_t count[LINE_WORDS];
};

/* For each square 0xff in the bytes of the lines through it. */
struct lines_map {
	unsigned words; /* that hold lines; the others stay as they were */
	uint64_t through[SQUARES][LINE_WORDS];
};

/* The map of lines, with blocks in square mode. */
void lines_map_init(struct lines_map *map, bool square_mode);

/* An empty board. */
void lines_init(struct lines *lines);

/* *to becomes *from with a piece on a square more; they may be the same. */
static inline void lines_place(struct lines *to, const struct lines *from,
			       const struct lines_map *map, unsigned square,
			       unsigned piece)
{
	uint64_t values = piece_values(piece) * EACH_BYTE;

	for (unsigned i = 0; i < map->words; i++) {
		uint64_t through = map->through[square][i];

		to->shared[i] = from->shared[i] & (values | ~through);
		to->count[i] = from->count[i] + (through & EACH_BYTE);
	}
}

/* As board_threats: the values shared by lines of exactly three pieces. */
static inline unsigned lines_threats(const struct lines *lines,
				     const struct lines_map *map)
{
	uint64_t values = 0;

	for (unsigned i = 0; i < map->words; i++) {
		uint64_t count = lines->count[i];
		uint64_t three = count & count >> 1 & EACH_BYTE;

		values |= lines->shared[i] & three * 0xff;
	}
	values |= values >> 32;
	values |= values >> 16;
	return (unsigned)(values | values >> 8) & 0xff;
}

#endif
