/*
 * rbtree.c: red-black trees. The invariants, besides the order: no red node has a
 * red parent; all paths from a node down to a missing child have as many black
 * nodes; the root is black. Both sides are one code, with child[side].
 */
#include "lib/rbtree.h"

static bool is_red(const struct rb_node *node)
{
	return node && node->red;
}

static struct rb_node *outermost(struct rb_node *node, bool side)
{
	while (node->child[side])
		node = node->child[side];
	return node;
}

static struct rb_node *neighbour(const struct rb_node *node, bool side)
{
	struct rb_node *parent = node->parent;

	if (node->child[side])
		return outermost(node->child[side], !side);
	while (parent && node == parent->child[side]) {
		node = parent;
		parent = node->parent;
	}
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, false);
}

struct rb_node *rb_last(const struct rb_tree *tree)
{
	return tree->root ? outermost(tree->root, true) : NULL;
}

/* Puts to, which may be NULL, where from is seen from above. */
static void replace(struct rb_tree *tree, struct rb_node *from, struct rb_node *to)
{
	struct rb_node *parent = from->parent;

	if (parent)
		parent->child[from == parent->child[1]] = to;
	else
		tree->root = to;
	if (to)
		to->parent = parent;
}

static void update_up(struct rb_node *node, void (*update)(struct rb_node *node))
{
	for (; update && node; node = node->parent)
		update(node);
}

/* Moves node down to that side; its child of the other side takes its place. */
static void rotate(struct rb_tree *tree, struct rb_node *node, bool side,
		   void (*update)(struct rb_node *node))
{
	struct rb_node *up = node->child[!side];
	struct rb_node *middle = up->child[side];

	node->child[!side] = middle;
	if (middle)
		middle->parent = node;
	replace(tree, node, up);
	up->child[side] = node;
	node->parent = up;
	if (update) {
		update(node);
		update(up);
	}
}

/* node is red, and so may be its parent: the one thing that can be wrong. */
static void repair_insert(struct rb_tree *tree, struct rb_node *node,
			  void (*update)(struct rb_node *node))
{
	while (is_red(node->parent)) {
		struct rb_node *parent = node->parent;
		struct rb_node *grand = parent->parent;
		bool side = parent == grand->child[1];
		struct rb_node *uncle = grand->child[!side];

		if (is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (node == parent->child[!side]) {
			rotate(tree, parent, side, update);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rotate(tree, grand, !side, update);
		break;
	}
	tree->root->red = false;
}

void rb_link_augmented(struct rb_tree *tree, struct rb_node *parent, bool right,
		       struct rb_node *node, void (*update)(struct rb_node *node))
{
	*node = (struct rb_node){ .parent = parent, .red = true };
	if (parent)
		parent->child[right] = node;
	else
		tree->root = node;
	if (!tree->first || (parent == tree->first && !right))
		tree->first = node;
	update_up(node, update);
	repair_insert(tree, node, update);
}

void rb_link(struct rb_tree *tree, struct rb_node *parent, bool right,
	     struct rb_node *node)
{
	rb_link_augmented(tree, parent, right, node, NULL);
}

/* Paths through node, parent's child or NULL, have one black node too few. */
static void repair_erase(struct rb_tree *tree, struct rb_node *parent,
			 struct rb_node *node, void (*update)(struct rb_node *node))
{
	while (parent && !is_red(node)) {
		bool side = node == parent->child[1];
		struct rb_node *sibling = parent->child[!side];

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rotate(tree, parent, side, update);
			sibling = parent->child[!side];
		}
		if (!is_red(sibling->child[0]) && !is_red(sibling->child[1])) {
			sibling->red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!is_red(sibling->child[!side])) {
			sibling->child[side]->red = false;
			sibling->red = true;
			rotate(tree, sibling, !side, update);
			sibling = parent->child[!side];
		}
		sibling->red = parent->red;
		parent->red = false;
		sibling->child[!side]->red = false;
		rotate(tree, parent, side, update);
		return;
	}
	if (node)
		node->red = false;
}

/*
 * Puts the next node, which has no left child, in the place of one with two
 * children. Returns its old parent, where a node of its colour is now missing.
 */
static struct rb_node *replace_by_next(struct rb_tree *tree, struct rb_node *node,
				       struct rb_node *next)
{
	struct rb_node *parent = next->parent;

	if (parent == node) {
		parent = next;
	} else {
		replace(tree, next, next->child[1]);
		next->child[1] = node->child[1];
		next->child[1]->parent = next;
	}
	next->child[0] = node->child[0];
	next->child[0]->parent = next;
	next->red = node->red;
	replace(tree, node, next);
	return parent;
}

void rb_erase_augmented(struct rb_tree *tree, struct rb_node *node,
			void (*update)(struct rb_node *node))
{
	struct rb_node *parent, *child;
	bool red;

	if (node == tree->first)
		tree->first = rb_next(node);
	if (node->child[0] && node->child[1]) {
		struct rb_node *next = outermost(node->child[1], false);

		child = next->child[1];
		red = next->red;
		parent = replace_by_next(tree, node, next);
	} else {
		child = node->child[node->child[0] == NULL];
		red = node->red;
		parent = node->parent;
		replace(tree, node, child);
	}
	update_up(parent, update);
	if (!red)
		repair_erase(tree, parent, child, update);
	rb_node_init(node);
}

void rb_erase(struct rb_tree *tree, struct rb_node *node)
{
	rb_erase_augmented(tree, node, NULL);
}
