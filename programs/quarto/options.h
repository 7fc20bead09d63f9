/*
 * options.h: the command line, the same in every home.
 */
#ifndef PROGRAMS_QUARTO_OPTIONS_H
#define PROGRAMS_QUARTO_OPTIONS_H

#include "programs/quarto/player.h"

#define SIMULATION_GAMES 100
#define SIMULATION_GAMES_MAX 1000000

struct options {
	uint64_t seed;
	uint32_t games; /* to simulate; 0 for a game with people */
	uint8_t level;	/* enum level */
	bool square_mode;
	bool base0;
	bool reasoning;
	bool moves;
	bool pvp;
	bool ascii;
	bool help;
	bool seeded; /* seed was given */
};

/*
 * Reads argv[1..argc). Stops at a request for help, which is right whatever
 * follows. -EINVAL with a sentence in error, a buffer of size bytes, when an
 * option is unknown, has a bad value or contradicts another.
 */
MUST_CHECK int options_parse(struct options *options, int argc, char **argv, char *error,
			     size_t size);

/* Copies text for a message: what is not printable ASCII becomes '?', long is cut. */
void quote_text(char *out, size_t size, const char *text);

#endif
