/*
 * view.h: what a person sees. Squares and pieces are counted from 1, or from 0
 * with that option; a piece keeps its number for the whole game.
 */
#ifndef PROGRAMS_QUARTO_VIEW_H
#define PROGRAMS_QUARTO_VIEW_H

#include "programs/quarto/session.h"

/* The text of a square or a piece with its terminating NUL. */
#define VIEW_TEXT_SIZE 24

/* Rules and options. */
void view_help(struct quarto *q);

/* The first lines of a game: seed, players, how pieces are drawn. */
void view_welcome(struct quarto *q);

/* Round, mover, remaining pieces, board, piece to place. */
void view_position(struct quarto *q);

/* A turn that was played, which game.at[count - 1] had before it. */
void view_turn(struct quarto *q);

/* The board at the end, the result and the game's line. */
void view_end(struct quarto *q);

/* Why the computer chose what it chose. */
void view_reasons(struct quarto *q, const struct choice *choice);

/* `2,1`: column and row. */
const char *view_square(struct quarto *q, char text[VIEW_TEXT_SIZE], unsigned square);

/* `5 sqFd`: number and drawing. */
const char *view_piece(struct quarto *q, char text[VIEW_TEXT_SIZE], unsigned piece);

/* The number that squares and pieces begin with. */
static inline unsigned view_base(const struct quarto *q)
{
	return q->options.base0 ? 0 : 1;
}

#endif
