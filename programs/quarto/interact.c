/*
 * interact.c: the prompts: reads what people type and plays it.
 *
 * A turn's square and piece are asked for one after the other and applied together
 * at the end; until then the game is as it was. A bad answer says what was wrong
 * and asks again. A command that changes the game (undo, load) abandons the turn
 * that was being put together; quit and the end of input end the run.
 */
#include "lib/string.h"
#include "programs/quarto/notation.h"
#include "programs/quarto/view.h"

#define LINE_SIZE 256

/* What came out of a prompt. */
enum answer {
	ANSWER_NUMBER,	/* a square or a piece that is right */
	ANSWER_RESTART, /* the game changed: show it anew */
	ANSWER_AGAIN,	/* nothing yet: ask again */
	ANSWER_END,	/* the run ends */
};

/* The turn that a person is putting together. */
struct prompt {
	bool for_piece;	 /* else for a square */
	unsigned square; /* chosen already, or SQUARE_NONE */
	unsigned number; /* the answer */
};

static bool is_person(const struct quarto *q, unsigned player)
{
	return q->options.pvp || player == 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts blanks off both ends; control bytes within stay and match nothing. */
static char *trim(char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (line[i] == '\0')
			line[i] = '\1';
	}
	while (length > 0 && is_blank(line[length - 1]))
		line[--length] = '\0';
	while (is_blank(*line))
		line++;
	return line;
}

/*
 * Reads a number of at most four digits at *text and moves behind it and the
 * blanks around it; -1 when there is none.
 */
static int read_number(const char **text)
{
	const char *at = *text;
	int digits = 0;
	int number = 0;

	while (is_blank(*at))
		at++;
	for (; *at >= '0' && *at <= '9' && digits < 4; at++, digits++)
		number = number * 10 + (*at - '0');
	while (is_blank(*at))
		at++;
	*text = at;
	return digits > 0 ? number : -1;
}

/* The piece that was typed, or PIECE_NONE. */
static unsigned parse_piece(const struct quarto *q, const char *text)
{
	int number = read_number(&text) - (int)view_base(q);

	return *text == '\0' && number >= 0 && number < PIECES ? (unsigned)number
							       : PIECE_NONE;
}

/* The square that was typed, or SQUARE_NONE. */
static unsigned parse_square(const struct quarto *q, const char *text)
{
	int x = read_number(&text) - (int)view_base(q);
	int y;

	if (*text != ',')
		return SQUARE_NONE;
	text++;
	y = read_number(&text) - (int)view_base(q);
	if (*text != '\0' || x < 0 || x >= BOARD_SIDE || y < 0 || y >= BOARD_SIDE)
		return SQUARE_NONE;
	return (unsigned)(x + y * BOARD_SIDE);
}

/* Checks a typed piece and says what is wrong with it. */
static enum answer take_piece(struct quarto *q, struct prompt *prompt, const char *text)
{
	char name[VIEW_TEXT_SIZE];
	char quoted[40];
	unsigned piece = parse_piece(q, text);

	switch (position_check_piece(game_now(&q->game), piece)) {
	case TURN_OK:
		prompt->number = piece;
		return ANSWER_NUMBER;
	case TURN_IN_HAND:
		say(q, "Piece %s is the one that is being placed.\n",
		    view_piece(q, name, piece));
		return ANSWER_AGAIN;
	case TURN_PLACED:
		say(q, "Piece %s is on the board already.\n", view_piece(q, name, piece));
		return ANSWER_AGAIN;
	default:
		quote_text(quoted, sizeof(quoted), text);
		say(q, "'%s' is not a piece: type its number, %u to %u.\n", quoted,
		    view_base(q), view_base(q) + PIECES - 1);
		return ANSWER_AGAIN;
	}
}

static enum answer take_square(struct quarto *q, struct prompt *prompt, const char *text)
{
	char name[VIEW_TEXT_SIZE];
	char quoted[40];
	unsigned square = parse_square(q, text);

	switch (position_check_square(game_now(&q->game), square)) {
	case TURN_OK:
		prompt->number = square;
		return ANSWER_NUMBER;
	case TURN_OCCUPIED:
		say(q, "Square %s is occupied.\n", view_square(q, name, square));
		return ANSWER_AGAIN;
	default:
		quote_text(quoted, sizeof(quoted), text);
		say(q, "'%s' is not a square: type column,row, each %u to %u.\n", quoted,
		    view_base(q), view_base(q) + BOARD_SIDE - 1);
		return ANSWER_AGAIN;
	}
}

/* Back to where a person last decided, and the generator with it. */
static enum answer undo(struct quarto *q, const struct prompt *prompt)
{
	unsigned back = q->game.count;

	if (prompt->square != SQUARE_NONE) {
		say(q, "The square is taken back.\n");
		return ANSWER_RESTART;
	}
	do {
		if (back == 0) {
			say(q, "There is nothing to undo.\n");
			return ANSWER_AGAIN;
		}
		back--;
	} while (!is_person(q, q->game.at[back].player));
	while (q->game.count > back)
		game_undo(&q->game);
	q->rng = q->rng_at[back];
	return ANSWER_RESTART;
}

/* What the computer would do, found with a copy of the generator. */
static enum answer hint(struct quarto *q, const struct prompt *prompt)
{
	const struct position *pos = game_now(&q->game);
	struct rng rng = q->rng;
	struct choice choice;
	char text[VIEW_TEXT_SIZE];
	unsigned squares = prompt->square != SQUARE_NONE
				   ? 1u << prompt->square
				   : 0xffffu & ~(unsigned)pos->board.occupied;

	if (!session_choose(q, pos, squares, &rng, &choice))
		return ANSWER_END;
	say(q, "Hint:");
	if (!prompt->for_piece)
		say(q, " square %s", view_square(q, text, choice.turn.square));
	if (choice.turn.given != PIECE_NONE)
		say(q, "%s piece %s", prompt->for_piece ? "" : ", then",
		    view_piece(q, text, choice.turn.given));
	say(q, "\n");
	if (q->options.reasoning)
		view_reasons(q, &choice);
	return ANSWER_AGAIN;
}

static enum answer save(struct quarto *q, const struct prompt *prompt)
{
	char text[POSITION_TEXT_SIZE];

	notation_format_position(text, game_now(&q->game));
	say(q, "Position: %s\n", text);
	if (prompt->square != SQUARE_NONE)
		say(q, "(The turn that you have begun is not part of it.)\n");
	return ANSWER_AGAIN;
}

static enum answer load(struct quarto *q, const char *text)
{
	struct position pos;
	const char *wrong = notation_parse_position(text, q->options.square_mode, &pos);

	if (wrong != NULL) {
		say(q, "Not loaded: %s.\n", wrong);
		return ANSWER_AGAIN;
	}
	game_start(&q->game, &pos, q->options.square_mode);
	return ANSWER_RESTART;
}

static enum answer quit(struct quarto *q)
{
	say(q, "The game is left unfinished.\n");
	q->ended = true;
	return ANSWER_END;
}

/* Whether line is the command, in capitals or not; *rest is what follows it. */
static bool is_command(const char *line, const char *command, const char **rest)
{
	for (; *command != '\0'; command++, line++) {
		if ((*line | 0x20) != *command)
			return false;
	}
	if (*line != '\0' && !is_blank(*line))
		return false;
	while (is_blank(*line))
		line++;
	*rest = line;
	return true;
}

static enum answer take_answer(struct quarto *q, struct prompt *prompt, const char *line)
{
	const char *rest;

	if (is_command(line, "load", &rest))
		return load(q, rest);
	if (is_command(line, "undo", &rest) && *rest == '\0')
		return undo(q, prompt);
	if (is_command(line, "hint", &rest) && *rest == '\0')
		return hint(q, prompt);
	if (is_command(line, "save", &rest) && *rest == '\0')
		return save(q, prompt);
	if (is_command(line, "quit", &rest) && *rest == '\0')
		return quit(q);
	return prompt->for_piece ? take_piece(q, prompt, line)
				 : take_square(q, prompt, line);
}

/* Asks once. */
static enum answer ask_once(struct quarto *q, struct prompt *prompt)
{
	char line[LINE_SIZE];
	ssize_t length;

	if (prompt->for_piece)
		say(q, "Piece (%u-%u): ", view_base(q), view_base(q) + PIECES - 1);
	else
		say(q, "Square (x,y): ");
	if (session_flush(q) != 0 || session_over(q))
		return ANSWER_END;
	length = port_read_line(q->port, line, sizeof(line));
	if (length == -ENODATA) {
		say(q, "\nEnd of input. ");
		return quit(q);
	}
	if (length == -EMSGSIZE) {
		say(q, "That line is too long.\n");
		return ANSWER_AGAIN;
	}
	if (length < 0) {
		q->error = (int)length;
		return ANSWER_END;
	}
	return take_answer(q, prompt, trim(line, (size_t)length));
}

static enum answer ask(struct quarto *q, struct prompt *prompt)
{
	enum answer answer;

	do {
		answer = ask_once(q, prompt);
	} while (answer == ANSWER_AGAIN);
	return answer;
}

/* Puts a turn together and plays it, unless something comes between. */
static void person_turn(struct quarto *q)
{
	const struct position *pos = game_now(&q->game);
	struct turn turn = { SQUARE_NONE, PIECE_NONE };
	struct prompt prompt = { .for_piece = false, .square = SQUARE_NONE };

	view_position(q);
	if (!position_opens(pos)) {
		if (ask(q, &prompt) != ANSWER_NUMBER)
			return;
		prompt.square = prompt.number;
		turn.square = (uint8_t)prompt.square;
	}
	if (position_opens(pos) ||
	    !position_ends(pos, turn.square, q->options.square_mode)) {
		prompt.for_piece = true;
		if (ask(q, &prompt) != ANSWER_NUMBER)
			return;
		turn.given = (uint8_t)prompt.number;
	}
	if (game_play(&q->game, turn) == TURN_OK)
		view_turn(q);
}

static void computer_turn(struct quarto *q)
{
	const struct position *pos = game_now(&q->game);
	struct choice choice;

	if (session_flush(q) != 0 || session_over(q))
		return;
	if (!session_choose(q, pos, 0xffffu & ~(unsigned)pos->board.occupied, &q->rng,
			    &choice))
		return;
	if (game_play(&q->game, choice.turn) != TURN_OK)
		return;
	view_turn(q);
	if (q->options.reasoning)
		view_reasons(q, &choice);
}

void interact_run(struct quarto *q)
{
	struct position start;

	position_start(&start);
	game_start(&q->game, &start, q->options.square_mode);
	view_welcome(q);
	while (game_now(&q->game)->result == RESULT_OPEN && !session_over(q)) {
		q->rng_at[q->game.count] = q->rng;
		if (is_person(q, game_now(&q->game)->player))
			person_turn(q);
		else
			computer_turn(q);
	}
	if (game_now(&q->game)->result != RESULT_OPEN)
		view_end(q);
}
