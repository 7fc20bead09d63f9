/*
 * quarto_strong_test.c: the strong player against brute force and against simple.
 *
 * The judge below shares nothing with the search: its own list of lines, no
 * symmetries, no bounds, no order; from ten placed pieces on it is plain minimax,
 * before that it asks "is it a win?" and "is it lost?" and remembers answers by the
 * whole position. A turn is right when the value of what it leads to is the value
 * of the position.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "programs/quarto/notation.h"
#include "programs/quarto/strong.h"
#include "tests/unit/quarto_port.h"
// link: tests/unit/quarto_port.c

/* Brute force is the test's cost: compiled to be fast, without instrumentation. */
#define FAST __attribute__((optimize("O2"), no_sanitize("address", "undefined")))

#define MEMORY_BITS 21

struct state {
	uint8_t cells[16]; /* a piece, or 0xff */
	uint16_t left;
	uint8_t hand;
};

struct memory {
	uint64_t cells;
	uint64_t rest; /* occupied, hand, question, answer; 0 for none */
};

struct judge {
	bool square_mode;
	struct memory *memory;
};

static const uint8_t rows[19][4] = {
	{ 0, 1, 2, 3 },	  { 4, 5, 6, 7 },    { 8, 9, 10, 11 },	 { 12, 13, 14, 15 },
	{ 0, 4, 8, 12 },  { 1, 5, 9, 13 },   { 2, 6, 10, 14 },	 { 3, 7, 11, 15 },
	{ 0, 5, 10, 15 }, { 3, 6, 9, 12 },   { 0, 1, 4, 5 },	 { 1, 2, 5, 6 },
	{ 2, 3, 6, 7 },	  { 4, 5, 8, 9 },    { 5, 6, 9, 10 },	 { 6, 7, 10, 11 },
	{ 8, 9, 12, 13 }, { 9, 10, 13, 14 }, { 10, 11, 14, 15 },
};

/* Whether the piece completes a line on that square. */
FAST static bool completes(const struct judge *judge, const struct state *state,
			   unsigned square)
{
	for (unsigned i = 0; i < (judge->square_mode ? 19 : 10); i++) {
		unsigned have = 15, lack = 15;
		bool through = false;

		for (unsigned k = 0; k < 4; k++) {
			unsigned at = rows[i][k];
			unsigned piece = at == square ? state->hand : state->cells[at];

			through |= at == square;
			if (piece == 0xff)
				have = lack = 0;
			have &= piece;
			lack &= ~piece;
		}
		if (through && (have | lack) != 0)
			return true;
	}
	return false;
}

FAST static bool wins_now(const struct judge *judge, const struct state *state)
{
	for (unsigned square = 0; square < 16; square++) {
		if (state->cells[square] == 0xff && completes(judge, state, square))
			return true;
	}
	return false;
}

static struct state after(const struct state *state, unsigned square, unsigned piece)
{
	struct state next = *state;

	next.cells[square] = state->hand;
	next.left = (uint16_t)(state->left & ~(1u << piece));
	next.hand = (uint8_t)piece;
	return next;
}

/* Plain minimax. */
FAST static int plain_value(const struct judge *judge, const struct state *state)
{
	int best = -1;

	if (wins_now(judge, state))
		return 1;
	if (state->left == 0)
		return 0;
	for (unsigned square = 0; square < 16; square++) {
		for (unsigned piece = 0; piece < 16; piece++) {
			struct state next;
			int value;

			if (state->cells[square] != 0xff || !(state->left >> piece & 1))
				continue;
			next = after(state, square, piece);
			value = -plain_value(judge, &next);
			if (value == 1)
				return 1;
			best = MAX(best, value);
		}
	}
	return best;
}

FAST static struct memory *remembered(struct judge *judge, const struct state *state,
				      int least, struct memory *key)
{
	uint64_t hash;

	key->cells = 0;
	key->rest = 0;
	for (unsigned square = 0; square < 16; square++) {
		key->cells = key->cells << 4 | (state->cells[square] & 15);
		key->rest = key->rest << 1 | (state->cells[square] != 0xff);
	}
	key->rest = key->rest << 8 | state->hand << 4 | least << 1 | 4;
	hash = (key->cells ^ key->rest * 0xff51afd7ed558ccd) * 0xc4ceb9fe1a85ec53;
	return &judge->memory[hash >> (64 - MEMORY_BITS)];
}

/* Whether the value is at least `least`, 0 or 1. */
FAST static bool is_at_least(struct judge *judge, const struct state *state, int least)
{
	struct memory key;
	struct memory *known = remembered(judge, state, least, &key);
	bool answer = least == 0 && state->left == 0;

	if (known->cells == key.cells && known->rest >> 1 == key.rest >> 1)
		return known->rest & 1;
	answer |= wins_now(judge, state);
	for (unsigned square = 0; square < 16 && !answer; square++) {
		if (state->cells[square] != 0xff)
			continue;
		for (unsigned piece = 0; piece < 16 && !answer; piece++) {
			struct state next;

			if (!(state->left >> piece & 1))
				continue;
			next = after(state, square, piece);
			answer = !is_at_least(judge, &next, 1 - least);
		}
	}
	key.rest |= answer;
	*known = key;
	return answer;
}

static int value_of(struct judge *judge, const struct position *pos)
{
	struct state state;
	unsigned placed = 0;

	for (unsigned square = 0; square < 16; square++) {
		bool occupied = pos->board.occupied >> square & 1;

		state.cells[square] =
			occupied ? (uint8_t)board_piece(&pos->board, square) : 0xff;
		placed += occupied;
	}
	state.left = pos->left;
	state.hand = pos->hand;
	if (placed >= 10)
		return plain_value(judge, &state);
	if (is_at_least(judge, &state, 1))
		return 1;
	return is_at_least(judge, &state, 0) ? 0 : -1;
}

/*
 * A position with pieces placed by lot and no line complete; mostly one without a
 * win at once, as careful players leave behind.
 */
static struct position random_position(struct rng *rng, unsigned placed, bool square_mode)
{
	for (;;) {
		struct position pos;
		unsigned piece;

		position_start(&pos);
		for (unsigned i = 0; i < placed; i++) {
			unsigned empty = 0xffffu & ~(unsigned)pos.board.occupied;

			piece = set_member(pos.left, rng_below(rng, set_count(pos.left)));
			pos.left &= (uint16_t) ~(1u << piece);
			board_place(&pos.board,
				    set_member(empty, rng_below(rng, set_count(empty))),
				    piece);
		}
		piece = set_member(pos.left, rng_below(rng, set_count(pos.left)));
		pos.left &= (uint16_t) ~(1u << piece);
		pos.hand = (uint8_t)piece;
		pos.player = (uint8_t)(1 + rng_below(rng, 2));
		if (board_won_lines(&pos.board, square_mode) != 0)
			continue;
		if (board_winning_squares(&pos.board, pos.hand, square_mode) == 0 ||
		    rng_below(rng, 16) == 0)
			return pos;
	}
}

static unsigned empty_squares(const struct position *pos)
{
	return 0xffffu & ~(unsigned)pos->board.occupied;
}

struct bench {
	struct port port;
	struct rng rng;
	struct judge judge;
	struct strong *strong;
	unsigned values[3]; /* positions by value, to see that all kinds were met */
};

static void bench_open(struct bench *bench, bool square_mode, uint64_t seed)
{
	*bench = (struct bench){ .judge = { .square_mode = square_mode } };
	rng_seed(&bench->rng, seed);
	bench->judge.memory = calloc((size_t)1 << MEMORY_BITS, sizeof(struct memory));
	assert_non_null(bench->judge.memory);
	bench->strong = strong_create(&bench->port, square_mode);
	assert_non_null(bench->strong);
}

static void bench_close(struct bench *bench)
{
	strong_destroy(bench->strong);
	free(bench->judge.memory);
	port_close(&bench->port);
}

/* The value of the position that a turn leads to, for who played it. */
static int value_after(struct bench *bench, struct position pos, struct turn turn)
{
	assert_int_equal(position_play(&pos, turn, bench->judge.square_mode), TURN_OK);
	if (pos.result == RESULT_OPEN)
		return -value_of(&bench->judge, &pos);
	return pos.result == RESULT_DRAW ? 0 : 1;
}

static void compare(struct bench *bench, unsigned placed)
{
	struct position pos =
		random_position(&bench->rng, placed, bench->judge.square_mode);
	int value = value_of(&bench->judge, &pos);
	char text[POSITION_TEXT_SIZE];
	struct choice choice;

	bench->values[value + 1]++;
	notation_format_position(text, &pos);
	assert_true(strong_choose(bench->strong, &pos, empty_squares(&pos), &bench->rng,
				  &choice));
	if (choice.winning == 0 && pos.left != 0 &&
	    (!choice.exact || choice.value != value))
		fail_msg("%s: value %d, chose as if %d", text, value, choice.value);
	if (value_after(bench, pos, choice.turn) != value)
		fail_msg("%s: value %d, the turn makes it %d", text, value,
			 value_after(bench, pos, choice.turn));
}

/* A quarter of the times, unless it may take a minute: THOROUGH=1 in the environment. */
static void compare_many(bool square_mode, unsigned placed, unsigned times)
{
	const char *thorough = getenv("THOROUGH");
	struct bench bench;

	if (!thorough || strcmp(thorough, "1") != 0)
		times = (times + 3) / 4;
	bench_open(&bench, square_mode, 100 * placed + square_mode);
	for (unsigned i = 0; i < times; i++)
		compare(&bench, placed);
	bench_close(&bench);
}

static void test_plain_brute_force(void **state)
{
	for (unsigned mode = 0; mode < 2; mode++) {
		for (unsigned placed = 11; placed < 16; placed++)
			compare_many(mode, placed, 1000);
		compare_many(mode, 10, 100);
	}
}

static void test_nine_and_eight(void **state)
{
	compare_many(false, 9, 1000);
	compare_many(true, 9, 1000);
	compare_many(false, 8, 300);
	compare_many(true, 8, 300);
}

static void test_seven(void **state)
{
	compare_many(false, 7, 100);
	compare_many(true, 7, 100);
}

static void test_six(void **state)
{
	compare_many(false, 6, 30);
	compare_many(true, 6, 50);
}

/* Wins, draws and losses are all among the positions compared. */
static void test_all_values_are_met(void **state)
{
	for (unsigned mode = 0; mode < 2; mode++) {
		struct bench bench;

		bench_open(&bench, mode, 77);
		for (unsigned i = 0; i < 600; i++)
			compare(&bench, 12);
		for (unsigned i = 0; i < 3; i++)
			assert_true(bench.values[i] >= 10);
		bench_close(&bench);
	}
}

/* What the table finds is what was stored for that very key. */
static void test_table_is_exact(void **state)
{
	struct port port = { 0 };
	struct table table;
	struct rng rng;
	unsigned found = 0;

	table_init(&table, &port);
	assert_int_equal(table.size, TABLE_SIZE_MAX);
	table_clear(&table);
	rng_seed(&rng, 99);
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t key = rng_next(&rng) << 1;

		table_store(&table, key,
			    (struct table_entry){ .depth = key >> 8 & 15,
						  .bounds = (key >> 40 & 14) | 1 });
	}
	rng_seed(&rng, 99);
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t key = rng_next(&rng) << 1;
		struct table_entry entry = table_find(&table, key);

		assert_int_equal(table_find(&table, key | 1).bounds, 0);
		if (entry.bounds == 0)
			continue;
		found++;
		assert_int_equal(entry.depth, key >> 8 & 15);
		assert_int_equal(entry.bounds, (key >> 40 & 14) | 1);
	}
	/* Every place is used. */
	assert_true(found > TABLE_SIZE_MAX / sizeof(uint64_t) * 9 / 10);
	table_free(&table, &port);
	port_close(&port);
}

/* Early on, a win is never handed over while there is another turn. */
static void test_hands_over_no_win(void **state)
{
	struct bench bench;

	bench_open(&bench, false, 5);
	for (unsigned i = 0; i < 12; i++) {
		struct position pos = random_position(&bench.rng, 3 + i % 3, false);
		struct choice choice, simple;

		simple_choose(&pos, empty_squares(&pos), false, &bench.rng, &simple);
		assert_true(strong_choose(bench.strong, &pos, empty_squares(&pos),
					  &bench.rng, &choice));
		assert_int_equal(position_play(&pos, choice.turn, false), TURN_OK);
		if (pos.result == RESULT_OPEN && simple.safe != 0)
			assert_int_equal(
				board_winning_squares(&pos.board, pos.hand, false), 0);
		assert_true(choice.winning != 0 || choice.depth >= 3 ||
			    choice.value != 0);
	}
	bench_close(&bench);
}

/* Told to place on one square, it does. */
static void test_one_square(void **state)
{
	struct bench bench;

	bench_open(&bench, false, 6);
	for (unsigned i = 0; i < 200; i++) {
		struct position pos = random_position(&bench.rng, 9 + i % 7, false);
		unsigned empty = empty_squares(&pos);
		unsigned square =
			set_member(empty, rng_below(&bench.rng, set_count(empty)));
		struct choice choice;

		assert_true(strong_choose(bench.strong, &pos, 1u << square, &bench.rng,
					  &choice));
		assert_int_equal(choice.turn.square, square);
		assert_int_equal(position_play(&pos, choice.turn, false), TURN_OK);
	}
	bench_close(&bench);
}

/* Plays a game; the strong player is player `strong`. */
static enum result play_game(struct bench *bench, unsigned strong)
{
	bool square_mode = bench->judge.square_mode;
	struct position pos;

	position_start(&pos);
	while (pos.result == RESULT_OPEN) {
		struct choice choice;

		if (pos.player == strong)
			assert_true(strong_choose(bench->strong, &pos,
						  empty_squares(&pos), &bench->rng,
						  &choice));
		else
			simple_choose(&pos, empty_squares(&pos), square_mode, &bench->rng,
				      &choice);
		assert_int_equal(position_play(&pos, choice.turn, square_mode), TURN_OK);
	}
	return pos.result;
}

/* Of 100 games that are not drawn, it wins 95 at least, from either side. */
static void test_beats_simple(void **state)
{
	struct bench bench;
	unsigned games = 0, wins = 0, decided = 0;

	bench_open(&bench, false, 7);
	while (decided < 100) {
		unsigned strong = 1 + games++ % 2;
		enum result result = play_game(&bench, strong);

		decided += result != RESULT_DRAW;
		wins += result == strong;
		assert_true(games < 300);
	}
	print_message("%u wins in %u games, %u drawn\n", wins, games, games - decided);
	assert_true(wins >= 95);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_brute_force),
		cmocka_unit_test(test_nine_and_eight),
		cmocka_unit_test(test_seven),
		cmocka_unit_test(test_six),
		cmocka_unit_test(test_all_values_are_met),
		cmocka_unit_test(test_table_is_exact),
		cmocka_unit_test(test_hands_over_no_win),
		cmocka_unit_test(test_one_square),
		cmocka_unit_test(test_beats_simple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
