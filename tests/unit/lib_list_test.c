/*
 * lib_list_test.c: intrusive lists, also of members with a large alignment, for
 * which the head is at no address that a member could have.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/list.h"

struct item {
	int x;
	struct list link;
} ALIGNED(64);

static void check(struct list *head, const char *want)
{
	struct item *it;

	list_for_each (it, head, link) {
		assert_int_equal(it->x, *want);
		assert_ptr_equal(it->link.next->prev, &it->link);
		want++;
	}
	assert_int_equal(*want, '\0');
}

static void test_order(void **state)
{
	struct item a = { .x = 'a' }, b = { .x = 'b' }, c = { .x = 'c' },
		    d = { .x = 'd' };
	struct list head = LIST_INIT(head);

	assert_true(list_is_empty(&head));
	assert_null(list_first(&head, struct item, link));
	assert_null(list_last(&head, struct item, link));
	check(&head, "");
	list_add_tail(&head, &b.link);
	check(&head, "b");
	list_add_head(&head, &a.link);
	list_add_tail(&head, &d.link);
	list_insert_before(&d.link, &c.link);
	check(&head, "abcd");
	assert_ptr_equal(list_first(&head, struct item, link), &a);
	assert_ptr_equal(list_last(&head, struct item, link), &d);
	assert_false(list_is_empty(&head));
}

static void test_remove_reinits(void **state)
{
	struct item a = { .x = 'a' }, b = { .x = 'b' };
	struct list head;

	list_init(&head);
	list_add_tail(&head, &a.link);
	list_add_tail(&head, &b.link);
	list_remove(&a.link);
	assert_true(list_is_empty(&a.link));
	check(&head, "b");
	list_remove(&a.link);
	check(&head, "b");
	list_remove(&b.link);
	assert_true(list_is_empty(&head));
	list_add_head(&head, &a.link);
	check(&head, "a");
}

static void test_for_each_safe(void **state)
{
	struct item items[5];
	struct item *it, *tmp;
	struct list head = LIST_INIT(head);
	int visited = 0;

	list_for_each_safe (it, tmp, &head, link)
		visited++;
	assert_int_equal(visited, 0);
	for (int i = 0; i < 5; i++) {
		items[i].x = 'a' + i;
		list_add_tail(&head, &items[i].link);
	}
	list_for_each_safe (it, tmp, &head, link) {
		visited++;
		if (it->x % 2)
			list_remove(&it->link);
	}
	assert_int_equal(visited, 5);
	check(&head, "bd");
}

static void test_splice(void **state)
{
	struct item a = { .x = 'a' }, b = { .x = 'b' }, c = { .x = 'c' };
	struct list one = LIST_INIT(one), two = LIST_INIT(two);

	list_splice_tail(&one, &two);
	check(&one, "");
	list_add_tail(&one, &a.link);
	list_add_tail(&two, &b.link);
	list_add_tail(&two, &c.link);
	list_splice_tail(&one, &two);
	check(&one, "abc");
	check(&two, "");
	list_splice_tail(&two, &one);
	check(&two, "abc");
	check(&one, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_remove_reinits),
		cmocka_unit_test(test_for_each_safe),
		cmocka_unit_test(test_splice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
