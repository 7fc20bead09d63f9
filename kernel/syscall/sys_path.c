/*
 * sys_path.c: system calls that take a path. There is no working directory yet: a path
 * that is relative to AT_FDCWD begins at the root.
 */
#include "kernel/syscall/internal.h"

enum {
	O_PATH = 010000000,    /* not supported */
	O_TMPFILE = 020000000, /* not supported */
	OPEN_FLAGS_KEPT = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |
			  O_NONBLOCK | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
};

/* A path of a call, and where it begins. */
struct place {
	struct user_path path;
	struct file *directory; /* holds start */
	struct inode *start;	/* NULL: the root */
};

static int place_directory(struct place *place, int at)
{
	place->directory = NULL;
	place->start = NULL;
	if (at == AT_FDCWD || place->path.text[0] == '/')
		return 0;
	place->directory = current_file(at);
	if (!place->directory)
		return -EBADF;
	place->start = place->directory->inode;
	if (place->start && inode_is_directory(place->start))
		return 0;
	file_put(place->directory);
	return -ENOTDIR;
}

/* On success the caller calls place_put. */
static int place_get(struct place *place, int at, struct user_ptr path)
{
	int error = user_path_get(&place->path, path);

	if (error)
		return error;
	error = place_directory(place, at);
	if (error)
		user_path_free(&place->path);
	return error;
}

static void place_put(struct place *place)
{
	if (place->directory)
		file_put(place->directory);
	user_path_free(&place->path);
}

static unsigned without_umask(unsigned mode)
{
	return mode & ~atomic_load(&process_current()->umask);
}

/* The number is reserved first: without one, no file is made. */
static long open_place(const struct place *place, unsigned flags, unsigned mode)
{
	struct fdtable *files = process_current()->files;
	struct file *file;
	int fd = fdtable_reserve(files, 0), error;

	if (fd < 0)
		return fd;
	error = vfs_open_at(place->start, place->path.text, flags | O_LARGEFILE,
			    without_umask(mode), &file);
	if (error) {
		fdtable_cancel(files, fd);
		return error;
	}
	fdtable_fill(files, fd, file, flags & O_CLOEXEC);
	return fd;
}

long sys_openat(int at, struct user_ptr path, unsigned flags, unsigned mode)
{
	struct place place;
	long result;
	int error;

	if (flags & O_PATH)
		return -EINVAL;
	if (flags & O_TMPFILE)
		return -EOPNOTSUPP;
	error = place_get(&place, at, path);
	if (error)
		return error;
	result = open_place(&place, flags & OPEN_FLAGS_KEPT, mode);
	place_put(&place);
	return result;
}

long sys_open(struct user_ptr path, unsigned flags, unsigned mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(struct user_ptr path, unsigned mode)
{
	return sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static struct abi_timespec abi_time(uint64_t ns)
{
	return (struct abi_timespec){ (int64_t)(ns / NSEC_PER_SEC),
				      (int64_t)(ns % NSEC_PER_SEC) };
}

static long put_status(struct user_ptr to, const struct file_status *status)
{
	const struct abi_stat stat = {
		.device = status->device,
		.inode = status->inode,
		.links = status->links,
		.mode = status->mode,
		.uid = status->uid,
		.gid = status->gid,
		.rdevice = status->rdevice,
		.size = (int64_t)status->size,
		.block_size = status->block_size,
		.blocks = (int64_t)status->blocks,
		.atime = abi_time(status->atime),
		.mtime = abi_time(status->mtime),
		.ctime = abi_time(status->ctime),
	};

	return copy_to_user(to, &stat, sizeof(stat));
}

long sys_fstat(int fd, struct user_ptr to)
{
	struct file_status status;
	CURRENT_FILE(file, fd);
	int error;

	if (!file)
		return -EBADF;
	error = do_fstat(file, &status);
	return error ? error : put_status(to, &status);
}

static int status_at(int at, struct user_ptr path, struct file_status *status)
{
	struct place place;
	struct inode *inode;
	int error = place_get(&place, at, path);

	if (error)
		return error;
	error = vfs_lookup_at(place.start, place.path.text, &inode);
	place_put(&place);
	if (error)
		return error;
	inode_status(inode, status);
	inode_put(inode);
	return 0;
}

/* Whether a path is the empty string. */
static bool is_empty(struct user_ptr path)
{
	char first;

	return copy_from_user(&first, path, sizeof(first)) == 0 && !first;
}

long sys_newfstatat(int at, struct user_ptr path, struct user_ptr to, unsigned flags)
{
	struct file_status status;
	int error;

	if (flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && is_empty(path)) {
		if (at != AT_FDCWD)
			return sys_fstat(at, to);
		error = vfs_stat("/", &status);
	} else {
		error = status_at(at, path, &status);
	}
	return error ? error : put_status(to, &status);
}

long sys_stat(struct user_ptr path, struct user_ptr to)
{
	return sys_newfstatat(AT_FDCWD, path, to, 0);
}

long sys_lstat(struct user_ptr path, struct user_ptr to)
{
	return sys_newfstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

long sys_truncate(struct user_ptr path, off_t size)
{
	struct place place;
	struct inode *inode;
	int error;

	if (size < 0)
		return -EINVAL;
	error = place_get(&place, AT_FDCWD, path);
	if (error)
		return error;
	error = vfs_lookup_at(place.start, place.path.text, &inode);
	place_put(&place);
	if (error)
		return error;
	if (inode_is_directory(inode))
		error = -EISDIR;
	else if (!inode->ops->truncate)
		error = -EINVAL;
	else
		error = inode->ops->truncate(inode, (uint64_t)size);
	inode_put(inode);
	return error;
}

long sys_mkdirat(int at, struct user_ptr path, unsigned mode)
{
	struct place place;
	int error = place_get(&place, at, path);

	if (error)
		return error;
	error = vfs_mkdir_at(place.start, place.path.text, without_umask(mode));
	place_put(&place);
	return error;
}

long sys_mkdir(struct user_ptr path, unsigned mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_unlinkat(int at, struct user_ptr path, unsigned flags)
{
	struct place place;
	int error;

	if (flags & ~(unsigned)AT_REMOVEDIR)
		return -EINVAL;
	error = place_get(&place, at, path);
	if (error)
		return error;
	if (flags & AT_REMOVEDIR)
		error = vfs_rmdir_at(place.start, place.path.text);
	else
		error = vfs_unlink_at(place.start, place.path.text);
	place_put(&place);
	return error;
}

long sys_unlink(struct user_ptr path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(struct user_ptr path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

long sys_umask(unsigned mask)
{
	return atomic_exchange(&process_current()->umask, mask & 0777);
}
