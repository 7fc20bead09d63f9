/*
 * lib_rbtree_test.c: red-black trees against a model (how many of each key are in,
 * and in which order they came), with the invariants checked at every step.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/hash.h"
#include "lib/rbtree.h"

struct item {
	unsigned key;
	unsigned serial; /* of its insertion */
	struct rb_node node;
};

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, node)->key < rb_entry(b, struct item, node)->key;
}

/* Checks the colours and links below node; returns the black nodes on each path. */
static int check_subtree(const struct rb_node *node, const struct rb_node *parent)
{
	int left, right;

	if (!node)
		return 0;
	assert_ptr_equal(node->parent, parent);
	if (node->red) {
		assert_false(node->child[0] && node->child[0]->red);
		assert_false(node->child[1] && node->child[1]->red);
	}
	left = check_subtree(node->child[0], node);
	right = check_subtree(node->child[1], node);
	assert_int_equal(left, right);
	return left + !node->red;
}

/* Checks everything; the tree has count members. */
static void check_tree(const struct rb_tree *tree, unsigned count)
{
	const struct rb_node *node, *last = NULL;

	assert_true(!tree->root || !tree->root->red);
	check_subtree(tree->root, NULL);
	for (node = rb_first(tree); node; node = rb_next(node)) {
		const struct item *item = rb_entry(node, struct item, node);

		assert_true(rb_is_linked(node));
		assert_ptr_equal(rb_prev(node), last);
		if (last) {
			const struct item *before = rb_entry(last, struct item, node);

			assert_true(before->key <= item->key);
			assert_true(before->key < item->key ||
				    before->serial < item->serial);
		}
		last = node;
		count--;
	}
	assert_int_equal(count, 0);
	assert_ptr_equal(rb_last(tree), last);
}

static void test_empty_and_single(void **state)
{
	struct rb_tree tree = RB_TREE_INIT;
	struct item item = { .key = 1 };

	rb_node_init(&item.node);
	assert_false(rb_is_linked(&item.node));
	assert_true(rb_is_empty(&tree));
	assert_null(rb_first(&tree));
	assert_null(rb_last(&tree));
	rb_insert(&tree, &item.node, item_less);
	assert_true(rb_is_linked(&item.node));
	check_tree(&tree, 1);
	rb_erase(&tree, &item.node);
	assert_false(rb_is_linked(&item.node));
	assert_true(rb_is_empty(&tree));
	assert_null(rb_first(&tree));
}

#define COUNT 64

static void fill(struct rb_tree *tree, struct item *items, unsigned (*key)(unsigned))
{
	for (unsigned i = 0; i < COUNT; i++) {
		items[i] = (struct item){ .key = key(i), .serial = i };
		rb_insert(tree, &items[i].node, item_less);
		check_tree(tree, i + 1);
	}
}

static unsigned ascending(unsigned i)
{
	return i;
}

static unsigned descending(unsigned i)
{
	return COUNT - i;
}

static unsigned equal(unsigned i)
{
	return 7;
}

static unsigned zigzag(unsigned i)
{
	return i % 2 ? i : 2 * COUNT - i;
}

static void test_orders_of_insertion(void **state)
{
	unsigned (*const keys[])(unsigned) = { ascending, descending, equal, zigzag };
	struct item items[COUNT];

	for (unsigned k = 0; k < ARRAY_SIZE(keys); k++) {
		struct rb_tree tree = RB_TREE_INIT;

		fill(&tree, items, keys[k]);
		for (unsigned left = COUNT; left > 0; left--) {
			rb_erase(&tree, k % 2 ? rb_last(&tree) : rb_first(&tree));
			check_tree(&tree, left - 1);
		}
	}
}

/* Every member of trees of every small size is taken out of a fresh tree. */
static void test_erase_each(void **state)
{
	for (unsigned size = 1; size <= 24; size++) {
		for (unsigned out = 0; out < size; out++) {
			struct rb_tree tree = RB_TREE_INIT;
			struct item items[24];

			for (unsigned i = 0; i < size; i++) {
				items[i] =
					(struct item){ .key = i * 5 % size, .serial = i };
				rb_insert(&tree, &items[i].node, item_less);
			}
			rb_erase(&tree, &items[out].node);
			check_tree(&tree, size - 1);
		}
	}
}

#define POOL 300

static void test_random(void **state)
{
	static struct item items[POOL];
	struct rb_tree tree = RB_TREE_INIT;
	unsigned count = 0;

	for (unsigned i = 0; i < POOL; i++)
		rb_node_init(&items[i].node);
	for (unsigned step = 0; step < 12000; step++) {
		uint64_t random = hash_u64(step + 1);
		struct item *item = &items[random % POOL];

		if (rb_is_linked(&item->node)) {
			rb_erase(&tree, &item->node);
			count--;
		} else {
			item->key = (unsigned)(random >> 32) % (step % 2 ? 20 : 100000);
			item->serial = step;
			rb_insert(&tree, &item->node, item_less);
			count++;
		}
		check_tree(&tree, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_and_single),
		cmocka_unit_test(test_orders_of_insertion),
		cmocka_unit_test(test_erase_each),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
