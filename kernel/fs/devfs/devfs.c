/*
 * devfs.c: /dev: a directory of the character devices that are registered.
 *
 * A device gets its inode when somebody first looks for it, and keeps it for good, as
 * the device itself does. A file's private_ is the device's session.
 */
#include "kernel/fs/filesystem.h"
#include "kernel/mm/slab.h"
#include "kernel/debug/panic.h"

struct node {
	struct inode inode;
	struct chardev *device; /* [I] */
	struct list link;
};

struct devfs {
	struct inode root;
	struct mutex lock;
	struct list nodes;    /* [lock] in order of appearance */
	uint64_t next_number; /* [lock] */
};

LOCK_CLASS(devfs_class, "devfs", RANK_DIRECTORY, LOCK_SLEEPS);
enum { ROOT_NUMBER = 1 };

static struct chardev *file_device(const struct file *file)
{
	return container_of(file->inode, struct node, inode)->device;
}

static ssize_t device_read(struct file *file, struct iter *to, off_t *position)
{
	struct chardev *device = file_device(file);

	if (!device->ops->read)
		return -EINVAL;
	return device->ops->read(device, file->private_, to, atomic_load(&file->flags),
				 position);
}

static ssize_t device_write(struct file *file, struct iter *from, off_t *position)
{
	struct chardev *device = file_device(file);

	if (!device->ops->write)
		return -EINVAL;
	return device->ops->write(device, file->private_, from, atomic_load(&file->flags),
				  position);
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
	return device->ops->ioctl(device, file->private_, command, argument);
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
	int error = ops->open ? ops->open(device, flags, &session) : 0;

	if (error)
		return error;
	inode_get(inode);
	error = file_create(ops->seekable || ops->seek ? &seekable_ops : &stream_ops, inode,
			    flags, session, result);
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

static void node_status(struct inode *inode, struct file_status *status)
{
	status->device = DEVFS_DEVICE;
	status->rdevice = device_number(container_of(inode, struct node, inode)->device);
}

/* The tree owns a reference to each of its inodes for good. */
static void never_dropped(struct inode *inode)
{
	panic("devfs: inode %llu was put too often", (unsigned long long)inode->number);
}

static const struct inode_ops node_ops = {
	.open = node_open,
	.status = node_status,
	.drop = never_dropped,
};

/* The device's node, made where there is none yet. */
static int node_of(struct devfs *fs, struct chardev *device, struct node **result)
{
	struct node *node;

	MUTEX_GUARD(&fs->lock);
	list_for_each(node, &fs->nodes, link) {
		if (node->device == device) {
			*result = node;
			return 0;
		}
	}
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return -ENOMEM;
	refcount_init(&node->inode.refs, 1);
	node->inode.ops = &node_ops;
	node->inode.number = fs->next_number++;
	node->inode.mode = S_IFCHR | device->mode;
	node->device = device;
	list_add_tail(&fs->nodes, &node->link);
	*result = node;
	return 0;
}

static int root_lookup(struct inode *directory, const char *name, struct inode **child)
{
	struct devfs *fs = container_of(directory, struct devfs, root);
	struct chardev *device = chardev_find(name);
	struct node *node;
	int error;

	if (!device)
		return -ENOENT;
	error = node_of(fs, device, &node);
	if (error)
		return error;
	inode_get(&node->inode);
	*child = &node->inode;
	return 0;
}

/* Positions from 2 on count devices in order of registration. */
static int root_readdir(struct file *file, off_t *position,
			bool (*emit)(const struct directory_entry *entry, void *context),
			void *context)
{
	struct devfs *fs = container_of(file->inode, struct devfs, root);
	off_t at = 2;

	if (!directory_emit_dots(file->inode, position, emit, context))
		return 0;
	for (struct chardev *device = chardev_next(NULL); device;
	     device = chardev_next(device)) {
		struct directory_entry entry = { .name = device->name, .next = ++at };
		struct node *node;
		int error;

		if (at <= *position)
			continue;
		error = node_of(fs, device, &node);
		if (error)
			return error;
		entry.inode = node->inode.number;
		entry.type = directory_type(node->inode.mode);
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
	int error;

	inode_get(inode);
	error = file_create(&root_file_ops, inode, flags, NULL, result);
	if (error)
		inode_put(inode);
	return error;
}

static void root_status(struct inode *inode, struct file_status *status)
{
	status->device = DEVFS_DEVICE;
	status->links = 2;
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.open = root_open,
	.status = root_status,
	.drop = never_dropped,
};

int devfs_create(struct inode **root)
{
	struct devfs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return -ENOMEM;
	refcount_init(&fs->root.refs, 2); /* the caller's, and one for good */
	fs->root.ops = &root_ops;
	fs->root.number = ROOT_NUMBER;
	fs->root.mode = S_IFDIR | 0755;
	mutex_init(&fs->lock, &devfs_class);
	list_init(&fs->nodes);
	fs->next_number = ROOT_NUMBER + 1;
	*root = &fs->root;
	return 0;
}
