/*
 * board.c: the geometry of Quarto's board and the pieces' traits.
 *
 * Lines are sets of squares in one table; whether one is won or threatened is
 * computed from the board each time, which is simple and fast enough for rules
 * and for the simple player. The strong player keeps its own running sums
 * (lines.h) and is tested against these functions.
 */
#include "programs/quarto/board.h"

static const uint16_t squares_of_line[LINES_AND_BLOCKS] = {
	0x000f, 0x00f0, 0x0f00, 0xf000, /* rows 1 to 4 */
	0x1111, 0x2222, 0x4444, 0x8888, /* columns a to d */
	0x8421, 0x1248,			/* from a1 and from d1 */
	0x0033, 0x0066, 0x00cc,		/* blocks, by the square nearest to a1 */
	0x0330, 0x0660, 0x0cc0,		/* */
	0x3300, 0x6600, 0xcc00,
};

/* The pieces that have a value. */
static const uint16_t pieces_of_value[8] = {
	0xaaaa, 0xcccc, 0xf0f0, 0xff00, 0x5555, 0x3333, 0x0f0f, 0x00ff,
};

unsigned line_squares(unsigned line)
{
	return squares_of_line[line];
}

unsigned board_shared(const struct board *board, unsigned line)
{
	unsigned set = squares_of_line[line] & board->occupied;
	unsigned shared = 0xff;

	for (; set != 0; set &= set - 1)
		shared &= piece_values(board_piece(board, set_first(set)));
	return shared;
}

unsigned board_won_lines(const struct board *board, bool square_mode)
{
	unsigned won = 0;

	for (unsigned line = 0; line < line_count(square_mode); line++) {
		unsigned empty = squares_of_line[line] & ~board->occupied;

		if (empty == 0 && board_shared(board, line) != 0)
			won |= 1u << line;
	}
	return won;
}

/* The only empty square of a line as a set; 0 when there is not exactly one. */
static unsigned last_gap(const struct board *board, unsigned line)
{
	unsigned empty = squares_of_line[line] & ~(unsigned)board->occupied;

	return (empty & (empty - 1)) == 0 ? empty : 0;
}

unsigned board_threats(const struct board *board, bool square_mode)
{
	unsigned values = 0;

	for (unsigned line = 0; line < line_count(square_mode); line++) {
		if (last_gap(board, line) != 0)
			values |= board_shared(board, line);
	}
	return values;
}

unsigned board_winning_squares(const struct board *board, unsigned piece,
			       bool square_mode)
{
	unsigned squares = 0;

	for (unsigned line = 0; line < line_count(square_mode); line++) {
		if (board_shared(board, line) & piece_values(piece))
			squares |= last_gap(board, line);
	}
	return squares;
}

unsigned pieces_with(unsigned values)
{
	unsigned pieces = 0;

	for (; values != 0; values &= values - 1)
		pieces |= pieces_of_value[set_first(values)];
	return pieces;
}
