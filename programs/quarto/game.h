/*
 * game.h: the rules. A position is the state between two turns; a turn is one
 * step, the placing and the giving together, and is applied wholly or not at all.
 * A game is its positions from the start to now, so that turns can be taken back.
 */
#ifndef PROGRAMS_QUARTO_GAME_H
#define PROGRAMS_QUARTO_GAME_H

#include "programs/quarto/board.h"

enum result {
	RESULT_OPEN,
	RESULT_PLAYER_1,
	RESULT_PLAYER_2,
	RESULT_DRAW,
};

struct position {
	struct board board;
	uint16_t left; /* the pieces that are neither placed nor in hand */
	uint8_t hand; /* the piece to place; PIECE_NONE before the first and at the end */
	uint8_t player; /* 1 or 2: who moves, or who made the last turn of a game */
	uint8_t result; /* enum result */
};

/* The piece in hand goes on square and given to the other player. */
struct turn {
	uint8_t square; /* SQUARE_NONE for the choice that opens a game */
	uint8_t given;	/* PIECE_NONE for the turn that ends a game */
};

enum turn_error {
	TURN_OK,
	TURN_GAME_OVER,
	TURN_NO_SQUARE,	  /* not a square, or none where one is needed */
	TURN_OCCUPIED,	  /* another piece stands there */
	TURN_NO_PIECE,	  /* not a piece, or none where one is needed */
	TURN_PLACED,	  /* the piece stands on the board */
	TURN_IN_HAND,	  /* the piece is the one that is to be placed */
	TURN_NOTHING_LEFT /* a piece given although this turn ends the game */
};

/* The choice of the first piece and sixteen turns. */
#define GAME_TURNS 17

struct game {
	bool square_mode;
	uint8_t count; /* turns that were played */
	struct turn turns[GAME_TURNS];
	struct position at[GAME_TURNS + 1]; /* at[count] is now */
};

/* The empty board: player 1 is to choose the first piece. */
void position_start(struct position *pos);

/* Whether pos is the one position_start makes. */
bool position_is_start(const struct position *pos);

/* Whether the turn to come is the choice of the first piece only. */
static inline bool position_opens(const struct position *pos)
{
	return pos->board.occupied == 0 && pos->hand == PIECE_NONE;
}

/* What is wrong with placing the piece in hand there. */
enum turn_error position_check_square(const struct position *pos, unsigned square);

/* What is wrong with giving a piece; the piece in hand counts as placed or not. */
enum turn_error position_check_piece(const struct position *pos, unsigned piece);

/* Whether placing the piece in hand on an empty square ends the game. */
bool position_ends(const struct position *pos, unsigned square, bool square_mode);

/*
 * Applies a turn that is right by the rules; otherwise says what is wrong and
 * leaves pos as it was.
 */
MUST_CHECK enum turn_error position_play(struct position *pos, struct turn turn,
					 bool square_mode);

/* A game from a position that is not over. */
void game_start(struct game *game, const struct position *from, bool square_mode);

static inline const struct position *game_now(const struct game *game)
{
	return &game->at[game->count];
}

/* Plays a turn; on an error nothing changes. */
MUST_CHECK enum turn_error game_play(struct game *game, struct turn turn);

/* Takes the last turn back; false when there is none. */
bool game_undo(struct game *game);

#endif
