/*
 * sys_file.c: system calls on open files: bytes in and out, position, ioctl.
 */
#include "kernel/mm/slab.h"
#include "kernel/syscall/internal.h"

enum { SEGMENTS_INLINE = 8 };

long sys_read(int fd, struct user_ptr buffer, size_t size)
{
	struct iter to = iter_user(buffer, MIN(size, FILE_TRANSFER_MAX));
	CURRENT_FILE(file, fd);

	return file ? do_read(file, &to) : -EBADF;
}

long sys_write(int fd, struct user_ptr buffer, size_t size)
{
	struct iter from = iter_user(buffer, MIN(size, FILE_TRANSFER_MAX));
	CURRENT_FILE(file, fd);

	return file ? do_write(file, &from) : -EBADF;
}

long sys_pread64(int fd, struct user_ptr buffer, size_t size, off_t position)
{
	struct iter to = iter_user(buffer, MIN(size, FILE_TRANSFER_MAX));
	CURRENT_FILE(file, fd);

	if (position < 0)
		return -EINVAL;
	return file ? do_pread(file, &to, position) : -EBADF;
}

long sys_pwrite64(int fd, struct user_ptr buffer, size_t size, off_t position)
{
	struct iter from = iter_user(buffer, MIN(size, FILE_TRANSFER_MAX));
	CURRENT_FILE(file, fd);

	if (position < 0)
		return -EINVAL;
	return file ? do_pwrite(file, &from, position) : -EBADF;
}

/* The bytes of a vector, cut at FILE_TRANSFER_MAX; -EINVAL where POSIX says so. */
static ssize_t sum_segments(const struct iter_segment *segments, int count)
{
	size_t total = 0;

	for (int i = 0; i < count; i++) {
		if ((ssize_t)segments[i].size < 0 ||
		    segments[i].size > (size_t)INT64_MAX - total)
			return -EINVAL;
		total += segments[i].size;
	}
	return (ssize_t)MIN(total, FILE_TRANSFER_MAX);
}

/* struct iovec of the ABI has the form of a segment. */
_Static_assert(sizeof(struct abi_iovec) == sizeof(struct iter_segment), "iovec");

static long transfer_vector(int fd, struct user_ptr vector, int count,
			    ssize_t (*transfer)(struct file *file, struct iter *it))
{
	struct iter_segment few[SEGMENTS_INLINE], *segments = few;
	CURRENT_FILE(file, fd);
	struct iter it;
	long result;

	if (!file)
		return -EBADF;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	if (count > SEGMENTS_INLINE)
		segments = kmalloc((size_t)count * sizeof(*segments), GFP_KERNEL);
	if (!segments)
		return -ENOMEM;
	result = copy_from_user(segments, vector, (size_t)count * sizeof(*segments));
	if (result == 0)
		result = sum_segments(segments, count);
	if (result >= 0) {
		it = iter_segments(true, segments, (size_t)result);
		result = transfer(file, &it);
	}
	if (segments != few)
		kfree(segments);
	return result;
}

long sys_readv(int fd, struct user_ptr vector, int count)
{
	return transfer_vector(fd, vector, count, do_read);
}

long sys_writev(int fd, struct user_ptr vector, int count)
{
	return transfer_vector(fd, vector, count, do_write);
}

long sys_lseek(int fd, off_t offset, int whence)
{
	CURRENT_FILE(file, fd);

	return file ? do_lseek(file, offset, whence) : -EBADF;
}

long sys_ftruncate(int fd, off_t size)
{
	CURRENT_FILE(file, fd);

	if (size < 0)
		return -EINVAL;
	return file ? do_ftruncate(file, size) : -EBADF;
}

static int set_nonblock(struct file *file, struct user_ptr from)
{
	unsigned flags = atomic_load(&file->flags) & ~(unsigned)O_NONBLOCK;
	int on;

	if (copy_from_user(&on, from, sizeof(on)))
		return -EFAULT;
	do_set_flags(file, flags | (on ? O_NONBLOCK : 0));
	return 0;
}

/* Some commands are for every file: ioctl_tty(2) and open files' own. */
long sys_ioctl(int fd, unsigned command, uint64_t argument)
{
	CURRENT_FILE(file, fd);

	if (!file)
		return -EBADF;
	switch (command) {
	case FIOCLEX:
	case FIONCLEX:
		return fdtable_set_cloexec(process_current()->files, fd,
					   command == FIOCLEX);
	case FIONBIO:
		return set_nonblock(file, (struct user_ptr){ argument });
	default:
		return do_ioctl(file, command,
				(struct argument){ .user = true, .value = argument });
	}
}
