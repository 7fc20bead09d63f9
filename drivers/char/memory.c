/*
 * memory.c: /dev/null, /dev/zero, /dev/full: null(4), full(4).
 */
#include "kernel/dev/chardev.h"
#include "kernel/dev/init.h"
#include "kernel/sched/task.h"

enum { MEMORY_MAJOR = 1, CHUNK = 64 * 1024 };

static ssize_t null_read(struct chardev *device, void *session, struct iter *to,
			 unsigned flags, off_t *position)
{
	return 0;
}

/* Takes everything without looking at it. */
static ssize_t null_write(struct chardev *device, void *session, struct iter *from,
			  unsigned flags, off_t *position)
{
	size_t n = from->left;

	iter_skip(from, n);
	return (ssize_t)n;
}

/* In pieces, so that a killed task does not first clear all that it asked for. */
static ssize_t zero_read(struct chardev *device, void *session, struct iter *to,
			 unsigned flags, off_t *position)
{
	ssize_t done = 0;

	while (to->left) {
		ssize_t n = iter_zero(to, CHUNK);

		if (n < 0)
			return done ? done : n;
		done += n;
		if (to->left && task_killed())
			break;
	}
	return done;
}

static ssize_t full_write(struct chardev *device, void *session, struct iter *from,
			  unsigned flags, off_t *position)
{
	return from->left ? -ENOSPC : 0;
}

static const struct chardev_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.seekable = true,
};

static const struct chardev_ops zero_ops = {
	.read = zero_read,
	.write = null_write,
	.seekable = true,
};

static const struct chardev_ops full_ops = {
	.read = zero_read,
	.write = full_write,
	.seekable = true,
};

static struct chardev devices[] = {
	{ .name = "null",
	  .major = MEMORY_MAJOR,
	  .minor = 3,
	  .mode = 0666,
	  .ops = &null_ops },
	{ .name = "zero",
	  .major = MEMORY_MAJOR,
	  .minor = 5,
	  .mode = 0666,
	  .ops = &zero_ops },
	{ .name = "full",
	  .major = MEMORY_MAJOR,
	  .minor = 7,
	  .mode = 0666,
	  .ops = &full_ops },
};

static int memory_start(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		int error = chardev_register(&devices[i]);

		if (error)
			return error;
	}
	return 0;
}
INIT(INIT_DEVICE, memory_start);
