/*
 * devfs.c: /dev: a directory of the character devices that are registered.
 *
 * There is nothing to keep in step with the registry: a look-up makes an inode for the
 * device it finds, which goes with its last reference. A file's private_ is the device's
 * session.
 */
#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/fs/filesystem.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"

struct node {
	struct inode inode;
	struct chardev *device; /* [I] registered for good */
};

enum { ROOT_NUMBER = 1 };

static struct kmem_cache node_cache;

static struct chardev *file_device(const struct file *file)
{
	return container_of(file->inode, struct node, inode)->device;
}

/* What a device's operation begins with, and ends with. */
static void enter(const struct chardev *device, const char *operation)
{
	trace(TRACE_DEVICE, (uint64_t)device->name, (uint64_t)operation);
}

static ssize_t leave(const struct chardev *device, ssize_t result)
{
	trace(TRACE_DEVICE_EXIT, (uint64_t)device->name, (uint64_t)result);
	return result;
}

static ssize_t device_read(struct file *file, struct iter *to, off_t *position)
{
	struct chardev *device = file_device(file);

	if (!device->ops->read)
		return -EINVAL;
	if (fault_device((uint64_t)device->ops->read))
		return -EIO;
	enter(device, "read");
	return leave(device, device->ops->read(device, file->private_, to,
					       atomic_load(&file->flags), position));
}

static ssize_t device_write(struct file *file, struct iter *from, off_t *position)
{
	struct chardev *device = file_device(file);

	if (!device->ops->write)
		return -EINVAL;
	if (fault_device((uint64_t)device->ops->write))
		return -EIO;
	enter(device, "write");
	return leave(device, device->ops->write(device, file->private_, from,
						atomic_load(&file->flags), position));
}

static unsigned device_poll(struct file *file, struct poll_table *table)
{
	struct chardev *device = file_device(file);

	if (!device->ops->poll)
		return POLL_IN | POLL_OUT | POLL_RDNORM | POLL_WRNORM;
	return device->ops->poll(device, file->private_, table);
}

static int device_ioctl(struct file *file, unsigned command, struct argument argument)
{
	struct chardev *device = file_device(file);

	if (!device->ops->ioctl)
		return -ENOTTY;
	if (fault_device((uint64_t)device->ops->ioctl))
		return -EIO;
	enter(device, "ioctl");
	return (int)leave(device,
			  device->ops->ioctl(device, file->private_, command, argument));
}

static off_t device_seek(struct file *file, off_t offset, int whence)
{
	struct chardev *device = file_device(file);

	if (!device->ops->seek)
		return 0;
	return device->ops->seek(device, file->private_, offset, whence);
}

static void device_release(struct file *file)
{
	struct chardev *device = file_device(file);

	if (device->ops->release)
		device->ops->release(device, file->private_);
}

static const struct file_ops stream_ops = {
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.ioctl = device_ioctl,
	.release = device_release,
};

static const struct file_ops seekable_ops = {
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.ioctl = device_ioctl,
	.seek = device_seek,
	.release = device_release,
};

static int node_open(struct inode *inode, unsigned flags, struct file **result)
{
	struct chardev *device = container_of(inode, struct node, inode)->device;
	const struct chardev_ops *ops = device->ops;
	void *session = NULL;
	int error;

	if (ops->open && fault_device((uint64_t)ops->open))
		return -EIO;
	enter(device, "open");
	error = (int)leave(device, ops->open ? ops->open(device, flags, &session) : 0);
	if (error)
		return error;
	inode_get(inode);
	error = file_create(ops->seekable || ops->seek ? &seekable_ops : &stream_ops,
			    inode, flags, session, result);
	if (error) {
		inode_put(inode);
		if (ops->release)
			ops->release(device, session);
	}
	return error;
}

/* makedev(3). */
static uint64_t device_number(const struct chardev *device)
{
	return (device->minor & 0xff) | (uint64_t)device->major << 8 |
	       (uint64_t)(device->minor & ~0xffu) << 12;
}

static uint64_t inode_number(const struct chardev *device)
{
	return ROOT_NUMBER + 1 + device_number(device);
}

static void node_status(struct inode *inode, struct file_status *status)
{
	status->device = DEVFS_DEVICE;
	status->rdevice = device_number(container_of(inode, struct node, inode)->device);
}

static void node_drop(struct inode *inode)
{
	kmem_free(&node_cache, container_of(inode, struct node, inode));
}

static const struct inode_ops node_ops = {
	.open = node_open,
	.status = node_status,
	.drop = node_drop,
};

static int root_lookup(struct inode *directory, const char *name, struct inode **child)
{
	struct chardev *device = chardev_find(name);
	struct node *node;

	if (!device)
		return -ENOENT;
	node = kmem_alloc(&node_cache, GFP_KERNEL);
	if (!node)
		return -ENOMEM;
	*node = (struct node){
		.inode.ops = &node_ops,
		.inode.number = inode_number(device),
		.inode.mode = S_IFCHR | device->mode,
		.device = device,
	};
	refcount_init(&node->inode.refs, 1);
	*child = &node->inode;
	return 0;
}

/* Positions from 2 on count devices in order of registration. */
static int root_readdir(struct file *file, off_t *position,
			bool (*emit)(const struct directory_entry *entry, void *context),
			void *context)
{
	off_t at = 2;

	if (!directory_emit_dots(file->inode, position, emit, context))
		return 0;
	for (struct chardev *device = chardev_next(NULL); device;
	     device = chardev_next(device)) {
		const struct directory_entry entry = {
			.name = device->name,
			.inode = inode_number(device),
			.next = ++at,
			.type = directory_type(S_IFCHR),
		};

		if (at <= *position)
			continue;
		if (!emit(&entry, context))
			break;
		*position = at;
	}
	return 0;
}

static const struct file_ops root_file_ops = {
	.seek = directory_seek,
	.readdir = root_readdir,
};

static int root_open(struct inode *inode, unsigned flags, struct file **result)
{
	return directory_open(inode, &root_file_ops, flags, result);
}

static void root_status(struct inode *inode, struct file_status *status)
{
	status->device = DEVFS_DEVICE;
	status->links = 2;
}

/* The root owns itself for good. */
static void root_drop(struct inode *inode)
{
	panic("devfs: the root was put too often");
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.open = root_open,
	.status = root_status,
	.drop = root_drop,
};

int devfs_create(struct inode **root)
{
	static struct inode inode = {
		.refs = REFCOUNT_INIT(1),
		.ops = &root_ops,
		.number = ROOT_NUMBER,
		.mode = S_IFDIR | 0755,
	};

	kmem_cache_init(&node_cache, "devfs_inode", sizeof(struct node), 0);
	inode_get(&inode);
	*root = &inode;
	return 0;
}
