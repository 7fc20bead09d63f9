/*
 * user.c: paths and times, in from user memory and out to it.
 */
#include "kernel/mm/slab.h"
#include "kernel/syscall/internal.h"

int user_path_get(struct user_path *path, struct user_ptr from)
{
	ssize_t n = copy_string_from_user(path->buffer, from, sizeof(path->buffer));

	path->text = path->buffer;
	if (n != -ENAMETOOLONG)
		return n < 0 ? (int)n : 0;
	path->text = kmalloc(PATH_MAX_BYTES, GFP_KERNEL);
	if (!path->text)
		return -ENOMEM;
	n = copy_string_from_user(path->text, from, PATH_MAX_BYTES);
	if (n < 0)
		kfree(path->text);
	return n < 0 ? (int)n : 0;
}

void user_path_free(struct user_path *path)
{
	if (path->text != path->buffer)
		kfree(path->text);
}

/* What lies further away than the clock can count is as good as never: it is cut. */
int user_time_get(uint64_t *ns, struct user_ptr from)
{
	const int64_t most = INT64_MAX / (int64_t)NSEC_PER_SEC - 1;
	struct abi_timespec time;

	if (copy_from_user(&time, from, sizeof(time)))
		return -EFAULT;
	if (time.seconds < 0 || time.nanoseconds < 0 ||
	    time.nanoseconds >= (int64_t)NSEC_PER_SEC)
		return -EINVAL;
	*ns = (uint64_t)MIN(time.seconds, most) * NSEC_PER_SEC +
	      (uint64_t)time.nanoseconds;
	return 0;
}

int user_time_put(struct user_ptr to, uint64_t ns)
{
	const struct abi_timespec time = {
		.seconds = (int64_t)(ns / NSEC_PER_SEC),
		.nanoseconds = (int64_t)(ns % NSEC_PER_SEC),
	};

	return copy_to_user(to, &time, sizeof(time));
}
