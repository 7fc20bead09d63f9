/*
 * file.c: open file descriptions, and the operations that check what every file wants
 * checked before the file's own implementation runs.
 *
 * A file is whole from file_create to the last file_put; its ops and inode never
 * change. The position is touched under position_lock only, and only for files whose
 * ops are `positioned`: a reader that sleeps in a terminal holds no lock.
 */
#include "kernel/fs/file.h"

#include "kernel/fs/vfs.h"
#include "kernel/mm/slab.h"

LOCK_CLASS(position_class, "file position", RANK_FILE, LOCK_SLEEPS);
static struct kmem_cache file_cache;

void file_init(void)
{
	kmem_cache_init(&file_cache, "file", sizeof(struct file), 0);
}

int file_create(const struct file_ops *ops, struct inode *inode, unsigned flags,
		void *private_, struct file **result)
{
	struct file *file = kmem_alloc(&file_cache, GFP_KERNEL);

	if (!file)
		return -ENOMEM;
	refcount_init(&file->refs, 1);
	file->ops = ops;
	file->inode = inode;
	/* What open(2) does once is no property of the open file. */
	atomic_init(&file->flags,
		    flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC));
	mutex_init(&file->position_lock, &position_class);
	file->position = 0;
	file->private_ = private_;
	*result = file;
	return 0;
}

void file_get(struct file *file)
{
	refcount_get(&file->refs);
}

void file_put(struct file *file)
{
	if (!refcount_put(&file->refs))
		return;
	if (file->ops->release)
		file->ops->release(file);
	if (file->inode)
		inode_put(file->inode);
	kmem_free(&file_cache, file);
}

/* What reading or writing means where there is no operation for it. */
static int no_transfer(const struct file *file)
{
	return file->inode && inode_is_directory(file->inode) ? -EISDIR : -EINVAL;
}

ssize_t do_read(struct file *file, struct iter *to)
{
	off_t unused = 0;
	ssize_t n;

	if (!file_readable(file))
		return -EBADF;
	if (!file->ops->read)
		return no_transfer(file);
	if (!file->ops->positioned)
		return file->ops->read(file, to, &unused);
	mutex_lock(&file->position_lock);
	n = file->ops->read(file, to, &file->position);
	mutex_unlock(&file->position_lock);
	return n;
}

ssize_t do_write(struct file *file, struct iter *from)
{
	off_t unused = 0;
	ssize_t n;

	if (!file_writable(file))
		return -EBADF;
	if (!file->ops->write)
		return no_transfer(file);
	if (!file->ops->positioned)
		return file->ops->write(file, from, &unused);
	mutex_lock(&file->position_lock);
	n = file->ops->write(file, from, &file->position);
	mutex_unlock(&file->position_lock);
	return n;
}

ssize_t do_pread(struct file *file, struct iter *to, off_t position)
{
	if (position < 0)
		return -EINVAL;
	if (!file->ops->seek)
		return -ESPIPE;
	if (!file_readable(file))
		return -EBADF;
	if (!file->ops->read)
		return no_transfer(file);
	return file->ops->read(file, to, &position);
}

ssize_t do_pwrite(struct file *file, struct iter *from, off_t position)
{
	if (position < 0)
		return -EINVAL;
	if (!file->ops->seek)
		return -ESPIPE;
	if (!file_writable(file))
		return -EBADF;
	if (!file->ops->write)
		return no_transfer(file);
	return file->ops->write(file, from, &position);
}

off_t file_seek(struct file *file, off_t offset, int whence, uint64_t size)
{
	off_t base = 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = file->position;
		break;
	case SEEK_END:
		base = (off_t)size;
		break;
	case SEEK_DATA: /* all of the file counts as data, its end as a hole */
	case SEEK_HOLE:
		if (offset < 0 || (uint64_t)offset >= size)
			return -ENXIO;
		if (whence == SEEK_HOLE)
			offset = (off_t)size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &offset))
		return -EOVERFLOW;
	if (offset < 0)
		return -EINVAL;
	file->position = offset;
	return offset;
}

off_t do_lseek(struct file *file, off_t offset, int whence)
{
	off_t position;

	if (whence < SEEK_SET || whence > SEEK_HOLE)
		return -EINVAL;
	if (!file->ops->seek)
		return -ESPIPE;
	if (!file->ops->positioned && !file->ops->readdir)
		return file->ops->seek(file, offset, whence);
	mutex_lock(&file->position_lock);
	position = file->ops->seek(file, offset, whence);
	mutex_unlock(&file->position_lock);
	return position;
}

int do_ioctl(struct file *file, unsigned command, struct argument argument)
{
	if (!file->ops->ioctl)
		return -ENOTTY;
	return file->ops->ioctl(file, command, argument);
}

int do_fstat(struct file *file, struct file_status *status)
{
	if (file->inode) {
		inode_status(file->inode, status);
		return 0;
	}
	*status =
		(struct file_status){ .mode = 0600, .links = 1, .block_size = PAGE_SIZE };
	return 0;
}

int do_ftruncate(struct file *file, off_t size)
{
	if (size < 0 || !file_writable(file) || !file->inode ||
	    !file->inode->ops->truncate)
		return -EINVAL;
	return file->inode->ops->truncate(file->inode, (uint64_t)size);
}

int do_readdir(struct file *file,
	       bool (*emit)(const struct directory_entry *entry, void *context),
	       void *context)
{
	int error;

	if (!file->ops->readdir)
		return -ENOTDIR;
	mutex_lock(&file->position_lock);
	error = file->ops->readdir(file, &file->position, emit, context);
	mutex_unlock(&file->position_lock);
	return error;
}

void do_set_flags(struct file *file, unsigned flags)
{
	const unsigned changeable = O_NONBLOCK | O_APPEND;
	unsigned before = atomic_load(&file->flags), after;

	do {
		after = (before & ~changeable) | (flags & changeable);
	} while (!atomic_compare_exchange_weak(&file->flags, &before, after));
}

unsigned file_poll(struct file *file, struct poll_table *table)
{
	if (!file->ops->poll)
		return POLL_IN | POLL_OUT | POLL_RDNORM | POLL_WRNORM;
	return file->ops->poll(file, table);
}
