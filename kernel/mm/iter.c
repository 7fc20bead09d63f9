/*
 * iter.c: the cursor of bulk transfers, over kernel or user memory.
 */
#include "kernel/mm/usercopy.h"

#include "lib/string.h"

struct iter iter_kernel(const void *memory, size_t size)
{
	return (struct iter){ .address = (uint64_t)memory, .left = size };
}

struct iter iter_user(struct user_ptr memory, size_t size)
{
	return (struct iter){ .user = true, .address = memory.address, .left = size };
}

static ssize_t iter_move(struct iter *it, size_t size, int error)
{
	if (error)
		return error;
	it->address += size;
	it->left -= size;
	return (ssize_t)size;
}

ssize_t iter_put(struct iter *it, const void *from, size_t size)
{
	size_t n = MIN(size, it->left);
	int error = 0;

	if (it->user)
		error = copy_to_user((struct user_ptr){ it->address }, from, n);
	else
		memcpy((void *)it->address, from, n);
	return iter_move(it, n, error);
}

ssize_t iter_get(struct iter *it, void *to, size_t size)
{
	size_t n = MIN(size, it->left);
	int error = 0;

	if (it->user)
		error = copy_from_user(to, (struct user_ptr){ it->address }, n);
	else
		memcpy(to, (const void *)it->address, n);
	return iter_move(it, n, error);
}

ssize_t iter_zero(struct iter *it, size_t size)
{
	size_t n = MIN(size, it->left);
	int error = 0;

	if (it->user)
		error = zero_user((struct user_ptr){ it->address }, n);
	else
		memset((void *)it->address, 0, n);
	return iter_move(it, n, error);
}
