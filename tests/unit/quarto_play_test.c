/*
 * quarto_play_test.c: whole runs through the port: what is typed, what is written,
 * and everything a home can do to a program: refuse memory, fail, stop it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/quarto/notation.h"
#include "programs/quarto/strong.h"
#include "tests/unit/quarto_port.h"
// link: tests/unit/quarto_port.c

/* Player 1 wins: tall pieces in row 1. */
#define PVP_GAME "2\n1,1\n4\n2,1\n6\n3,1\n16\n4,1\n"

static void test_two_people(void **state)
{
	struct port port = { 0 };

	assert_int_equal(port_run(&port, "-p -s=1 --ascii", PVP_GAME), PORT_EXIT_SUCCESS);
	assert_true(port_said(&port, "Player 1 wins:\n  row 1: all tall\n"));
	assert_true(port_said(&port, "Game: 1 a1:3 b1:5 c1:f d1:- 1-0\n"));
	assert_true(port_said(&port, "  1 |*Tqhd*|*TRhd*|*TqFd*|*TRFL*|\n"));
	port_close(&port);
}

/* The same game counted from 0 writes the same line. */
static void test_base0(void **state)
{
	struct port port = { 0 };

	assert_int_equal(
		port_run(&port, "-p -s=1 -0", "1\n0,0\n3\n1,0\n5\n2,0\n15\n3,0\n"),
		PORT_EXIT_SUCCESS);
	assert_true(port_said(&port, "Piece (0-15): "));
	assert_true(port_said(&port, "  row 0: all tall\n"));
	assert_true(port_said(&port, "Game: 1 a1:3 b1:5 c1:f d1:- 1-0\n"));
	port_close(&port);
}

static void test_square_mode(void **state)
{
	static const char *const input = "1\n3,3\n2\n4,3\n3\n3,4\n5\n4,4\n";
	struct port port = { 0 };

	assert_int_equal(port_run(&port, "-p -q -s=1", input), PORT_EXIT_SUCCESS);
	assert_true(port_said(&port, "the block at 3,3: all square, dark\n") ||
		    port_said(&port, "the block at 3,3: all dark\n"));
	assert_int_equal(port_run(&port, "-p -s=1", input), PORT_EXIT_SUCCESS);
	assert_false(port_said(&port, "wins"));
	port_close(&port);
}

/* A bad answer at either prompt says what is wrong and changes nothing. */
static void test_bad_answers(void **state)
{
	static const char *const at_square[][2] = {
		{ "", "'' is not a square" },
		{ "5,1", "'5,1' is not a square" },
		{ "0,1", "not a square" },
		{ "1,0", "not a square" },
		{ "1", "not a square" },
		{ "1,", "not a square" },
		{ ",1", "not a square" },
		{ "1,1,1", "not a square" },
		{ "1 1", "not a square" },
		{ "-1,1", "not a square" },
		{ "99999999999999999999,1", "not a square" },
		{ "4294967297,1", "not a square" },
		{ "undoo", "'undoo' is not a square" },
		{ "undo 2", "not a square" },
		{ "quit now", "not a square" },
		{ "1,1\x7f", "'1,1?' is not a square" },
		{ "load", "Not loaded: it must look like" },
		{ "load 7.............../7/2", "Not loaded: a piece is there twice" },
		{ "1,1", "Square 1,1 is occupied" },
	};
	static const char *const at_piece[][2] = {
		{ "", "'' is not a piece" },
		{ "0", "'0' is not a piece" },
		{ "17", "not a piece" },
		{ "1 2", "not a piece" },
		{ "2,1", "not a piece" },
		{ "x", "not a piece" },
		{ "9999999", "not a piece" },
		{ "1", "Piece 1 sqhd is on the board already" },
		{ "2", "Piece 2 Tqhd is the one that is being placed" },
		{ "load x", "Not loaded" },
	};
	struct port port = { 0 };
	char input[200];

	for (size_t i = 0; i < ARRAY_SIZE(at_square); i++) {
		snprintf(input, sizeof(input), "1\n1,1\n2\n%s\n2,1\n3\nsave\n",
			 at_square[i][0]);
		assert_int_equal(port_run(&port, "-p -s=1 --ascii", input), 0);
		if (!port_said(&port, at_square[i][1]))
			fail_msg("%s:\n%s", at_square[i][0], port.output);
		assert_true(port_said(&port, "Position: 01............../2/2\n"));
		assert_int_equal(port_said_times(&port, "Square (x,y): "), 5);
	}
	for (size_t i = 0; i < ARRAY_SIZE(at_piece); i++) {
		snprintf(input, sizeof(input), "1\n1,1\n2\n2,1\n%s\n3\nsave\n",
			 at_piece[i][0]);
		assert_int_equal(port_run(&port, "-p -s=1 --ascii", input), 0);
		if (!port_said(&port, at_piece[i][1]))
			fail_msg("%s:\n%s", at_piece[i][0], port.output);
		assert_true(port_said(&port, "Position: 01............../2/2\n"));
	}
	port_close(&port);
}

static void test_blanks_and_capitals(void **state)
{
	struct port port = { 0 };

	port_run(&port, "-p -s=1", " 1 \r\n\t1 , 1 \n 2\nSAVE\nQuit\n");
	assert_true(port_said(&port, "Position: 0.............../1/1\n"));
	assert_true(port_said(&port, "left unfinished"));
	port_close(&port);
}

/* A line with NULs, one that is too long, one without its newline. */
static void test_odd_lines(void **state)
{
	static const char nuls[] = "1\0\n\0\n1\n1,1\0\n1,1\n2";
	struct port port = { 0 };
	char *longest = malloc(100000);

	assert_int_equal(port_run_bytes(&port, "-p -s=1", nuls, sizeof(nuls) - 1), 0);
	assert_true(port_said(&port, "'1?' is not a piece"));
	assert_true(port_said(&port, "'?' is not a piece"));
	assert_true(port_said(&port, "'1,1?' is not a square"));
	assert_true(port_said(&port, "Round 2"));
	assert_non_null(longest);
	memset(longest, '1', 100000);
	snprintf(longest + 99990, 10, "\n1\n1,1\n2\n");
	assert_int_equal(port_run_bytes(&port, "-p -s=1", longest, 99999), 0);
	assert_true(port_said(&port, "That line is too long.\nPiece (1-16): "));
	assert_true(port_said(&port, "Round 2"));
	free(longest);
	port_close(&port);
}

/* The end of input at each prompt of a game, and quit there. */
static void test_end_at_each_prompt(void **state)
{
	size_t size = strlen(PVP_GAME);

	for (size_t cut = 0; cut < size; cut++) {
		struct port port = { 0 };
		char input[64];

		if (cut > 0 && PVP_GAME[cut - 1] != '\n')
			continue;
		assert_int_equal(port_run_bytes(&port, "-p -s=1", PVP_GAME, cut),
				 PORT_EXIT_SUCCESS);
		assert_true(
			port_said(&port, "End of input. The game is left unfinished."));
		snprintf(input, sizeof(input), "%.*squit\n1\n", (int)cut, PVP_GAME);
		assert_int_equal(port_run(&port, "-p -s=1", input), PORT_EXIT_SUCCESS);
		assert_true(port_said(&port, ": The game is left unfinished.\n"));
		assert_false(port_said(&port, "End of input"));
		port_close(&port);
	}
}

static void test_undo(void **state)
{
	struct port port = { 0 };

	/* Nothing yet; a first piece; a square that was begun; whole turns. */
	port_run(&port, "-p -s=1",
		 "undo\n1\nundo\n2\n1,1\nundo\n2,2\n3\nsave\nundo\nsave\n"
		 "undo\nsave\nundo\n");
	assert_int_equal(port_said_times(&port, "There is nothing to undo."), 2);
	assert_int_equal(port_said_times(&port, "The square is taken back."), 1);
	assert_true(port_said(&port, "Position: .....1........../2/1\n"));
	assert_true(port_said(&port, "Position: ................/1/2\n"));
	assert_true(port_said(&port, "Position: ................/-/1\n"));
	port_close(&port);
}

/*
 * Against the computer undo goes back to the person's own turn, and the computer
 * then answers the same turn as it did before.
 */
static void test_undo_takes_the_computer_back(void **state)
{
	struct port port = { 0 };
	const char *first;
	const char *second;

	port_run(&port, "-s=5", "1\nundo\n1\nquit\n");
	first = strstr(port.output, "Player 2 (the computer) places");
	assert_non_null(first);
	second = strstr(first + 1, "Player 2 (the computer) places");
	assert_non_null(second);
	assert_int_equal(strncmp(first, second, 50), 0);
	assert_int_equal(port_said_times(&port, "Round 0: "), 2);
	port_close(&port);
}

/* A position that begins with the computer's turn: nothing of one's own to undo. */
static void test_undo_after_load(void **state)
{
	struct port port = { 0 };

	port_run(&port, "-s=5", "load 7.............../c/2\nundo\nquit\n");
	assert_true(port_said(&port, "There is nothing to undo."));
	port_close(&port);
}

static void test_load(void **state)
{
	struct port port = { 0 };

	port_run(&port, "-p -s=1",
		 "load 7.............../c/2\nsave\n2,1\nload "
		 "135............./7/2\n4,1\n");
	assert_true(port_said(&port, "Position: 7.............../c/2\n"));
	assert_true(port_said(&port, "Round 2: player 2 to move."));
	assert_true(port_said(&port, "Game: 135............./7/2 d1:- 0-1\n"));
	port_run(&port, "-p -q -s=1", "load 13..57........../c/2\n");
	assert_true(port_said(&port, "Not loaded: the game is over there."));
	port_close(&port);
}

/* A saved game goes on where it was. */
static void test_save_then_load(void **state)
{
	struct port port = { 0 };
	char input[100];
	char *position;

	port_run(&port, "-p -s=1", "16\n2,3\n4\n4,4\n1\n1,2\nsave\n");
	position = strstr(port.output, "Position: ");
	assert_non_null(position);
	assert_true(
		port_said(&port, "(The turn that you have begun is not part of it.)"));
	snprintf(input, sizeof(input), "load %.20s\nsave\nquit\n",
		 position + strlen("Position: "));
	port_run(&port, "-p -s=1", input);
	assert_true(port_said(&port, "Position: .........f.....3/0/2\n"));
	port_close(&port);
}

/* What is typed besides turns does not change what the computer plays. */
static void test_hint_and_reasoning_change_nothing(void **state)
{
	static const char *const plain = "1\n1,1\n16\n2,3\n5\n";
	static const char *const asking = "hint\n1\nhint\n1,1\nhint\nsave\n16\nfoo\n2,3\n"
					  "hint\n5\n";
	static const char *const options[] = { "-s=8", "-s=8 -l=strong", "-s=8 -q" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct port one = { 0 };
		struct port two = { 0 };
		char with_reasons[64];
		const char *at;

		port_run(&one, options[i], plain);
		snprintf(with_reasons, sizeof(with_reasons), "%s -r", options[i]);
		port_run(&two, with_reasons, asking);
		assert_true(port_said(&two, "Hint: "));
		assert_true(port_said(&two, "  ("));
		assert_false(port_said(&one, "  ("));
		for (at = strstr(one.output, "(the computer) places"); at != NULL;
		     at = strstr(at + 1, "(the computer) places")) {
			char turn[60];

			snprintf(turn, sizeof(turn), "%.*s", (int)strcspn(at, "\n"), at);
			assert_true(port_said(&two, turn));
		}
		port_close(&one);
		port_close(&two);
	}
}

/* A hint at the piece's prompt is for the square that was chosen. */
static void test_hint_for_the_piece(void **state)
{
	struct port port = { 0 };

	/* Square 4,1 would win; 1,4 is chosen, and only one piece is safe there. */
	port_run(&port, "-p -s=1 --ascii",
		 "load 135............./7/2\nhint\n1,4\nhint\n");
	assert_true(port_said(&port, "Hint: square 4,1\n"));
	assert_int_equal(port_said_times(&port, "Hint: piece "), 1);
	port_close(&port);
}

static void mask_rate(struct port *port)
{
	char *rate = strstr(port->output, "Games per second:");

	assert_non_null(rate);
	*rate = '\0';
}

static void test_seed_decides(void **state)
{
	static const char *const options[] = { "-s=3 -a=20 -m", "-s=3 -a=20 -m -q",
					       "-s=3 -a=2 -m -l=strong" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct port one = { .clock = 5 };
		struct port two = { .clock = 5000000 };

		assert_int_equal(port_run(&one, options[i], ""), 0);
		assert_int_equal(port_run(&two, options[i], ""), 0);
		mask_rate(&one);
		mask_rate(&two);
		assert_string_equal(one.output, two.output);
		port_run(&two, "-s=4 -a=20 -m", "");
		assert_string_not_equal(one.output, two.output);
		port_close(&one);
		port_close(&two);
	}
}

static void test_seed_from_the_home(void **state)
{
	struct port port = { .seed = 1234 };

	port_run(&port, "-a=1", "");
	assert_true(port_said(&port, "seed 1234."));
	port_run(&port, "-a=1", "");
	assert_true(port_said(&port, "seed 1235."));
	port_run(&port, "-p", "");
	assert_true(port_said(&port, "seed 1236."));
	port_close(&port);
}

/* The lines of -m agree with the summary, and play out to what they say. */
static void test_simulation_adds_up(void **state)
{
	struct port port = { 0 };
	unsigned wins[3] = { 0 };
	unsigned turns = 0;
	char expected[200];
	char *line, *rest;

	assert_int_equal(port_run(&port, "-s=11 -a=200 -m", ""), 0);
	snprintf(expected, sizeof(expected), "%s", strstr(port.output, "Games: "));
	rest = port.output;
	for (line = strtok_r(rest, "\n", &rest); line != NULL;
	     line = strtok_r(rest, "\n", &rest)) {
		char *result = line + strlen(line) - 3;

		if (strchr("0123456789abcdef", line[0]) == NULL)
			continue;
		wins[strcmp(result, "1-0") == 0	  ? 0
		     : strcmp(result, "0-1") == 0 ? 1
						  : 2]++;
		for (char *c = line; *c != '\0'; c++)
			turns += *c == ':';
	}
	assert_int_equal(wins[0] + wins[1] + wins[2], 200);
	port_run(&port, "-s=11 -a=200", "");
	snprintf(expected, sizeof(expected),
		 "Games:            200\nPlayer 1 wins:    %u\nPlayer 2 wins:    %u\n"
		 "Draws:            %u\nTurns per game:   %u.%02u\n",
		 wins[0], wins[1], wins[2], turns / 200, turns * 100 / 200 % 100);
	assert_true(port_said(&port, expected));
	/* The clock ticks once at the start and once at the end: 200 in 1 us. */
	assert_true(port_said(&port, "Games per second: 200000000.00\n"));
	port_close(&port);
}

/* Every allocation fails once, and all from there on; nothing stays behind. */
static void test_memory_runs_out(void **state)
{
	static const char *const options[] = { "-s=1 -a=1", "-s=1 -a=1 -l=strong", "-h",
					       "-x" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		for (unsigned nth = 1; nth < 12; nth++) {
			for (unsigned forever = 0; forever < 2; forever++) {
				struct port port = { .fail_from = nth,
						     .fail_count = forever ? 1000 : 1 };
				int status = port_run(&port, options[i], "");

				if (status == PORT_EXIT_NO_MEMORY)
					assert_true(port_said(&port, "out of memory\n"));
				else
					assert_in_range(status, 0, 2);
				if (nth == 1)
					assert_int_equal(status, PORT_EXIT_NO_MEMORY);
				port_close(&port);
			}
		}
	}
}

/* With a smaller table, or none, strong plays on and says so. */
static void test_small_tables(void **state)
{
	static const struct {
		size_t largest;
		const char *said;
	} cases[] = {
		{ 0, "table of 4096 KiB)" },
		{ 1 * MIB, "table of 1024 KiB, memory is short)" },
		{ 64 * KIB, "table of 64 KiB, memory is short)" },
		{ 32 * KIB, "table of 0 KiB, memory is short)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct port port = { .largest = cases[i].largest };

		assert_int_equal(port_run(&port, "-s=2 -l=strong -r",
					  "load 0.3..f.1.....2../5/2\nquit\n"),
				 0);
		assert_int_equal(port_run(&port, "-s=2 -l=strong -r",
					  "load 0.3..f.1...e.2../5/2\nquit\n"),
				 0);
		if (!port_said(&port, cases[i].said))
			fail_msg("%s:\n%s", cases[i].said, port.output);
		port_close(&port);
	}
}

/* Output that fails anywhere ends the run, and cleanly. */
static void test_output_fails(void **state)
{
	static const int errors[] = { -EPIPE, -EIO, -ENOMEM, -EINTR };

	for (size_t limit = 1; limit < 3500; limit += 97) {
		for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
			struct port port = { .output_limit = limit,
					     .write_error = errors[i] };
			int status = port_run(&port, "-p -s=1", PVP_GAME);

			assert_int_equal(status, errors[i] == -ENOMEM
							 ? PORT_EXIT_NO_MEMORY
							 : PORT_EXIT_FAILURE);
			port_close(&port);
		}
	}
	for (size_t limit = 1; limit < 2000; limit += 97) {
		struct port port = { .output_limit = limit, .write_error = -EPIPE };

		assert_int_equal(port_run(&port, "-a=1000 -s=1 -m", ""),
				 PORT_EXIT_FAILURE);
		port_close(&port);
	}
}

/* Told to stop while it waits for input, or while it computes. */
static void test_stop(void **state)
{
	for (unsigned line = 1; line < 8; line++) {
		struct port port = { .stop_at_line = line };

		assert_int_equal(port_run(&port, "-p -s=1", PVP_GAME), PORT_EXIT_FAILURE);
		port_close(&port);
	}
	for (unsigned call = 1; call < 400; call += 13) {
		struct port port = { .stop_after = call };

		assert_int_equal(port_run(&port, "-a=3 -s=1 -l=strong", ""),
				 PORT_EXIT_FAILURE);
		assert_true(port.stop_calls < call + 4);
		assert_false(port_said(&port, "Games per second"));
		port_close(&port);
	}
}

static void test_ascii_when_the_reader_cannot(void **state)
{
	struct port port = { .no_utf8 = true };

	port_run(&port, "-p -s=1", "16\n");
	for (size_t i = 0; i < port.output_size; i++)
		assert_true((unsigned char)port.output[i] < 0x80);
	port_close(&port);
}

/* All sixteen pieces look different, with letters and with symbols. */
static void test_pieces_look_different(void **state)
{
	static const char *const options[] = { "-p -s=1 --ascii", "-p -s=1" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct port port = { 0 };
		char names[16][32];
		const char *at;

		port_run(&port, options[i], "");
		at = strstr(port.output, "Pieces left:");
		assert_non_null(at);
		for (unsigned n = 0; n < 16; n++) {
			char number[8];

			snprintf(number, sizeof(number), "%3u ", n + 1);
			at = strstr(at, number);
			assert_non_null(at);
			snprintf(names[n], sizeof(names[n]), "%.*s",
				 (int)strcspn(at + 4, " \n"), at + 4);
			assert_true(strlen(names[n]) >= 4);
			for (unsigned m = 0; m < n; m++)
				assert_string_not_equal(names[n], names[m]);
		}
		port_close(&port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_people),
		cmocka_unit_test(test_base0),
		cmocka_unit_test(test_square_mode),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_blanks_and_capitals),
		cmocka_unit_test(test_odd_lines),
		cmocka_unit_test(test_end_at_each_prompt),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_undo_takes_the_computer_back),
		cmocka_unit_test(test_undo_after_load),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_save_then_load),
		cmocka_unit_test(test_hint_and_reasoning_change_nothing),
		cmocka_unit_test(test_hint_for_the_piece),
		cmocka_unit_test(test_seed_decides),
		cmocka_unit_test(test_seed_from_the_home),
		cmocka_unit_test(test_simulation_adds_up),
		cmocka_unit_test(test_memory_runs_out),
		cmocka_unit_test(test_small_tables),
		cmocka_unit_test(test_output_fails),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_ascii_when_the_reader_cannot),
		cmocka_unit_test(test_pieces_look_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
