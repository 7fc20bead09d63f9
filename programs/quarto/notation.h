/*
 * notation.h: positions and games as text, one line each.
 *
 * A position is `7.............../c/2`: the squares row by row from a1, a piece's
 * hexadecimal digit or a dot each; the piece in hand or `-`; the player to move.
 * A game is `7 b2:c a1:3 ... d4:- 0-1`: the piece given first, the turns, the
 * result. One that did not begin at the start has its first position in place of
 * the piece; one that is not over has no result.
 */
#ifndef PROGRAMS_QUARTO_NOTATION_H
#define PROGRAMS_QUARTO_NOTATION_H

#include "programs/quarto/game.h"

/* Bytes that the texts need at most, the terminating NUL included. */
#define POSITION_TEXT_SIZE 21
#define GAME_TEXT_SIZE 112

/* Writes a position that is not over. */
void notation_format_position(char text[POSITION_TEXT_SIZE], const struct position *pos);

/*
 * Reads a position that can be played on. Returns NULL, or what is wrong with it
 * (a sentence without its full stop) and leaves *pos alone.
 */
const char *notation_parse_position(const char *text, bool square_mode,
				    struct position *pos);

void notation_format_game(char text[GAME_TEXT_SIZE], const struct game *game);

#endif
