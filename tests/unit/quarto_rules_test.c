/*
 * quarto_rules_test.c: the rules from their wording: lines are spelled out here
 * again, as coordinates, and games are played turn by turn.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "programs/quarto/game.h"
#include "programs/quarto/lines.h"
#include "programs/quarto/player.h"
#include "programs/quarto/symmetry.h"
// link: tests/unit/quarto_port.c

/* Every line as the squares a person would name; the first ten always count. */
static const char *const lines[LINES_AND_BLOCKS] = {
	"a1 b1 c1 d1", "a2 b2 c2 d2", "a3 b3 c3 d3", "a4 b4 c4 d4", "a1 a2 a3 a4",
	"b1 b2 b3 b4", "c1 c2 c3 c4", "d1 d2 d3 d4", "a1 b2 c3 d4", "d1 c2 b3 a4",
	"a1 b1 a2 b2", "b1 c1 b2 c2", "c1 d1 c2 d2", "a2 b2 a3 b3", "b2 c2 b3 c3",
	"c2 d2 c3 d3", "a3 b3 a4 b4", "b3 c3 b4 c4", "c3 d3 c4 d4",
};

static unsigned square_of(const char *name)
{
	return (unsigned)(name[0] - 'a' + 4 * (name[1] - '1'));
}

/* Whether four pieces share a trait, one trait at a time. */
static bool share(const unsigned pieces[4])
{
	for (unsigned trait = 0; trait < 4; trait++) {
		unsigned have = 0;

		for (unsigned i = 0; i < 4; i++)
			have += pieces[i] >> trait & 1;
		if (have == 0 || have == 4)
			return true;
	}
	return false;
}

/* The lines won, by the list above. */
static unsigned won_by_list(const struct board *board, bool square_mode)
{
	unsigned won = 0;

	for (unsigned i = 0; i < (square_mode ? 19 : 10); i++) {
		unsigned pieces[4];
		unsigned n = 0;

		for (unsigned k = 0; k < 4; k++) {
			unsigned square = square_of(lines[i] + 3 * k);

			if (board->occupied >> square & 1)
				pieces[n++] = board_piece(board, square);
		}
		if (n == 4 && share(pieces))
			won |= 1u << i;
	}
	return won;
}

/* Four pieces that share exactly one value of one trait, in an order by number. */
static void pieces_sharing(unsigned value, unsigned pieces[4])
{
	static const unsigned others[4] = { 0, 3, 5, 6 };
	unsigned trait = value % 4;

	for (unsigned i = 0; i < 4; i++) {
		unsigned low = others[i] & ((1u << trait) - 1);
		unsigned high = others[i] >> trait << (trait + 1);

		pieces[i] = low | high | (value < 4) << trait;
	}
}

static void test_each_line_with_each_value(void **state)
{
	for (unsigned line = 0; line < LINES_AND_BLOCKS; line++) {
		for (unsigned value = 0; value < 8; value++) {
			struct board board = { 0 };
			unsigned pieces[4];

			pieces_sharing(value, pieces);
			for (unsigned k = 0; k < 4; k++) {
				assert_int_equal(board_won_lines(&board, true), 0);
				board_place(&board, square_of(lines[line] + 3 * k),
					    pieces[k]);
			}
			assert_int_equal(board_won_lines(&board, true), 1u << line);
			assert_int_equal(board_won_lines(&board, false),
					 line < 10 ? 1u << line : 0);
			assert_int_equal(board_shared(&board, line), 1u << value);
		}
	}
}

static void test_line_without_shared_trait(void **state)
{
	static const unsigned pieces[4] = { 0, 3, 5, 14 };

	for (unsigned line = 0; line < LINES_AND_BLOCKS; line++) {
		struct board board = { 0 };

		for (unsigned k = 0; k < 4; k++)
			board_place(&board, square_of(lines[line] + 3 * k), pieces[k]);
		assert_int_equal(board_won_lines(&board, true), 0);
	}
}

/* Places pieces by lot, without looking for wins. */
static struct board random_board(struct rng *rng, unsigned pieces)
{
	struct board board = { 0 };
	unsigned left = 0xffff;

	for (unsigned i = 0; i < pieces; i++) {
		unsigned empty = 0xffffu & ~(unsigned)board.occupied;
		unsigned piece = set_member(left, rng_below(rng, set_count(left)));

		board_place(&board, set_member(empty, rng_below(rng, set_count(empty))),
			    piece);
		left &= ~(1u << piece);
	}
	return board;
}

/* Threats and winning squares are what placing one more piece does. */
static void check_threats(const struct board *board, bool square_mode)
{
	unsigned already = won_by_list(board, square_mode);
	unsigned wins_with = 0;

	for (unsigned piece = 0; piece < PIECES; piece++) {
		unsigned squares = 0;

		for (unsigned square = 0; square < SQUARES; square++) {
			struct board next = *board;

			if (board->occupied >> square & 1)
				continue;
			board_place(&next, square, piece);
			if (won_by_list(&next, square_mode) != already)
				squares |= 1u << square;
		}
		assert_int_equal(board_winning_squares(board, piece, square_mode),
				 squares);
		if (squares != 0)
			wins_with |= 1u << piece;
	}
	assert_int_equal(pieces_with(board_threats(board, square_mode)), wins_with);
}

static void test_boards_by_lot(void **state)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned i = 0; i < 4000; i++) {
		struct board board = random_board(&rng, rng_below(&rng, 17));

		for (unsigned mode = 0; mode < 2; mode++) {
			assert_int_equal(board_won_lines(&board, mode),
					 won_by_list(&board, mode));
			check_threats(&board, mode);
		}
	}
}

/* The running sums of the search say the same as the board. */
static void test_running_lines(void **state)
{
	struct rng rng;
	struct lines_map map;

	rng_seed(&rng, 2);
	for (unsigned i = 0; i < 4000; i++) {
		struct board board = random_board(&rng, rng_below(&rng, 17));
		struct lines sums;

		lines_map_init(&map, i % 2);
		lines_init(&sums);
		for (unsigned set = board.occupied; set != 0; set &= set - 1)
			lines_place(&sums, &sums, &map, set_first(set),
				    board_piece(&board, set_first(set)));
		assert_int_equal(lines_threats(&sums, &map),
				 board_threats(&board, i % 2));
	}
}

static void test_sets(void **state)
{
	for (unsigned set = 1; set < 0x10000; set++) {
		assert_int_equal(set_count(set), (unsigned)__builtin_popcount(set));
		assert_int_equal(set_member(set, 0), set_first(set));
	}
	assert_int_equal(set_count(0), 0);
	assert_int_equal(set_member(0x8421, 2), 10);
}

static struct turn turn(const char *square, unsigned given)
{
	return (struct turn){ square == NULL ? SQUARE_NONE : (uint8_t)square_of(square),
			      (uint8_t)given };
}

static void play(struct game *game, const char *square, unsigned given)
{
	assert_int_equal(game_play(game, turn(square, given)), TURN_OK);
}

static void start(struct game *game, bool square_mode)
{
	struct position pos;

	position_start(&pos);
	game_start(game, &pos, square_mode);
}

static void test_players_alternate(void **state)
{
	struct game game;

	start(&game, false);
	assert_int_equal(game_now(&game)->player, 1);
	play(&game, NULL, 7);
	assert_int_equal(game_now(&game)->player, 2);
	assert_int_equal(game_now(&game)->hand, 7);
	play(&game, "b2", 12);
	assert_int_equal(game_now(&game)->player, 1);
	assert_int_equal(board_piece(&game_now(&game)->board, 5), 7);
	assert_int_equal(game_now(&game)->left, 0xffff & ~(1 << 7 | 1 << 12));
}

/* The errors, and that nothing changes with any of them. */
static void test_wrong_turns_change_nothing(void **state)
{
	struct game game, before;

	start(&game, false);
	before = game;
	assert_int_equal(game_play(&game, turn("a1", 3)), TURN_NO_SQUARE);
	assert_int_equal(game_play(&game, turn(NULL, 16)), TURN_NO_PIECE);
	assert_int_equal(game_play(&game, turn(NULL, PIECE_NONE)), TURN_NO_PIECE);
	play(&game, NULL, 7);
	play(&game, "b2", 12);
	before = game;
	assert_int_equal(game_play(&game, turn(NULL, 3)), TURN_NO_SQUARE);
	assert_int_equal(game_play(&game, (struct turn){ 16, 3 }), TURN_NO_SQUARE);
	assert_int_equal(game_play(&game, turn("b2", 3)), TURN_OCCUPIED);
	assert_int_equal(game_play(&game, turn("a1", 7)), TURN_PLACED);
	assert_int_equal(game_play(&game, turn("a1", 12)), TURN_IN_HAND);
	assert_int_equal(game_play(&game, turn("a1", 16)), TURN_NO_PIECE);
	assert_int_equal(game_play(&game, turn("a1", PIECE_NONE)), TURN_NO_PIECE);
	assert_memory_equal(&game, &before, sizeof(game));
}

/* a1 to d1 with tall pieces: player 1 places the last, in his second turn. */
static void test_row_wins_for_who_completes_it(void **state)
{
	struct game game, before;

	start(&game, false);
	play(&game, NULL, 1);
	play(&game, "a1", 3);
	play(&game, "b1", 5);
	play(&game, "c1", 15);
	before = game;
	assert_int_equal(game_play(&game, turn("d1", 9)), TURN_NOTHING_LEFT);
	assert_memory_equal(&game, &before, sizeof(game));
	play(&game, "d1", PIECE_NONE);
	assert_int_equal(game_now(&game)->result, RESULT_PLAYER_1);
	assert_int_equal(game_play(&game, turn("a4", 9)), TURN_GAME_OVER);
}

static void test_block_wins_in_square_mode_only(void **state)
{
	struct game game;

	for (unsigned mode = 0; mode < 2; mode++) {
		start(&game, mode);
		play(&game, NULL, 0);
		play(&game, "c3", 2);
		play(&game, "c4", 4);
		play(&game, "d3", 8);
		if (mode != 0) {
			play(&game, "d4", PIECE_NONE);
			assert_int_equal(game_now(&game)->result, RESULT_PLAYER_1);
		} else {
			play(&game, "d4", 1);
			assert_int_equal(game_now(&game)->result, RESULT_OPEN);
		}
	}
}

/*
 * A full board without a line but for the last square, found once and kept: the
 * sixteenth piece decides, and the sixteenth turn gives nothing.
 */
static void play_to_sixteenth(struct game *game, const unsigned pieces[16])
{
	char name[3] = "a1";

	start(game, false);
	play(game, NULL, pieces[0]);
	for (unsigned i = 0; i < 15; i++) {
		name[0] = (char)('a' + i % 4);
		name[1] = (char)('1' + i / 4);
		assert_int_equal(game_now(game)->result, RESULT_OPEN);
		play(game, name, pieces[i + 1]);
	}
	assert_int_equal(game_now(game)->left, 0);
	assert_int_equal(game_play(game, turn("d4", 3)), TURN_NOTHING_LEFT);
	play(game, "d4", PIECE_NONE);
	assert_int_equal(game->count, GAME_TURNS);
}

/* Fills the squares in order so that no line is won before the last square. */
static bool fill(unsigned pieces[16], unsigned n, struct board *board, unsigned left,
		 bool win_at_last)
{
	for (unsigned set = left; set != 0; set &= set - 1) {
		struct board next = *board;
		unsigned piece = set_first(set);
		bool won;

		board_place(&next, n, piece);
		won = won_by_list(&next, false) != 0;
		pieces[n] = piece;
		if (n == 15 && won == win_at_last)
			return true;
		if (n < 15 && !won &&
		    fill(pieces, n + 1, &next, left & ~(1u << piece), win_at_last))
			return true;
	}
	return false;
}

static void test_sixteenth_piece(void **state)
{
	struct game game;
	struct board empty = { 0 };
	unsigned pieces[16];

	assert_true(fill(pieces, 0, &empty, 0xffff, false));
	play_to_sixteenth(&game, pieces);
	assert_int_equal(game_now(&game)->result, RESULT_DRAW);
	assert_true(fill(pieces, 0, &empty, 0xffff, true));
	play_to_sixteenth(&game, pieces);
	/* Player 2 places the odd turns, player 1 the even ones. */
	assert_int_equal(game_now(&game)->result, RESULT_PLAYER_1);
}

static void test_undo(void **state)
{
	struct game game;
	struct position first;

	start(&game, false);
	first = *game_now(&game);
	assert_false(game_undo(&game));
	play(&game, NULL, 1);
	play(&game, "a1", 3);
	assert_true(game_undo(&game));
	assert_int_equal(game_now(&game)->hand, 1);
	assert_true(game_undo(&game));
	assert_memory_equal(game_now(&game), &first, sizeof(first));
	assert_false(game_undo(&game));
}

static unsigned line_as_set(unsigned line)
{
	unsigned set = 0;

	for (unsigned k = 0; k < 4; k++)
		set |= 1u << square_of(lines[line] + 3 * k);
	return set;
}

/* Whether a map of squares carries lines to lines. */
static bool keeps_lines(const unsigned map[16], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned image = 0;
		bool found = false;

		for (unsigned set = line_as_set(i); set != 0; set &= set - 1)
			image |= 1u << map[set_first(set)];
		for (unsigned k = 0; k < count && !found; k++)
			found = image == line_as_set(k);
		if (!found)
			return false;
	}
	return true;
}

/* The n-th order of four things. */
static void order_of(unsigned n, unsigned order[4])
{
	unsigned left = 15;

	for (unsigned i = 0; i < 4; i++) {
		static const unsigned steps[4] = { 6, 2, 1, 1 };

		order[i] = set_member(left, n / steps[i] % (4 - i));
		left &= ~(1u << order[i]);
	}
}

static uint64_t mapped(uint64_t key, const unsigned map[16], const unsigned traits[4])
{
	uint64_t result = 0;

	for (unsigned square = 0; square < 16; square++) {
		unsigned piece = key >> (4 * square) & 15;
		unsigned other = 0;

		for (unsigned t = 0; t < 4; t++)
			other |= (piece >> t & 1) << traits[t];
		result |= (uint64_t)other << (4 * map[square]);
	}
	return result;
}

/* The least key over all maps (rows, columns, their exchange) that keep lines. */
static uint64_t least_by_trying(uint64_t key, bool square_mode, unsigned *maps)
{
	uint64_t least = UINT64_MAX;

	*maps = 0;
	for (unsigned n = 0; n < 24 * 24 * 2; n++) {
		unsigned rows[4], columns[4], map[16];

		order_of(n % 24, rows);
		order_of(n / 24 % 24, columns);
		for (unsigned square = 0; square < 16; square++) {
			unsigned x = columns[square % 4];
			unsigned y = rows[square / 4];

			map[square] = n / 576 ? y + 4 * x : x + 4 * y;
		}
		if (!keeps_lines(map, square_mode ? 19 : 10))
			continue;
		(*maps)++;
		for (unsigned t = 0; t < 24; t++) {
			unsigned traits[4];

			order_of(t, traits);
			least = MIN(least, mapped(key, map, traits));
		}
	}
	return least;
}

static void test_symmetry(void **state)
{
	struct rng rng;
	unsigned maps;

	rng_seed(&rng, 3);
	for (unsigned i = 0; i < 60; i++) {
		struct board board = random_board(&rng, rng_below(&rng, 17));
		uint64_t least = least_by_trying(board.cells, i % 2, &maps);

		assert_int_equal(maps, i % 2 ? 8 : 32);
		assert_true(symmetry_least(board.cells, i % 2) == least);
	}
}

/* The simple player takes wins, hands none over if it can help it. */
static void test_simple_player(void **state)
{
	struct rng rng;

	rng_seed(&rng, 4);
	for (unsigned i = 0; i < 500; i++) {
		struct position pos;
		bool mode = i % 2;

		position_start(&pos);
		while (pos.result == RESULT_OPEN) {
			struct position before = pos;
			struct choice choice;
			unsigned empty = 0xffffu & ~(unsigned)pos.board.occupied;

			simple_choose(&pos, empty, mode, &rng, &choice);
			assert_int_equal(position_play(&pos, choice.turn, mode), TURN_OK);
			if (position_opens(&before))
				continue;
			if (board_winning_squares(&before.board, before.hand, mode) != 0)
				assert_int_not_equal(pos.result, RESULT_OPEN);
			else if (pos.result == RESULT_OPEN && choice.safe != 0)
				assert_int_equal(
					board_winning_squares(&pos.board, pos.hand, mode),
					0);
			assert_true(choice.safe <= choice.turns);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_line_with_each_value),
		cmocka_unit_test(test_line_without_shared_trait),
		cmocka_unit_test(test_boards_by_lot),
		cmocka_unit_test(test_running_lines),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_players_alternate),
		cmocka_unit_test(test_wrong_turns_change_nothing),
		cmocka_unit_test(test_row_wins_for_who_completes_it),
		cmocka_unit_test(test_block_wins_in_square_mode_only),
		cmocka_unit_test(test_sixteenth_piece),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_symmetry),
		cmocka_unit_test(test_simple_player),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
