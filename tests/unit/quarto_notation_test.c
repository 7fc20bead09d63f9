/*
 * quarto_notation_test.c: positions there and back, positions that are refused, and
 * games as lines.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "programs/quarto/notation.h"
#include "programs/quarto/player.h"
// link: tests/unit/quarto_port.c

static void test_example(void **state)
{
	struct position pos;
	char text[POSITION_TEXT_SIZE];

	assert_null(notation_parse_position("7.............../c/2", false, &pos));
	assert_int_equal(pos.board.occupied, 1);
	assert_int_equal(board_piece(&pos.board, 0), 7);
	assert_int_equal(pos.hand, 12);
	assert_int_equal(pos.player, 2);
	assert_int_equal(pos.left, 0xffff & ~(1 << 7 | 1 << 12));
	assert_int_equal(pos.result, RESULT_OPEN);
	notation_format_position(text, &pos);
	assert_string_equal(text, "7.............../c/2");
}

static void test_squares_run_along_rows(void **state)
{
	struct position pos;

	assert_null(notation_parse_position(".7..8..........F/0/1", false, &pos));
	assert_int_equal(board_piece(&pos.board, 1), 7);
	assert_int_equal(board_piece(&pos.board, 4), 8);
	assert_int_equal(board_piece(&pos.board, 15), 15);
}

static void test_start(void **state)
{
	struct position pos, start;
	char text[POSITION_TEXT_SIZE];

	position_start(&start);
	notation_format_position(text, &start);
	assert_string_equal(text, "................/-/1");
	assert_null(notation_parse_position(text, false, &pos));
	assert_memory_equal(&pos, &start, sizeof(pos));
}

/* Every position of games played by lot goes there and back. */
static void test_round_trip(void **state)
{
	struct rng rng;

	rng_seed(&rng, 9);
	for (unsigned i = 0; i < 300; i++) {
		struct position pos, read;
		char text[POSITION_TEXT_SIZE];

		position_start(&pos);
		while (pos.result == RESULT_OPEN) {
			struct choice choice;

			notation_format_position(text, &pos);
			assert_int_equal(strlen(text), POSITION_TEXT_SIZE - 1);
			assert_null(notation_parse_position(text, i % 2, &read));
			assert_int_equal(read.board.cells, pos.board.cells);
			assert_int_equal(read.board.occupied, pos.board.occupied);
			assert_int_equal(read.left, pos.left);
			assert_int_equal(read.hand, pos.hand);
			assert_int_equal(read.player, pos.player);
			simple_choose(&pos, 0xffffu & ~(unsigned)pos.board.occupied,
				      i % 2, &rng, &choice);
			assert_int_equal(position_play(&pos, choice.turn, i % 2),
					 TURN_OK);
		}
	}
}

static void test_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "", "must look like" },
		{ "7.............../c", "must look like" },
		{ "7.............../c/", "must look like" },
		{ "7.............../c/22", "must look like" },
		{ "7............../c/2", "must look like" },
		{ "7................/c/2", "must look like" },
		{ "7...............-c-2", "must look like" },
		{ "7.............../c/3", "1 or 2" },
		{ "7.............../c/0", "1 or 2" },
		{ "7.............../7/2", "twice" },
		{ "77............../c/2", "twice" },
		{ "fF............../c/2", "twice" },
		{ "g.............../c/2", "a piece is a digit" },
		{ "7.............../x/2", "a piece is a digit" },
		{ "7.............../ /2", "a piece is a digit" },
		{ "7.............../-/2", "no piece is in hand" },
		{ "0123456789abcdef/-/2", "no piece is in hand" },
		{ "1357............/c/2", "over" },
		{ "7.............../\xff/2", "a piece is a digit" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct position pos, before;
		const char *wrong;

		position_start(&before);
		pos = before;
		wrong = notation_parse_position(cases[i][0], false, &pos);
		if (wrong == NULL || strstr(wrong, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], wrong);
		assert_memory_equal(&pos, &before, sizeof(pos));
	}
}

/* A block is over in square mode only. */
static void test_refused_by_mode(void **state)
{
	struct position pos;

	assert_null(notation_parse_position("13..57........../c/2", false, &pos));
	assert_non_null(notation_parse_position("13..57........../c/2", true, &pos));
}

static void play(struct game *game, unsigned square, unsigned given)
{
	struct turn turn = { (uint8_t)square, (uint8_t)given };

	assert_int_equal(game_play(game, turn), TURN_OK);
}

static void test_game_line(void **state)
{
	struct position start;
	struct game game;
	char text[GAME_TEXT_SIZE];

	position_start(&start);
	game_start(&game, &start, false);
	notation_format_game(text, &game);
	assert_string_equal(text, "");
	play(&game, SQUARE_NONE, 7);
	play(&game, 5, 13);
	notation_format_game(text, &game);
	assert_string_equal(text, "7 b2:d");
	play(&game, 4, 15);
	play(&game, 6, 1);
	play(&game, 7, PIECE_NONE);
	notation_format_game(text, &game);
	assert_string_equal(text, "7 b2:d a2:f c2:1 d2:- 1-0");
}

static void test_game_line_from_a_position(void **state)
{
	struct position start;
	struct game game;
	char text[GAME_TEXT_SIZE];

	assert_null(notation_parse_position("135............./7/2", false, &start));
	game_start(&game, &start, false);
	play(&game, 3, PIECE_NONE);
	notation_format_game(text, &game);
	assert_string_equal(text, "135............./7/2 d1:- 0-1");
}

static void test_longest_line_fits(void **state)
{
	struct game game = { .count = GAME_TURNS };
	char text[GAME_TEXT_SIZE];

	position_start(&game.at[0]);
	game.at[0].player = 2;
	game.at[GAME_TURNS].result = RESULT_DRAW;
	for (unsigned i = 0; i < GAME_TURNS; i++)
		game.turns[i] = (struct turn){ 15, 15 };
	notation_format_game(text, &game);
	assert_true(strlen(text) < GAME_TEXT_SIZE);
	assert_string_equal(text + strlen(text) - 4, " 1/2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_squares_run_along_rows),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_by_mode),
		cmocka_unit_test(test_game_line),
		cmocka_unit_test(test_game_line_from_a_position),
		cmocka_unit_test(test_longest_line_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
