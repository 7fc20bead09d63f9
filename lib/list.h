/*
 * list.h: doubly linked circular lists whose links lie in the members.
 *
 * A head is a struct list of its own; a list is empty when its head links to
 * itself, and so is a member when it is in no list. No operation fails. The
 * caller holds the lock that protects the list.
 *
 *	struct item { int x; struct list link; };
 *	struct list items = LIST_INIT(items);
 *	struct item *it;
 *
 *	list_add_tail(&items, &new->link);
 *	list_for_each(it, &items, link)
 *		use(it->x);
 */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include "lib/base.h"

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(head)          \
	{                        \
		&(head), &(head) \
	}

/* Makes a head empty, or marks a member as being in no list. */
static inline void list_init(struct list *list)
{
	list->next = list;
	list->prev = list;
}

/* A head: nothing is in it. A member: it is in no list. */
static inline bool list_is_empty(const struct list *list)
{
	return list->next == list;
}

/* Puts member, which is in no list, in front of pos. */
static inline void list_insert_before(struct list *pos, struct list *member)
{
	member->prev = pos->prev;
	member->next = pos;
	pos->prev->next = member;
	pos->prev = member;
}

static inline void list_add_head(struct list *head, struct list *member)
{
	list_insert_before(head->next, member);
}

static inline void list_add_tail(struct list *head, struct list *member)
{
	list_insert_before(head, member);
}

/* Takes member out of its list; it is then in none, and may be removed again. */
static inline void list_remove(struct list *member)
{
	member->prev->next = member->next;
	member->next->prev = member->prev;
	list_init(member);
}

/* Moves all members of from, which becomes empty, to the end of head. */
static inline void list_splice_tail(struct list *head, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->next->prev = head->prev;
	from->prev->next = head;
	head->prev->next = from->next;
	head->prev = from->prev;
	list_init(from);
}

/* The struct of type whose member is at link. */
#define list_entry(link, type, member) container_of(link, type, member)
/* The first or last struct of type in the list, NULL when it is empty. */
#define list_first(head, type, member) \
	(list_is_empty(head) ? NULL : list_entry((head)->next, type, member))
#define list_last(head, type, member) \
	(list_is_empty(head) ? NULL : list_entry((head)->prev, type, member))

/* The struct of *pos's type at link; the head's own is only compared, never used. */
#define list_entry_of_(link, pos, member) \
	((__typeof__(pos))((uintptr_t)(link)-offsetof(__typeof__(*(pos)), member)))
#define list_link_(pos, member) \
	((struct list *)((uintptr_t)(pos) + offsetof(__typeof__(*(pos)), member)))

/* Visits each member as pos. The body must not remove pos. */
#define list_for_each(pos, head, member)                        \
	for ((pos) = list_entry_of_((head)->next, pos, member); \
	     list_link_(pos, member) != (head);                 \
	     (pos) = list_entry_of_(list_link_(pos, member)->next, pos, member))

/* The same; the body may remove or free pos, but not tmp, the one after it. */
#define list_for_each_safe(pos, tmp, head, member)                              \
	for ((pos) = list_entry_of_((head)->next, pos, member),                 \
	    (tmp) = list_entry_of_(list_link_(pos, member)->next, pos, member); \
	     list_link_(pos, member) != (head); (pos) = (tmp),                  \
	    (tmp) = list_entry_of_(list_link_(pos, member)->next, pos, member))

#endif
