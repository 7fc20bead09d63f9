/*
 * view.c: draws the game as lines of text.
 *
 * A piece is drawn with letters, `TRFL` or `sqhd`, a capital for one value of each
 * trait and a small letter for the other, or with three symbols: an arrow for its
 * height, a shape, full or hollow, and a shade for its colour.
 */
#include "programs/quarto/view.h"
#include "lib/printf.h"
#include "programs/quarto/notation.h"

#define PIECES_A_LINE 8

static const char *const height_symbol[2] = { "↓", "↑" };
static const char *const shape_symbol[4] = { "☐", "⊙", "■", "●" };
static const char *const colour_symbol[2] = { "█", "░" };

static const char *const value_names[8] = { "tall",  "round",  "full",	 "light",
					    "short", "square", "hollow", "dark" };

/* The drawing of a piece. */
static const char *draw_piece(struct quarto *q, char text[VIEW_TEXT_SIZE], unsigned piece)
{
	bool tall = piece & TRAIT_TALL;
	bool light = piece & TRAIT_LIGHT;

	if (!q->ascii) {
		fmt_snprintf(text, VIEW_TEXT_SIZE, "%s%s%s", height_symbol[tall],
			     shape_symbol[piece >> 1 & 3], colour_symbol[light]);
		return text;
	}
	text[0] = tall ? 'T' : 's';
	text[1] = piece & TRAIT_ROUND ? 'R' : 'q';
	text[2] = piece & TRAIT_FULL ? 'F' : 'h';
	text[3] = light ? 'L' : 'd';
	text[4] = '\0';
	return text;
}

const char *view_square(struct quarto *q, char text[VIEW_TEXT_SIZE], unsigned square)
{
	fmt_snprintf(text, VIEW_TEXT_SIZE, "%u,%u", square % BOARD_SIDE + view_base(q),
		     square / BOARD_SIDE + view_base(q));
	return text;
}

const char *view_piece(struct quarto *q, char text[VIEW_TEXT_SIZE], unsigned piece)
{
	char drawing[VIEW_TEXT_SIZE];

	fmt_snprintf(text, VIEW_TEXT_SIZE, "%u %s", piece + view_base(q),
		     draw_piece(q, drawing, piece));
	return text;
}

/* ` (you)` and the like behind a player's number. */
static const char *player_role(const struct quarto *q, unsigned player)
{
	if (q->options.pvp)
		return "";
	return player == 1 ? " (you)" : " (the computer)";
}

static void draw_pieces_left(struct quarto *q, const struct position *pos)
{
	unsigned shown = 0;

	say(q, "Pieces left:");
	for (unsigned set = pos->left; set != 0; set &= set - 1) {
		char drawing[VIEW_TEXT_SIZE];
		unsigned piece = set_first(set);

		say(q, "%s%3u %s", shown % PIECES_A_LINE == 0 ? "\n" : " ",
		    piece + view_base(q), draw_piece(q, drawing, piece));
		shown++;
	}
	say(q, "%s\n", shown == 0 ? " none" : "");
}

static void draw_rule(struct quarto *q)
{
	const char *dashes = q->ascii ? "------" : "-----";

	say(q, "    +%s+%s+%s+%s+\n", dashes, dashes, dashes, dashes);
}

/* The board; the squares in marked have a star on both sides. */
static void draw_board(struct quarto *q, const struct board *board, unsigned marked)
{
	unsigned base = view_base(q);
	const char *gap = q->ascii ? "      " : "     ";

	say(q, "     %s%u%s%u%s%u%s%u\n", q->ascii ? "  " : " ", base, gap, base + 1, gap,
	    base + 2, gap, base + 3);
	draw_rule(q);
	for (unsigned square = 0; square < SQUARES; square++) {
		char drawing[VIEW_TEXT_SIZE];
		char side = marked >> square & 1 ? '*' : ' ';

		if (square % BOARD_SIDE == 0)
			say(q, "%3u |", square / BOARD_SIDE + base);
		if (board->occupied >> square & 1)
			say(q, "%c%s%c|", side,
			    draw_piece(q, drawing, board_piece(board, square)), side);
		else
			say(q, "%s|", gap);
		if (square % BOARD_SIDE != BOARD_SIDE - 1)
			continue;
		say(q, "\n");
		draw_rule(q);
	}
}

void view_position(struct quarto *q)
{
	const struct position *pos = game_now(&q->game);
	char piece[VIEW_TEXT_SIZE];

	say(q, "\nRound %u: player %u%s %s\n",
	    position_opens(pos) ? 0 : set_count(pos->board.occupied) + 1, pos->player,
	    player_role(q, pos->player),
	    position_opens(pos) ? "chooses the first piece." : "to move.");
	draw_pieces_left(q, pos);
	draw_board(q, &pos->board, 0);
	if (pos->hand != PIECE_NONE)
		say(q, "Piece to place: %s\n", view_piece(q, piece, pos->hand));
}

void view_turn(struct quarto *q)
{
	const struct position *before = &q->game.at[q->game.count - 1];
	struct turn turn = q->game.turns[q->game.count - 1];
	char piece[VIEW_TEXT_SIZE];
	char square[VIEW_TEXT_SIZE];

	say(q, "Player %u%s", before->player, player_role(q, before->player));
	if (turn.square != SQUARE_NONE)
		say(q, " places %s on %s", view_piece(q, piece, before->hand),
		    view_square(q, square, turn.square));
	if (turn.given != PIECE_NONE)
		say(q, "%s gives %s", turn.square != SQUARE_NONE ? " and" : "",
		    view_piece(q, piece, turn.given));
	say(q, ".\n");
}

/* `row 2`, `diagonal from 1,1`, `block at 2,3`. */
static void say_line(struct quarto *q, unsigned line)
{
	char square[VIEW_TEXT_SIZE];
	unsigned index = line % BOARD_SIDE + view_base(q);
	unsigned corner = set_first(line_squares(line));

	if (line < 4)
		say(q, "row %u", index);
	else if (line < 8)
		say(q, "column %u", index);
	else
		say(q, "%s %s", line < LINES ? "the diagonal from" : "the block at",
		    view_square(q, square, corner));
}

/* The squares of the lines that won; says each line and what its pieces share. */
static unsigned say_won_lines(struct quarto *q, const struct board *board)
{
	unsigned squares = 0;
	unsigned lines = board_won_lines(board, q->options.square_mode);

	for (; lines != 0; lines &= lines - 1) {
		unsigned line = set_first(lines);
		const char *separator = ": all ";

		say(q, "  ");
		say_line(q, line);
		for (unsigned set = board_shared(board, line); set != 0; set &= set - 1) {
			say(q, "%s%s", separator, value_names[set_first(set)]);
			separator = ", ";
		}
		say(q, "\n");
		squares |= line_squares(line);
	}
	return squares;
}

void view_end(struct quarto *q)
{
	const struct position *pos = game_now(&q->game);
	char text[GAME_TEXT_SIZE];
	unsigned won;

	say(q, "\n");
	if (pos->result == RESULT_DRAW)
		say(q, "A draw: all pieces are placed and no line is complete.\n");
	else
		say(q, "Player %u%s wins:\n", pos->player, player_role(q, pos->player));
	won = say_won_lines(q, &pos->board);
	draw_board(q, &pos->board, won);
	notation_format_game(text, &q->game);
	say(q, "Game: %s\n", text);
}
