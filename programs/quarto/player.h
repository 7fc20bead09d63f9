/*
 * player.h: what a computer player is asked and what it answers. A player writes
 * nothing: what it considered comes back as numbers, so telling about it cannot
 * change how it plays.
 */
#ifndef PROGRAMS_QUARTO_PLAYER_H
#define PROGRAMS_QUARTO_PLAYER_H

#include "programs/quarto/game.h"
#include "programs/quarto/rng.h"

enum level {
	LEVEL_SIMPLE,
	LEVEL_STRONG,
};

/* A turn and why. */
struct choice {
	struct turn turn;
	bool opens;	  /* any first piece is as good as another: drawn by lot */
	uint16_t winning; /* the squares that win at once */
	uint16_t turns;	  /* simple: the turns that could be played */
	uint16_t safe;	  /* simple: those of them that hand over no win */
	/* Strong only, when there is no win at once: */
	uint8_t depth;	    /* turns looked ahead */
	int8_t value;	    /* 1 a win, -1 a loss against best play, 0 neither */
	bool exact;	    /* value is a proof; 0 is a draw then */
	uint32_t positions; /* that were looked at */
};

/*
 * The simple player: wins if it can, hands over no win if it can, else by lot.
 * It places on one of squares (empty ones, at least one).
 */
void simple_choose(const struct position *pos, unsigned squares, bool square_mode,
		   struct rng *rng, struct choice *choice);

/* What both players do first: opens and wins at once. False when there is more to do. */
bool choose_at_once(const struct position *pos, unsigned squares, bool square_mode,
		    struct rng *rng, struct choice *choice);

#endif
