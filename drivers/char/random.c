/*
 * random.c: /dev/random and /dev/urandom: random(4). Both are the kernel's generator,
 * which is seeded before anybody can open them, so neither ever blocks. What is written
 * is mixed in.
 */
#include "kernel/dev/random.h"

#include "kernel/dev/chardev.h"
#include "kernel/dev/init.h"
#include "kernel/sched/task.h"
#include "lib/string.h"

enum {
	MEMORY_MAJOR = 1,
	CHUNK = 256,
	RNDGETENTCNT = 0x80045200, /* linux/random.h: the pool's entropy in bits */
	POOL_BITS = 256,
};

static ssize_t device_read(struct chardev *device, void *session, struct iter *to,
			   unsigned flags, off_t *position)
{
	return random_read(to);
}

static ssize_t device_write(struct chardev *device, void *session, struct iter *from,
			    unsigned flags, off_t *position)
{
	uint8_t chunk[CHUNK];
	ssize_t done = 0, moved = 0;

	while (from->left && moved >= 0 && !(done && task_killed())) {
		moved = iter_get(from, chunk, sizeof(chunk));
		if (moved <= 0)
			break;
		random_add(chunk, (size_t)moved);
		done += moved;
	}
	mem_wipe(chunk, sizeof(chunk));
	return done ? done : moved;
}

static int device_ioctl(struct chardev *device, void *session, unsigned command,
			struct argument argument)
{
	const int bits = POOL_BITS;

	if (command != RNDGETENTCNT)
		return -EINVAL; /* as on Linux, which has no -ENOTTY here */
	return argument_put(argument, &bits, sizeof(bits));
}

static const struct chardev_ops random_ops = {
	.read = device_read,
	.write = device_write,
	.ioctl = device_ioctl,
	.seekable = true,
};

static struct chardev random_device = {
	.name = "random",
	.major = MEMORY_MAJOR,
	.minor = 8,
	.mode = 0666,
	.ops = &random_ops,
};

static struct chardev urandom_device = {
	.name = "urandom",
	.major = MEMORY_MAJOR,
	.minor = 9,
	.mode = 0666,
	.ops = &random_ops,
};

static int random_start(void)
{
	int error = chardev_register(&random_device);

	return error ? error : chardev_register(&urandom_device);
}
INIT(INIT_DEVICE, random_start);
