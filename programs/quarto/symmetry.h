/*
 * symmetry.h: positions that are the same game. A search key is the board with
 * every piece XORed with the piece in hand, four bits for each square. Flipping
 * traits is a symmetry, so the key stands for its position; and since no placed
 * piece equals the one in hand, a zero means an empty square: 64 bits are all.
 */
#ifndef PROGRAMS_QUARTO_SYMMETRY_H
#define PROGRAMS_QUARTO_SYMMETRY_H

#include "lib/base.h"

/*
 * The least of the keys that reordering traits (24 ways) and mapping the board onto
 * itself make of this one. Lines have 32 such maps, lines and blocks 8.
 */
uint64_t symmetry_least(uint64_t key, bool square_mode);

#endif
