/*
 * search.c: the strong player's search below the first turn.
 *
 * One loop walks the tree: it enters a node, or comes back to it with the value of
 * a child, and either goes on to a next child or leaves with the node's value.
 * Values are 1, 0 and -1 (table.h), so the first win ends a node. Only turns that
 * hand over no win become children; a node without one is lost. With one turn left
 * to look at, that is all there is to see, and no child is made.
 */
#include "programs/quarto/search.h"
#include "programs/quarto/symmetry.h"

/*
 * Up to here, pieces placed, keys are reduced by all symmetries: few nodes, large
 * trees below them. Later positions have hardly a twin that is not found already.
 */
#define REDUCED_PLACED 5
#define LOOK_UP_EVERY 1024 /* positions between two looks at port_stopping */

COLD void search_init(struct search *search, struct port *port, bool square_mode)
{
	search->port = port;
	search->square_mode = square_mode;
	lines_map_init(&search->map, square_mode);
	for (unsigned traits = 0; traits < 16; traits++) {
		search->safe_low[traits] = (uint16_t)~pieces_with(traits);
		search->safe_high[traits] = (uint16_t)~pieces_with(traits << 4);
	}
}

/* Whether what the table knows decides the node; narrows nothing. */
static bool is_known(const struct search_node *node, struct table_entry entry, int *value)
{
	bool lower = entry.bounds & BOUND_NOT_LOST;
	bool upper = entry.bounds & BOUND_NOT_WON;

	if (entry.bounds & (BOUND_WON | BOUND_LOST)) {
		*value = entry.bounds & BOUND_WON ? 1 : -1;
		return true;
	}
	*value = 0;
	return entry.depth >= node->depth &&
	       ((lower && upper) || (lower && node->beta <= 0) ||
		(upper && node->alpha >= 0));
}

/* The value of a node that looks at one turn only, or whose piece is the last. */
static int value_of_last(struct search *search, struct search_node *node)
{
	if (node->left == 0)
		return 0;
	for (unsigned set = 0xffffu & ~(unsigned)node->occupied; set != 0;
	     set &= set - 1) {
		lines_place(&node->placed, &node->lines, &search->map, set_first(set),
			    node->hand);
		if (search_safe(search, &node->placed, node->left) != 0)
			return 0;
	}
	return -1;
}

/* Orders the squares that are worth trying, those first that leave least to give. */
static void order_squares(struct search *search, struct search_node *node)
{
	uint8_t counts[SQUARES];
	unsigned squares = 0;

	for (unsigned set = 0xffffu & ~(unsigned)node->occupied; set != 0;
	     set &= set - 1) {
		unsigned square = set_first(set);
		unsigned safe, count, at;

		lines_place(&node->placed, &node->lines, &search->map, square,
			    node->hand);
		safe = search_safe(search, &node->placed, node->left);
		if (safe == 0)
			continue;
		count = set_count(safe);
		for (at = squares; at > 0 && counts[at - 1] > count; at--) {
			counts[at] = counts[at - 1];
			node->order[at] = node->order[at - 1];
			node->safe[at] = node->safe[at - 1];
		}
		counts[at] = (uint8_t)count;
		node->order[at] = (uint8_t)square;
		node->safe[at] = (uint16_t)safe;
		squares++;
	}
	node->squares = (uint8_t)squares;
	node->next = 0;
	node->give = 0;
}

/* Looks at a new node; true with its value when it needs no children. */
static bool enter(struct search *search, struct search_node *node, int *value)
{
	search->positions++;
	if (search->positions >= search->budget ||
	    (search->positions % LOOK_UP_EVERY == 0 && port_stopping(search->port)))
		search->stopped = true;
	if (node->depth <= 1 || node->left == 0) {
		*value = value_of_last(search, node);
		return true;
	}
	node->key = search_key(node->cells, node->filled, node->hand);
	if (set_count(node->occupied) <= REDUCED_PLACED)
		node->key = symmetry_least(node->key, search->square_mode);
	if (is_known(node, table_find(&search->table, node->key), value))
		return true;
	node->first_alpha = node->alpha;
	node->best = -1;
	order_squares(search, node);
	return false;
}

/* Makes the next child; false when there is none or none is needed. */
static bool next_child(struct search *search, struct search_node *node,
		       struct search_node *child)
{
	unsigned square, piece;

	if (node->best >= node->beta)
		return false;
	if (node->give == 0) {
		if (node->next == node->squares)
			return false;
		node->give = node->safe[node->next];
		square = node->order[node->next++];
		lines_place(&node->placed, &node->lines, &search->map, square,
			    node->hand);
	}
	square = node->order[node->next - 1];
	piece = set_first(node->give);
	node->give &= (uint16_t)(node->give - 1);
	child->lines = node->placed;
	child->cells = node->cells | (uint64_t)node->hand << (4 * square);
	child->filled = node->filled | 15ULL << (4 * square);
	child->occupied = (uint16_t)(node->occupied | 1u << square);
	child->left = (uint16_t)(node->left & ~(1u << piece));
	child->hand = (uint8_t)piece;
	child->depth = (uint8_t)(node->depth - 1);
	child->alpha = -node->beta;
	child->beta = -node->alpha;
	return true;
}

/* Takes a child's value, which is its mover's. */
static void take_value(struct search_node *node, int value)
{
	if (-value > node->best)
		node->best = -value;
	if (node->best > node->alpha)
		node->alpha = node->best;
}

/* Remembers what came out of a node. */
static void remember(struct search *search, const struct search_node *node)
{
	unsigned bounds = 0;

	if (node->best > 0)
		bounds = BOUND_WON;
	else if (node->best < 0)
		bounds = BOUND_LOST;
	else if (node->best >= node->beta)
		bounds = BOUND_NOT_LOST;
	else if (node->best <= node->first_alpha)
		bounds = BOUND_NOT_WON;
	else
		bounds = BOUND_NOT_LOST | BOUND_NOT_WON;
	table_store(&search->table, node->key,
		    (struct table_entry){ .depth = node->depth, .bounds = bounds });
}

int search_value(struct search *search, int alpha, int beta)
{
	struct search_node *node = search->stack;
	int value;
	bool down = true;

	node->alpha = alpha;
	node->beta = beta;
	while (!search->stopped) {
		if (!down || !enter(search, node, &value)) {
			if (!down)
				take_value(node, value);
			down = next_child(search, node, node + 1);
			if (down) {
				node++;
				continue;
			}
			value = node->best;
			remember(search, node);
		}
		if (node == search->stack)
			return value;
		node--;
		down = false;
	}
	return 0;
}
