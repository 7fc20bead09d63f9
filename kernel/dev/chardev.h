/*
 * chardev.h: the contract of a character device. fs/devfs makes /dev/NAME of each.
 *
 * An open is a session: whatever the driver wants to keep for it. All operations run in
 * task context and may sleep, but not with O_NONBLOCK in flags; NULL operations get
 * read: EINVAL, write: EINVAL, ioctl: ENOTTY, poll: always ready, seek: see there.
 */
#ifndef KERNEL_DEV_CHARDEV_H
#define KERNEL_DEV_CHARDEV_H

#include "kernel/mm/usercopy.h"
#include "kernel/sched/waitq.h"

/* open(2) flags that a device sees; the numbers of the Linux ABI. */
enum open_flags {
	O_RDONLY = 0,
	O_WRONLY = 1,
	O_RDWR = 2,
	O_ACCMODE = 3,
	O_CREAT = 0100,
	O_EXCL = 0200,
	O_NOCTTY = 0400,
	O_TRUNC = 01000,
	O_APPEND = 02000,
	O_NONBLOCK = 04000,
	O_LARGEFILE = 0100000, /* shown by F_GETFL, means nothing else here */
	O_DIRECTORY = 0200000,
	O_NOFOLLOW = 0400000,
	O_CLOEXEC = 02000000,
};

struct chardev;

struct chardev_ops {
	/* *session starts as NULL. 0 or the open's error. */
	int (*open)(struct chardev *device, unsigned flags, void **session);
	void (*release)(struct chardev *device, void *session);
	/*
	 * Bytes moved (0: end of file), -EAGAIN, -EINTR, ... *position is what pread(2)
	 * and pwrite(2) were given, otherwise 0: devices have no position.
	 */
	ssize_t (*read)(struct chardev *device, void *session, struct iter *to,
			unsigned flags, off_t *position);
	ssize_t (*write)(struct chardev *device, void *session, struct iter *from,
			 unsigned flags, off_t *position);
	unsigned (*poll)(struct chardev *device, void *session, struct poll_table *table);
	int (*ioctl)(struct chardev *device, void *session, unsigned command,
		     struct argument argument);
	/* lseek(2) where it means something to the device; NULL: seekable decides. */
	off_t (*seek)(struct chardev *device, void *session, off_t offset, int whence);
	bool seekable; /* lseek works and is ignored, as for /dev/null */
};

struct chardev {
	const char *name; /* "null", "ttyS0" */
	uint32_t major,
		minor; /* Linux's numbers: Documentation/admin-guide/devices.txt */
	uint32_t mode; /* permission bits */
	const struct chardev_ops *ops;
	void *context; /* the driver's */
	struct list registry;
};

/* The struct stays the driver's and registered for good. -EEXIST: the name is taken. */
MUST_CHECK int chardev_register(struct chardev *device);
struct chardev *chardev_find(const char *name);
/* The next after device in order of registration, NULL starts and ends. */
struct chardev *chardev_next(struct chardev *device);

#endif
