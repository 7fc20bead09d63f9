/*
 * view_text.c: the texts that do not draw a position: help, welcome, reasons.
 */
#include "programs/quarto/view.h"

static const char *const help_text[] = {
	"Usage: quarto [options]\n"
	"\n"
	"Quarto is played on 4x4 squares with 16 pieces. A piece is tall or short, "
	"round\n"
	"or square, full or hollow, light or dark. Player 1 chooses the first piece for\n"
	"player 2. From then on, place the piece you were given on an empty square and\n"
	"choose one of the others for your opponent. Four pieces in a row, a column or "
	"a\n"
	"diagonal that share a trait win for the player who placed the last of them.\n"
	"When all pieces are placed and no line is complete, the game is a draw.\n",
	"\n"
	"  -q, --square-mode        2x2 blocks win too\n"
	"  -0, --base0              count squares and pieces from 0 instead of 1\n"
	"  -r, --ai-reasoning       the computer says what it considers and why\n"
	"  -a[=N], --ai-simulation[=N]\n"
	"                           N games (100) of the computer against itself\n"
	"  -s=N, --seed=N           the same seed gives the same game\n"
	"  -m, --moves              with -a: write the moves of each game\n",
	"  -p, --pvp                two people, no computer\n"
	"  -l=LEVEL, --level=LEVEL  how the computer plays: simple (the default), "
	"strong\n"
	"  --ascii                  draw pieces with letters\n"
	"  -h, --help               this text\n"
	"\n"
	"At every prompt: undo, hint, save, load POSITION, quit.\n",
};

void view_help(struct quarto *q)
{
	for (size_t i = 0; i < ARRAY_SIZE(help_text); i++)
		say(q, "%s", help_text[i]);
}

void view_welcome(struct quarto *q)
{
	const char *level = q->strong != NULL ? "strong" : "simple";

	say(q, "Quarto%s, seed %llu. ", q->options.square_mode ? " in square mode" : "",
	    (unsigned long long)q->options.seed);
	if (q->options.pvp)
		say(q, "Player 1 begins.\n");
	else
		say(q, "You are player 1, the computer (%s) is player 2.\n", level);
	if (q->ascii)
		say(q, "Pieces: T tall s short, R round q square, F full h hollow, "
		       "L light d dark.\n");
	else
		say(q, "Pieces: ↑ tall ↓ short, ●⊙ round ■☐ square, ●■ full ⊙☐ hollow, "
		       "░ light █ dark.\n");
	say(q, "At every prompt: undo, hint, save, load POSITION, quit.\n");
}

static void say_strong_reasons(struct quarto *q, const struct choice *choice)
{
	static const char *const values[2][3] = {
		{ "loses", "undecided", "wins" },
		{ "loses", "a draw", "wins" },
	};
	size_t table = strong_table_size(q->strong);

	say(q, "  (looked %u turns ahead: %s; %u positions; table of %zu KiB",
	    choice->depth, values[choice->exact][choice->value + 1], choice->positions,
	    table / KIB);
	say(q, table < STRONG_TABLE_MAX ? ", memory is short)\n" : ")\n");
}

void view_reasons(struct quarto *q, const struct choice *choice)
{
	char square[VIEW_TEXT_SIZE];

	if (choice->opens) {
		say(q, "  (any first piece is as good as another: drawn by lot)\n");
	} else if (choice->winning != 0) {
		say(q, "  (wins at once on");
		for (unsigned set = choice->winning; set != 0; set &= set - 1)
			say(q, " %s", view_square(q, square, set_first(set)));
		say(q, ")\n");
	} else if (choice->turn.given == PIECE_NONE) {
		say(q, "  (the last piece has one square only)\n");
	} else if (q->strong != NULL) {
		say_strong_reasons(q, choice);
	} else {
		say(q, "  (%u of %u turns hand over no win: drawn by lot among %s)\n",
		    choice->safe, choice->turns, choice->safe != 0 ? "them" : "all");
	}
}
