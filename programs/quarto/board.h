/*
 * board.h: pieces, squares and lines of Quarto, and what a board of pieces means.
 *
 * A piece is a number 0 to 15, its traits added up: 1 tall, 2 round, 4 full, 8
 * light. A square is x + 4 * y, x its column a to d and y its row 1 to 4, both
 * counted from 0. A set of pieces or squares is a word with bit n for number n, a
 * set of lines one with bit n for line n; sets are walked from bit 0 upwards.
 * The values of traits are a byte: bit t for "has trait t", bit 4 + t for "has not".
 * Everything here is pure.
 */
#ifndef PROGRAMS_QUARTO_BOARD_H
#define PROGRAMS_QUARTO_BOARD_H

#include "lib/base.h"

enum {
	BOARD_SIDE = 4,
	SQUARES = 16,
	PIECES = 16,
	/* Rows, columns and the two diagonals; behind them the nine 2x2 blocks. */
	LINES = 10,
	LINES_AND_BLOCKS = 19,
	SQUARE_NONE = 0xff,
	PIECE_NONE = 0xff,
};

enum trait {
	TRAIT_TALL = 1,
	TRAIT_ROUND = 2,
	TRAIT_FULL = 4,
	TRAIT_LIGHT = 8,
};

struct board {
	uint64_t cells;	   /* four bits for each square: its piece, 0 where empty */
	uint16_t occupied; /* the squares that hold a piece */
};

/* How many lines decide a game: with square mode also the blocks. */
static inline unsigned line_count(bool square_mode)
{
	return square_mode ? LINES_AND_BLOCKS : LINES;
}

/* The lowest member of a set that is not empty. */
static inline unsigned set_first(unsigned set)
{
	return (unsigned)__builtin_ctz(set);
}

/* How many members a set of at most 16 has. */
static inline unsigned set_count(unsigned set)
{
	set -= set >> 1 & 0x5555;
	set = (set & 0x3333) + (set >> 2 & 0x3333);
	set = (set + (set >> 4)) & 0x0f0f;
	return (set + (set >> 8)) & 31;
}

/* The n-th member of a set, counted from 0; the set has more than n. */
static inline unsigned set_member(unsigned set, unsigned n)
{
	for (; n > 0; n--)
		set &= set - 1;
	return set_first(set);
}

/* The piece on a square that is occupied. */
static inline unsigned board_piece(const struct board *board, unsigned square)
{
	return (board->cells >> (4 * square)) & 15;
}

/* Puts a piece on an empty square. */
static inline void board_place(struct board *board, unsigned square, unsigned piece)
{
	board->cells |= (uint64_t)piece << (4 * square);
	board->occupied |= (uint16_t)(1u << square);
}

/* The values that a piece has. */
static inline unsigned piece_values(unsigned piece)
{
	return piece | (~piece & 15) << 4;
}

/* The squares of a line, 0 to LINES_AND_BLOCKS - 1: rows, columns, diagonals, blocks. */
unsigned line_squares(unsigned line);

/* The values that all pieces on a line share; all eight when it has none. */
unsigned board_shared(const struct board *board, unsigned line);

/* The lines that are full and share a value: any of them wins. */
unsigned board_won_lines(const struct board *board, bool square_mode);

/* The values with which a piece wins at once: those of lines that lack one piece. */
unsigned board_threats(const struct board *board, bool square_mode);

/* The empty squares on which a piece wins. */
unsigned board_winning_squares(const struct board *board, unsigned piece,
			       bool square_mode);

/* The pieces that have one of the values. */
unsigned pieces_with(unsigned values);

#endif
