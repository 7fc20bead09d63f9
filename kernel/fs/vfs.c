/*
 * vfs.c: opening, making and removing by name.
 *
 * Each operation walks to the directory of the last component, decides by what POSIX
 * says of the path's end ("/", ".", "..", a trailing slash), and asks the directory's
 * file system, which does the rest under its own lock. Two tasks that create the same
 * name meet there: one of them gets -EEXIST and looks again.
 */
#include "kernel/fs/vfs.h"

#include "kernel/fs/internal.h"
#include "kernel/x86/layout.h"

void inode_get(struct inode *inode)
{
	refcount_get(&inode->refs);
}

void inode_put(struct inode *inode)
{
	if (refcount_put(&inode->refs))
		inode->ops->drop(inode);
}

void inode_status(struct inode *inode, struct file_status *status)
{
	*status = (struct file_status){
		.inode = inode->number,
		.mode = inode->mode,
		.links = 1,
		.block_size = PAGE_SIZE,
	};
	if (inode->ops->status)
		inode->ops->status(inode, status);
}

int vfs_lookup_at(struct inode *start, const char *path, struct inode **result)
{
	struct walk walk;
	int error = walk_start(start, path, &walk);

	if (error)
		return error;
	error = walk_end(&walk, result);
	inode_put(walk.directory);
	return error;
}

/* Finds the last component, or makes a regular file of that name. */
static int find_or_create(const struct walk *walk, unsigned flags, uint32_t mode,
			  struct inode **result, bool *created)
{
	struct inode *directory = walk->directory;
	int error;

	if (walk->last.slash || !walk_is_name(walk))
		return flags & O_EXCL && !walk_is_name(walk) ? -EEXIST : -EISDIR;
	for (;;) {
		error = walk_end(walk, result);
		if (error == 0 && flags & O_EXCL) {
			inode_put(*result);
			return -EEXIST;
		}
		if (error != -ENOENT)
			return error;
		if (!directory->ops->create)
			return -EACCES;
		error = directory->ops->create(directory, walk->last.name,
					       S_IFREG | (mode & 07777), result);
		*created = error == 0;
		/* Somebody else made it since we looked. */
		if (error != -EEXIST || flags & O_EXCL)
			return error;
	}
}

/* Whether an inode may be opened with these flags. */
static int check_open(const struct inode *inode, unsigned flags)
{
	bool changes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);

	if (flags & O_DIRECTORY && !inode_is_directory(inode))
		return -ENOTDIR;
	if (inode_is_directory(inode) && changes)
		return -EISDIR;
	return inode->ops->open ? 0 : -ENXIO;
}

static int open_inode(struct inode *inode, unsigned flags, bool created,
		      struct file **result)
{
	struct file *file;
	int error = check_open(inode, flags);

	if (error)
		return error;
	error = inode->ops->open(inode, flags, &file);
	if (error)
		return error;
	if (flags & O_TRUNC && !created && inode->ops->truncate)
		error = inode->ops->truncate(inode, 0);
	if (error) {
		file_put(file);
		return error;
	}
	*result = file;
	return 0;
}

int vfs_open_at(struct inode *start, const char *path, unsigned flags, uint32_t mode,
		struct file **result)
{
	struct walk walk;
	struct inode *inode;
	bool created = false;
	int error;

	if (flags & O_CREAT && flags & O_DIRECTORY)
		return -EINVAL;
	error = walk_start(start, path, &walk);
	if (error)
		return error;
	if (flags & O_CREAT)
		error = find_or_create(&walk, flags, mode, &inode, &created);
	else
		error = walk_end(&walk, &inode);
	inode_put(walk.directory);
	if (error)
		return error;
	error = open_inode(inode, flags, created, result);
	inode_put(inode);
	return error;
}

int vfs_mkdir_at(struct inode *start, const char *path, uint32_t mode)
{
	struct walk walk;
	struct inode *child;
	int error = walk_start(start, path, &walk);

	if (error)
		return error;
	if (!walk_is_name(&walk))
		error = -EEXIST;
	else
		error = walk_end(&walk, &child);
	if (error == 0) {
		inode_put(child);
		error = -EEXIST;
	} else if (error == -ENOTDIR) {
		/* It exists, and is no directory: "file/". */
		error = -EEXIST;
	} else if (error == -ENOENT) {
		error = -EPERM;
		if (walk.directory->ops->create)
			error = walk.directory->ops->create(
				walk.directory, walk.last.name, S_IFDIR | (mode & 01777),
				&child);
		if (error == 0)
			inode_put(child);
	}
	inode_put(walk.directory);
	return error;
}

/* Whether the last component, which exists, is covered by a mount; or an error. */
static int entry_is_mounted(const struct walk *walk)
{
	struct inode *inode;
	bool mounted;
	int error =
		walk->directory->ops->lookup(walk->directory, walk->last.name, &inode);

	if (error)
		return error;
	mounted = inode->mounted != NULL;
	inode_put(inode);
	return mounted;
}

static int unlink_last(const struct walk *walk)
{
	struct inode *directory = walk->directory, *child;
	int error;

	if (!walk_is_name(walk))
		return -EISDIR;
	error = walk_end(walk, &child); /* -ENOENT, -ENOTDIR for "file/" */
	if (error)
		return error;
	error = inode_is_directory(child) ? -EISDIR : 0;
	inode_put(child);
	if (error)
		return error;
	return directory->ops->unlink ? directory->ops->unlink(directory, walk->last.name)
				      : -EPERM;
}

static int rmdir_last(const struct walk *walk)
{
	struct inode *directory = walk->directory;
	int mounted;

	if (!walk->last.name[0])
		return -EBUSY;
	if (path_is_dot(walk->last.name))
		return -EINVAL;
	if (path_is_dot_dot(walk->last.name))
		return -ENOTEMPTY;
	mounted = entry_is_mounted(walk);
	if (mounted)
		return mounted < 0 ? mounted : -EBUSY;
	return directory->ops->rmdir ? directory->ops->rmdir(directory, walk->last.name)
				     : -EPERM;
}

int vfs_unlink_at(struct inode *start, const char *path)
{
	struct walk walk;
	int error = walk_start(start, path, &walk);

	if (error)
		return error;
	error = unlink_last(&walk);
	inode_put(walk.directory);
	return error;
}

int vfs_rmdir_at(struct inode *start, const char *path)
{
	struct walk walk;
	int error = walk_start(start, path, &walk);

	if (error)
		return error;
	error = rmdir_last(&walk);
	inode_put(walk.directory);
	return error;
}

int vfs_lookup(const char *path, struct inode **result)
{
	return vfs_lookup_at(NULL, path, result);
}

int vfs_open(const char *path, unsigned flags, uint32_t mode, struct file **result)
{
	return vfs_open_at(NULL, path, flags, mode, result);
}

int vfs_stat(const char *path, struct file_status *status)
{
	struct inode *inode;
	int error = vfs_lookup(path, &inode);

	if (error)
		return error;
	inode_status(inode, status);
	inode_put(inode);
	return 0;
}

int vfs_unlink(const char *path)
{
	return vfs_unlink_at(NULL, path);
}

int vfs_rmdir(const char *path)
{
	return vfs_rmdir_at(NULL, path);
}

int vfs_mkdir(const char *path, uint32_t mode)
{
	return vfs_mkdir_at(NULL, path, mode);
}
