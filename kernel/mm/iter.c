/*
 * iter.c: the cursor of bulk transfers, over kernel or user memory, in one piece or in
 * several. A piece is moved whole or not at all.
 */
#include "kernel/mm/usercopy.h"

#include "lib/errno.h"
#include "lib/string.h"

struct iter iter_kernel(const void *memory, size_t size)
{
	return (struct iter){ .address = (uint64_t)memory, .left = size, .here = size };
}

struct iter iter_user(struct user_ptr memory, size_t size)
{
	return (struct iter){
		.user = true, .address = memory.address, .left = size, .here = size
	};
}

struct iter iter_segments(bool user, const struct iter_segment *segments, size_t size)
{
	return (struct iter){ .user = user, .left = size, .next = segments };
}

/* Makes the current segment one that has bytes left, where the cursor has. */
static void enter_segment(struct iter *it)
{
	while (it->left && !it->here) {
		it->address = it->next->address;
		it->here = MIN(it->next->size, it->left);
		it->next++;
	}
}

static void advance(struct iter *it, size_t n)
{
	it->address += n;
	it->here -= n;
	it->left -= n;
}

void iter_skip(struct iter *it, size_t size)
{
	size_t n;

	for (size = MIN(size, it->left); size; size -= n) {
		enter_segment(it);
		n = MIN(size, it->here);
		advance(it, n);
	}
}

static int put_piece(struct iter *it, const char *from, size_t n)
{
	if (it->user)
		return copy_to_user((struct user_ptr){ it->address }, from, n);
	memcpy((void *)it->address, from, n);
	return 0;
}

static int get_piece(struct iter *it, char *to, size_t n)
{
	if (it->user)
		return copy_from_user(to, (struct user_ptr){ it->address }, n);
	memcpy(to, (const void *)it->address, n);
	return 0;
}

static int zero_piece(struct iter *it, size_t n)
{
	if (it->user)
		return zero_user((struct user_ptr){ it->address }, n);
	memset((void *)it->address, 0, n);
	return 0;
}

ssize_t iter_put(struct iter *it, const void *from, size_t size)
{
	size_t total = MIN(size, it->left), done = 0;

	while (done < total) {
		size_t n;

		enter_segment(it);
		n = MIN(total - done, it->here);
		if (put_piece(it, (const char *)from + done, n))
			return done ? (ssize_t)done : -EFAULT;
		advance(it, n);
		done += n;
	}
	return (ssize_t)done;
}

ssize_t iter_get(struct iter *it, void *to, size_t size)
{
	size_t total = MIN(size, it->left), done = 0;

	while (done < total) {
		size_t n;

		enter_segment(it);
		n = MIN(total - done, it->here);
		if (get_piece(it, (char *)to + done, n))
			return done ? (ssize_t)done : -EFAULT;
		advance(it, n);
		done += n;
	}
	return (ssize_t)done;
}

ssize_t iter_zero(struct iter *it, size_t size)
{
	size_t total = MIN(size, it->left), done = 0;

	while (done < total) {
		size_t n;

		enter_segment(it);
		n = MIN(total - done, it->here);
		if (zero_piece(it, n))
			return done ? (ssize_t)done : -EFAULT;
		advance(it, n);
		done += n;
	}
	return (ssize_t)done;
}
