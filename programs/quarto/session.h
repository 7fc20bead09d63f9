/*
 * session.h: one run of the program: its options, game, generator and output.
 *
 * Output gathers in a buffer and goes out when that is full, before input is read
 * and at the end. A failure of the home is kept in `error`; from then on nothing is
 * written and the run ends at the next place that looks.
 */
#ifndef PROGRAMS_QUARTO_SESSION_H
#define PROGRAMS_QUARTO_SESSION_H

#include "programs/port.h"
#include "programs/quarto/game.h"
#include "programs/quarto/options.h"
#include "programs/quarto/player.h"
#include "programs/quarto/rng.h"
#include "programs/quarto/strong.h"

#define SESSION_OUTPUT 1024

struct quarto {
	struct port *port;
	struct options options;
	bool ascii; /* pieces are drawn with letters */
	bool ended; /* somebody quit or the input ended */
	int error;  /* the first failure of the home, 0 or negative */
	struct rng rng;
	struct strong *strong; /* NULL for the simple level */
	struct game game;
	struct rng rng_at[GAME_TURNS + 1]; /* the generator at game.at[i], to undo */
	size_t used;			   /* bytes in output */
	char output[SESSION_OUTPUT];
};

/* Appends formatted text, at most SESSION_OUTPUT - 1 bytes of it, to the output. */
void say(struct quarto *q, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Hands the output to the home. Returns 0 or the error that is kept. */
int session_flush(struct quarto *q);

/* Whether the run is over before its game is: quit, failed or told to stop. */
bool session_over(struct quarto *q);

/*
 * The turn that the session's level chooses, placing on one of squares. Draws from
 * rng. False when the run is to stop; *choice is then nothing.
 */
MUST_CHECK bool session_choose(struct quarto *q, const struct position *pos,
			       unsigned squares, struct rng *rng, struct choice *choice);

/* A game of people, or of a person and the computer, up to its end. */
void interact_run(struct quarto *q);

/* options.games games of the computer against itself and their summary. */
void simulate_run(struct quarto *q);

#endif
