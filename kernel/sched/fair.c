/*
 * fair.c: the arithmetic of EEVDF; fair.h tells what it is about.
 *
 * The average is never divided out where a comparison will do: vruntime <= average is
 * (vruntime - base) * weight of all <= sum, in whole numbers, so that always at least one
 * member is eligible. base follows the average (fair_rebase), which keeps these products
 * within 64 bits. The tree is ordered by deadline and knows the least vruntime of each
 * subtree: the search goes left wherever somebody eligible is there.
 */
#include "kernel/sched/fair.h"

const uint32_t fair_weights[FAIR_NICES] = {
	88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921,
	9537,  7629,  6104,  4883,  3906,  3125,  2500,	 2000,	1600,  1280,
	1024,  819,   655,   524,   419,   336,	  268,	 215,	172,   137,
	110,   88,    70,    56,    45,	   36,	  29,	 23,	18,    15,
};

void fair_init(struct fair *fair, uint32_t weight)
{
	*fair = (struct fair){ .weight = weight, .slice = FAIR_SLICE_NS };
	rb_node_init(&fair->node);
}

void fair_rebase(struct fair_queue *queue)
{
	int64_t by = fair_offset(queue);

	queue->base += (uint64_t)by;
	queue->sum -= by * (int64_t)queue->weight;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0 ? a : b;
}

static void update_least(struct rb_node *node)
{
	struct fair *fair = rb_entry(node, struct fair, node);
	uint64_t least = fair->vruntime;

	for (unsigned side = 0; side < 2; side++)
		if (node->child[side])
			least = lesser(
				least,
				rb_entry(node->child[side], struct fair, node)->least);
	fair->least = least;
}

void fair_link_many(struct fair_queue *queue, struct fair *fair)
{
	struct rb_node *at = queue->tree.root, *parent = NULL;
	bool right = false;

	while (at) {
		parent = at;
		right = !fair_is_before(fair, rb_entry(at, struct fair, node));
		at = at->child[right];
	}
	rb_link_augmented(&queue->tree, parent, right, &fair->node, update_least);
}

void fair_unlink_many(struct fair_queue *queue, struct fair *fair)
{
	rb_erase_augmented(&queue->tree, &fair->node, update_least);
}

/* The eligible one that waits with the earliest deadline, or NULL. */
static struct fair *first_eligible(const struct fair_queue *queue)
{
	struct rb_node *node = queue->tree.root;

	while (node) {
		struct fair *fair = rb_entry(node, struct fair, node);
		struct rb_node *left = node->child[0];

		if (left &&
		    fair_is_eligible(queue, rb_entry(left, struct fair, node)->least))
			node = left;
		else if (fair_is_eligible(queue, fair->vruntime))
			return fair;
		else
			node = node->child[1];
	}
	return NULL;
}

struct fair *fair_search(const struct fair_queue *queue, struct fair *running)
{
	struct fair *first = first_eligible(queue);

	if (running && fair_is_eligible(queue, running->vruntime) &&
	    (!first || fair_is_before(running, first)))
		return running;
	if (likely(first))
		return first;
	/* Not with exact sums: somebody is never ahead of the average. */
	return running ? running : rb_entry(rb_first(&queue->tree), struct fair, node);
}

uint64_t fair_step(const struct fair *fair, uint64_t ns)
{
	uint64_t step = fair_virtual(MIN(ns, FAIR_STEP_MAX), fair->weight);

	return MIN(step, FAIR_STEP_MAX);
}

void fair_set_weight(struct fair *fair, uint32_t weight)
{
	fair->lag = fair->lag * fair->weight / weight;
	fair->weight = weight;
}
