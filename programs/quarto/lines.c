/*
 * lines.c: the tables behind lines.h. The k-th line of board.h is byte k % 8 of
 * word k / 8; bytes without a line never count a piece.
 */
#include "programs/quarto/lines.h"

COLD void lines_map_init(struct lines_map *map, bool square_mode)
{
	unsigned lines = line_count(square_mode);

	map->words = (lines + 7) / 8;
	for (unsigned square = 0; square < SQUARES; square++) {
		for (unsigned i = 0; i < LINE_WORDS; i++)
			map->through[square][i] = 0;
		for (unsigned line = 0; line < lines; line++) {
			uint64_t byte = 0xffULL << (line % 8 * 8);

			if (line_squares(line) >> square & 1)
				map->through[square][line / 8] |= byte;
		}
	}
}

COLD void lines_init(struct lines *lines)
{
	for (unsigned i = 0; i < LINE_WORDS; i++) {
		lines->shared[i] = UINT64_MAX;
		lines->count[i] = 0;
	}
}
