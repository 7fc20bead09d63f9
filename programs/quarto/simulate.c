/*
 * simulate.c: the computer plays itself, and the games are counted.
 *
 * All games draw from one generator, so a seed decides them all. The rate is
 * computed from nanoseconds, in hundredths, with integers; it has a line of its
 * own, the only one that differs between two runs.
 */
#include "programs/quarto/notation.h"
#include "programs/quarto/view.h"

/* Sums over the games that were played. */
struct tally {
	uint64_t turns;	     /* pieces placed */
	uint32_t results[4]; /* by enum result */
	uint32_t games;
};

/* Plays one game to its end; false when the run is over before. */
static bool play_game(struct quarto *q)
{
	struct position start;
	struct choice choice;

	position_start(&start);
	game_start(&q->game, &start, q->options.square_mode);
	while (game_now(&q->game)->result == RESULT_OPEN) {
		const struct position *pos = game_now(&q->game);
		unsigned empty = 0xffffu & ~(unsigned)pos->board.occupied;

		if (session_over(q) || !session_choose(q, pos, empty, &q->rng, &choice) ||
		    game_play(&q->game, choice.turn) != TURN_OK)
			return false;
		if (q->options.reasoning) {
			view_turn(q);
			view_reasons(q, &choice);
		}
	}
	return true;
}

static void count_game(struct quarto *q, struct tally *tally)
{
	const struct position *end = game_now(&q->game);
	char text[GAME_TEXT_SIZE];

	tally->games++;
	tally->results[end->result]++;
	tally->turns += set_count(end->board.occupied);
	if (q->options.moves) {
		notation_format_game(text, &q->game);
		say(q, "%s\n", text);
	}
	if (q->options.moves || q->options.reasoning)
		session_flush(q);
}

/* Games a second in hundredths; games is at most SIMULATION_GAMES_MAX. */
static uint64_t games_rate(uint32_t games, uint64_t nanoseconds)
{
	return games * (100 * NSEC_PER_SEC) / MAX(nanoseconds, 1);
}

static void say_hundredths(struct quarto *q, const char *what, uint64_t hundredths)
{
	say(q, "%-17s %llu.%02llu\n", what, (unsigned long long)(hundredths / 100),
	    (unsigned long long)(hundredths % 100));
}

static void say_summary(struct quarto *q, const struct tally *tally, uint64_t nanoseconds)
{
	say(q, "%-17s %u\n", "Games:", tally->games);
	say(q, "%-17s %u\n", "Player 1 wins:", tally->results[RESULT_PLAYER_1]);
	say(q, "%-17s %u\n", "Player 2 wins:", tally->results[RESULT_PLAYER_2]);
	say(q, "%-17s %u\n", "Draws:", tally->results[RESULT_DRAW]);
	say_hundredths(q, "Turns per game:", tally->turns * 100 / MAX(tally->games, 1));
	say_hundredths(q, "Games per second:", games_rate(tally->games, nanoseconds));
}

void simulate_run(struct quarto *q)
{
	struct tally tally = { .games = 0 };
	uint64_t start = port_time(q->port);

	say(q, "Simulation of %u games, seed %llu.\n", q->options.games,
	    (unsigned long long)q->options.seed);
	while (tally.games < q->options.games && play_game(q))
		count_game(q, &tally);
	if (q->error == 0)
		say_summary(q, &tally, port_time(q->port) - start);
}
