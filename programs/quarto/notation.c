/*
 * notation.c: reads and writes positions, writes games.
 *
 * A position is accepted only if play can go on from it: each piece once, one in
 * hand unless the board is empty, an empty square, no line complete. Any player
 * may be the one to move, so that a position can be played from either side.
 */
#include "programs/quarto/notation.h"

#define HAND_AT (SQUARES + 1)
#define PLAYER_AT (SQUARES + 3)

static const char digits[] = "0123456789abcdef";

static char piece_digit(unsigned piece)
{
	return piece == PIECE_NONE ? '-' : digits[piece];
}

/* The piece that a character means; PIECE_NONE when it means none. */
static unsigned parse_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return PIECE_NONE;
}

void notation_format_position(char text[POSITION_TEXT_SIZE], const struct position *pos)
{
	for (unsigned square = 0; square < SQUARES; square++) {
		bool occupied = pos->board.occupied >> square & 1;

		text[square] = occupied ? digits[board_piece(&pos->board, square)] : '.';
	}
	text[SQUARES] = '/';
	text[HAND_AT] = piece_digit(pos->hand);
	text[HAND_AT + 1] = '/';
	text[PLAYER_AT] = (char)('0' + pos->player);
	text[PLAYER_AT + 1] = '\0';
}

/* Whether text has a position's length and its slashes. */
static bool has_position_shape(const char *text)
{
	size_t length = 0;

	while (length < POSITION_TEXT_SIZE && text[length] != '\0')
		length++;
	return length == POSITION_TEXT_SIZE - 1 && text[SQUARES] == '/' &&
	       text[HAND_AT + 1] == '/';
}

/* Takes a piece out of those that are left; says what is wrong or NULL. */
static const char *take_piece(struct position *pos, unsigned piece)
{
	if (piece == PIECE_NONE)
		return "a piece is a digit 0 to 9 or a to f";
	if ((pos->left >> piece & 1) == 0)
		return "a piece is there twice";
	pos->left &= (uint16_t) ~(1u << piece);
	return NULL;
}

static const char *parse_squares(const char *text, struct position *pos)
{
	for (unsigned square = 0; square < SQUARES; square++) {
		unsigned piece = parse_digit(text[square]);
		const char *wrong;

		if (text[square] == '.')
			continue;
		wrong = take_piece(pos, piece);
		if (wrong != NULL)
			return wrong;
		board_place(&pos->board, square, piece);
	}
	return NULL;
}

static const char *parse_hand(char c, struct position *pos)
{
	if (c == '-')
		return pos->board.occupied == 0 ? NULL : "no piece is in hand";
	pos->hand = (uint8_t)parse_digit(c);
	return take_piece(pos, pos->hand);
}

const char *notation_parse_position(const char *text, bool square_mode,
				    struct position *pos)
{
	struct position read;
	const char *wrong;

	if (!has_position_shape(text))
		return "it must look like 7.............../c/2";
	position_start(&read);
	wrong = parse_squares(text, &read);
	if (wrong == NULL)
		wrong = parse_hand(text[HAND_AT], &read);
	if (wrong != NULL)
		return wrong;
	if (text[PLAYER_AT] != '1' && text[PLAYER_AT] != '2')
		return "the player to move is 1 or 2";
	read.player = (uint8_t)(text[PLAYER_AT] - '0');
	if (board_won_lines(&read.board, square_mode) != 0)
		return "the game is over there";
	*pos = read;
	return NULL;
}

/* Appends a turn and returns the end. */
static char *format_turn(char *end, struct turn turn)
{
	if (turn.square != SQUARE_NONE) {
		*end++ = (char)('a' + turn.square % BOARD_SIDE);
		*end++ = (char)('1' + turn.square / BOARD_SIDE);
		*end++ = ':';
	}
	*end++ = piece_digit(turn.given);
	*end++ = ' ';
	return end;
}

void notation_format_game(char text[GAME_TEXT_SIZE], const struct game *game)
{
	static const char *const results[] = { "", "1-0", "0-1", "1/2" };
	char *end = text;
	const char *result = results[game_now(game)->result];

	if (!position_is_start(&game->at[0])) {
		notation_format_position(text, &game->at[0]);
		end += POSITION_TEXT_SIZE - 1;
		*end++ = ' ';
	}
	for (unsigned i = 0; i < game->count; i++)
		end = format_turn(end, game->turns[i]);
	while (*result != '\0')
		*end++ = *result++;
	if (end > text && end[-1] == ' ')
		end--;
	*end = '\0';
}
