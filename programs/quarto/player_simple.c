/*
 * player_simple.c: the player that looks one turn ahead.
 *
 * It counts the turns that hand over no win (or all of them, when there are none),
 * draws one number and walks to that turn; squares and pieces are walked upwards,
 * so the generator alone decides.
 */
#include "programs/quarto/player.h"

bool choose_at_once(const struct position *pos, unsigned squares, bool square_mode,
		    struct rng *rng, struct choice *choice)
{
	*choice = (struct choice){ .turn = { SQUARE_NONE, PIECE_NONE } };
	if (position_opens(pos)) {
		choice->opens = true;
		choice->turn.given = (uint8_t)rng_below(rng, PIECES);
		return true;
	}
	choice->winning =
		(uint16_t)(squares &
			   board_winning_squares(&pos->board, pos->hand, square_mode));
	if (choice->winning != 0)
		choice->turn.square = (uint8_t)set_first(choice->winning);
	else if (pos->left == 0)
		choice->turn.square = (uint8_t)set_first(squares);
	return choice->turn.square != SQUARE_NONE;
}

/* The pieces that win for nobody at once after placing the one in hand on square. */
static unsigned safe_pieces(const struct position *pos, unsigned square, bool square_mode)
{
	struct board board = pos->board;

	board_place(&board, square, pos->hand);
	return pos->left & ~pieces_with(board_threats(&board, square_mode));
}

void simple_choose(const struct position *pos, unsigned squares, bool square_mode,
		   struct rng *rng, struct choice *choice)
{
	unsigned pick;

	if (choose_at_once(pos, squares, square_mode, rng, choice))
		return;
	choice->turns = (uint16_t)(set_count(squares) * set_count(pos->left));
	for (unsigned set = squares; set != 0; set &= set - 1)
		choice->safe += (uint16_t)set_count(
			safe_pieces(pos, set_first(set), square_mode));
	pick = rng_below(rng, choice->safe != 0 ? choice->safe : choice->turns);
	for (unsigned set = squares; set != 0; set &= set - 1) {
		unsigned square = set_first(set);
		unsigned pieces = choice->safe != 0
					  ? safe_pieces(pos, square, square_mode)
					  : pos->left;

		if (pick < set_count(pieces)) {
			choice->turn.square = (uint8_t)square;
			choice->turn.given = (uint8_t)set_member(pieces, pick);
			return;
		}
		pick -= set_count(pieces);
	}
}
