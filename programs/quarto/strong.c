/*
 * strong.c: the first turn of the strong player's search.
 *
 * All turns that are not the same by symmetry are listed in an order drawn by lot,
 * and searched one turn deeper each time until the game's end, a win, or the end of
 * the budget. A turn that is proved lost leaves the list for good, the best one goes
 * to its front. So whenever the search ends, the front is the turn to play: a win,
 * or one that holds out as deep as anybody looked. If all are lost, it is the one
 * that holds out longest.
 */
#include "programs/quarto/strong.h"
#include "programs/quarto/search.h"
#include "programs/quarto/symmetry.h"

/*
 * Positions for a choice. The end is in reach from the fifth piece on. With six
 * pieces, the hardest of 40 000 positions needed 583 088 with the full table; with
 * five the mean is 432 092, so most of those are exact, too. Under QEMU's TCG a
 * position takes 0.7 us.
 */
#define FINAL_PIECES 5
#define FINAL_BUDGET 1500000
#define EARLY_BUDGET 300000

/* A turn that may be played, and what it leads to. */
struct candidate {
	uint64_t key;
	struct turn turn;
};

struct strong {
	struct search search;
	unsigned count; /* candidates that are not proved lost */
	struct candidate candidates[SQUARES * PIECES];
};

struct strong *strong_create(struct port *port, bool square_mode)
{
	struct strong *strong = port_alloc(port, sizeof(*strong));

	if (strong == NULL)
		return NULL;
	search_init(&strong->search, port, square_mode);
	table_init(&strong->search.table, port);
	return strong;
}

void strong_destroy(struct strong *strong)
{
	struct port *port;

	if (strong == NULL)
		return;
	port = strong->search.port;
	table_free(&strong->search.table, port);
	port_free(port, strong);
}

size_t strong_table_size(const struct strong *strong)
{
	return strong->search.table.size;
}

/* Four bits for each occupied square. */
static uint64_t filled_cells(unsigned occupied)
{
	uint64_t filled = 0;

	for (; occupied != 0; occupied &= occupied - 1)
		filled |= 15ULL << (4 * set_first(occupied));
	return filled;
}

static void lines_of_board(struct lines *lines, const struct lines_map *map,
			   const struct board *board)
{
	lines_init(lines);
	for (unsigned set = board->occupied; set != 0; set &= set - 1) {
		unsigned square = set_first(set);

		lines_place(lines, lines, map, square, board_piece(board, square));
	}
}

/* Puts the board after a turn's placing into the search's first node. */
static void set_board(struct search *search, const struct position *pos, unsigned square)
{
	struct search_node *node = &search->stack[0];
	struct board board = pos->board;

	board_place(&board, square, pos->hand);
	lines_of_board(&node->lines, &search->map, &board);
	node->cells = board.cells;
	node->filled = filled_cells(board.occupied);
	node->occupied = board.occupied;
}

/* And the giving. */
static void set_given(struct search *search, const struct position *pos, unsigned piece)
{
	struct search_node *node = &search->stack[0];

	node->left = (uint16_t)(pos->left & ~(1u << piece));
	node->hand = (uint8_t)piece;
}

/* Whether a turn is the same as one that is listed, by symmetry. */
static bool is_listed(const struct strong *strong, uint64_t key)
{
	for (unsigned i = 0; i < strong->count; i++) {
		if (strong->candidates[i].key == key)
			return true;
	}
	return false;
}

/* Appends the turn to the list whose board the search's first node has. */
static void list_turn(struct strong *strong, struct turn turn)
{
	struct search *search = &strong->search;
	const struct search_node *node = &search->stack[0];
	uint64_t key = search_key(node->cells, node->filled, turn.given);

	strong->candidates[strong->count++] = (struct candidate){
		.key = symmetry_least(key, search->square_mode),
		.turn = turn,
	};
}

static void exchange_candidates(struct strong *strong, unsigned a, unsigned b)
{
	struct candidate kept = strong->candidates[a];

	strong->candidates[a] = strong->candidates[b];
	strong->candidates[b] = kept;
}

/* Lists all turns that hand over no win, or all when there are none, by lot. */
static void list_turns(struct strong *strong, const struct position *pos,
		       unsigned squares, bool only_safe, struct rng *rng)
{
	struct search *search = &strong->search;
	unsigned all;

	strong->count = 0;
	for (; squares != 0; squares &= squares - 1) {
		struct turn turn = { (uint8_t)set_first(squares), PIECE_NONE };
		unsigned pieces = pos->left;

		set_board(search, pos, turn.square);
		if (only_safe)
			pieces = search_safe(search, &search->stack[0].lines, pieces);
		for (; pieces != 0; pieces &= pieces - 1) {
			turn.given = (uint8_t)set_first(pieces);
			list_turn(strong, turn);
		}
	}
	for (unsigned i = strong->count; i > 1; i--)
		exchange_candidates(strong, i - 1, rng_below(rng, i));
	all = strong->count;
	strong->count = 0;
	for (unsigned i = 0; i < all; i++) {
		if (!is_listed(strong, strong->candidates[i].key))
			exchange_candidates(strong, strong->count++, i);
	}
}

/* Moves a candidate to the front and keeps the order of the others. */
static void move_to_front(struct strong *strong, unsigned at)
{
	for (; at > 0; at--)
		exchange_candidates(strong, at, at - 1);
}

/* Takes a candidate out of the list and keeps the order of the others. */
static void drop_candidate(struct strong *strong, unsigned at)
{
	for (; at + 1 < strong->count; at++)
		exchange_candidates(strong, at, at + 1);
	strong->count--;
}

/*
 * Looks at all candidates to a depth; returns the best value. Once one is known to
 * hold out, the others need only be asked whether they win.
 */
static int search_candidates(struct strong *strong, const struct position *pos,
			     unsigned depth)
{
	struct search *search = &strong->search;
	int best = -1;
	unsigned i = 0;

	while (i < strong->count && best < 1) {
		int value = 0;

		set_board(search, pos, strong->candidates[i].turn.square);
		set_given(search, pos, strong->candidates[i].turn.given);
		search->stack[0].depth = (uint8_t)(depth - 1);
		if (depth > 1)
			value = -search_value(search, -1, -best);
		if (search->stopped)
			return best;
		if (value > best) {
			best = value;
			move_to_front(strong, i);
		}
		if (value < 0)
			drop_candidate(strong, i);
		else
			i++;
	}
	return best;
}

/*
 * The depth to look at next. Where the end is in reach, a few turns come first,
 * which find quick wins and weed out what loses, and then all of them.
 */
static unsigned next_depth(unsigned depth, unsigned to_the_end)
{
	if (to_the_end <= SQUARES - FINAL_PIECES && depth >= 4)
		return to_the_end;
	return depth + 1;
}

/* Deepens until the value is known or the budget is used up. */
static void deepen(struct strong *strong, const struct position *pos,
		   struct choice *choice)
{
	struct search *search = &strong->search;
	unsigned to_the_end = SQUARES - set_count(pos->board.occupied);

	search->stopped = false;
	search->positions = 0;
	search->budget =
		to_the_end <= SQUARES - FINAL_PIECES ? FINAL_BUDGET : EARLY_BUDGET;
	table_clear(&search->table);
	while (choice->value == 0 && choice->depth < to_the_end) {
		unsigned depth = next_depth(choice->depth, to_the_end);
		int value = search_candidates(strong, pos, depth);

		if (search->stopped)
			break;
		choice->depth = (uint8_t)depth;
		choice->value = (int8_t)value;
		choice->exact = value != 0 || depth == to_the_end;
	}
	choice->positions = search->positions;
}

bool strong_choose(struct strong *strong, const struct position *pos, unsigned squares,
		   struct rng *rng, struct choice *choice)
{
	bool square_mode = strong->search.square_mode;

	if (choose_at_once(pos, squares, square_mode, rng, choice))
		return true;
	list_turns(strong, pos, squares, true, rng);
	if (strong->count == 0) {
		list_turns(strong, pos, squares, false, rng);
		choice->value = -1;
		choice->exact = true;
		choice->depth = 1;
	}
	deepen(strong, pos, choice);
	choice->turn = strong->candidates[0].turn;
	return !port_stopping(strong->search.port);
}
