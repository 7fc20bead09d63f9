/*
 * rbtree.h: balanced search trees whose nodes lie in the members (red-black trees:
 * Guibas and Sedgewick, 1978). Insertion and removal take O(log n) steps and
 * cannot fail; the first node is kept at hand. Equal members stay in the order in
 * which they came. The caller holds the lock that protects the tree.
 *
 * To look for a key, walk down from tree->root: child[0] is less, child[1] is not.
 *
 * An augmented tree keeps in each member something about its whole subtree (the least of
 * a value, say): `update` computes it anew from the node's own and its children's, and is
 * called for every node below which something changed, children first. Such a tree is
 * changed by the functions with update only.
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include "lib/base.h"

struct rb_node {
	struct rb_node *parent; /* the node itself when it is in no tree */
	struct rb_node *child[2];
	bool red;
};

struct rb_tree {
	struct rb_node *root;
	struct rb_node *first;
};

#define RB_TREE_INIT       \
	{                  \
		NULL, NULL \
	}

/* The struct of type whose member is at node; node is not NULL. */
#define rb_entry(node, type, member) container_of(node, type, member)

/* Marks a node as being in no tree. */
static inline void rb_node_init(struct rb_node *node)
{
	node->parent = node;
}

/* The node, once marked by rb_node_init or rb_erase, is in a tree. */
static inline bool rb_is_linked(const struct rb_node *node)
{
	return node->parent != node;
}

static inline bool rb_is_empty(const struct rb_tree *tree)
{
	return !tree->root;
}

/* The least node, or NULL. */
static inline struct rb_node *rb_first(const struct rb_tree *tree)
{
	return tree->first;
}

/* The greatest node, or NULL; O(log n). */
struct rb_node *rb_last(const struct rb_tree *tree);
/* The neighbours in order, or NULL. */
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/*
 * Makes node parent's child on that side, where there is none (parent NULL: the
 * root), and balances the tree. For those who found the place themselves.
 */
void rb_link(struct rb_tree *tree, struct rb_node *parent, bool right,
	     struct rb_node *node);

void rb_link_augmented(struct rb_tree *tree, struct rb_node *parent, bool right,
		       struct rb_node *node, void (*update)(struct rb_node *node));

/* Takes node out of the tree; it is then marked as being in none. */
void rb_erase(struct rb_tree *tree, struct rb_node *node);
void rb_erase_augmented(struct rb_tree *tree, struct rb_node *node,
			void (*update)(struct rb_node *node));

/* The same as linking into an empty tree, and as erasing from one with no other node. */
static inline void rb_link_alone(struct rb_tree *tree, struct rb_node *node)
{
	*node = (struct rb_node){ 0 };
	tree->root = tree->first = node;
}

static inline bool rb_is_alone(const struct rb_tree *tree, const struct rb_node *node)
{
	return tree->root == node && !node->child[0] && !node->child[1];
}

static inline void rb_erase_alone(struct rb_tree *tree, struct rb_node *node)
{
	tree->root = tree->first = NULL;
	rb_node_init(node);
}

/* Puts node, which is in no tree, behind all that it is not less than. */
static inline void rb_insert(struct rb_tree *tree, struct rb_node *node,
			     bool (*less)(const struct rb_node *a,
					  const struct rb_node *b))
{
	struct rb_node *at = tree->root, *parent = NULL;
	bool right = false;

	while (at) {
		parent = at;
		right = !less(node, at);
		at = at->child[right];
	}
	rb_link(tree, parent, right, node);
}

#endif
