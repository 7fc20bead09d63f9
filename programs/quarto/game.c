/*
 * game.c: the rules of Quarto as steps from position to position.
 *
 * Every turn is checked wholly before anything changes: the position that a turn
 * is applied to is either the next one afterwards or the same one. The history is
 * bounded by the rules (GAME_TURNS), so nothing is allocated.
 */
#include "programs/quarto/game.h"

#define ALL_PIECES 0xffff
#define ALL_SQUARES 0xffff

void position_start(struct position *pos)
{
	*pos = (struct position){
		.left = ALL_PIECES,
		.hand = PIECE_NONE,
		.player = 1,
		.result = RESULT_OPEN,
	};
}

bool position_is_start(const struct position *pos)
{
	return position_opens(pos) && pos->player == 1;
}

enum turn_error position_check_square(const struct position *pos, unsigned square)
{
	if (square >= SQUARES)
		return TURN_NO_SQUARE;
	return pos->board.occupied >> square & 1 ? TURN_OCCUPIED : TURN_OK;
}

enum turn_error position_check_piece(const struct position *pos, unsigned piece)
{
	if (piece >= PIECES)
		return TURN_NO_PIECE;
	if (piece == pos->hand)
		return TURN_IN_HAND;
	return pos->left >> piece & 1 ? TURN_OK : TURN_PLACED;
}

bool position_ends(const struct position *pos, unsigned square, bool square_mode)
{
	struct board board = pos->board;

	board_place(&board, square, pos->hand);
	return board.occupied == ALL_SQUARES || board_won_lines(&board, square_mode) != 0;
}

/* What is wrong with a turn as a whole. */
static enum turn_error check_turn(const struct position *pos, struct turn turn,
				  bool square_mode)
{
	enum turn_error error;

	if (pos->result != RESULT_OPEN)
		return TURN_GAME_OVER;
	if (position_opens(pos))
		return turn.square == SQUARE_NONE ? position_check_piece(pos, turn.given)
						  : TURN_NO_SQUARE;
	error = position_check_square(pos, turn.square);
	if (error != TURN_OK)
		return error;
	if (position_ends(pos, turn.square, square_mode))
		return turn.given == PIECE_NONE ? TURN_OK : TURN_NOTHING_LEFT;
	return position_check_piece(pos, turn.given);
}

/* The result when the player to move has just ended the game. */
static uint8_t result_of_end(const struct position *pos, bool square_mode)
{
	if (board_won_lines(&pos->board, square_mode) == 0)
		return RESULT_DRAW;
	return pos->player == 1 ? RESULT_PLAYER_1 : RESULT_PLAYER_2;
}

enum turn_error position_play(struct position *pos, struct turn turn, bool square_mode)
{
	enum turn_error error = check_turn(pos, turn, square_mode);

	if (error != TURN_OK)
		return error;
	if (turn.square != SQUARE_NONE)
		board_place(&pos->board, turn.square, pos->hand);
	pos->hand = turn.given;
	/* Nothing is given by a turn that ends the game, and by no other. */
	if (turn.given == PIECE_NONE) {
		pos->result = result_of_end(pos, square_mode);
	} else {
		pos->left &= (uint16_t) ~(1u << turn.given);
		pos->player = (uint8_t)(3 - pos->player);
	}
	return TURN_OK;
}

void game_start(struct game *game, const struct position *from, bool square_mode)
{
	game->square_mode = square_mode;
	game->count = 0;
	game->at[0] = *from;
}

enum turn_error game_play(struct game *game, struct turn turn)
{
	struct position next = *game_now(game);
	enum turn_error error = position_play(&next, turn, game->square_mode);

	if (error != TURN_OK)
		return error;
	game->turns[game->count] = turn;
	game->count++;
	game->at[game->count] = next;
	return TURN_OK;
}

bool game_undo(struct game *game)
{
	if (game->count == 0)
		return false;
	game->count--;
	return true;
}
