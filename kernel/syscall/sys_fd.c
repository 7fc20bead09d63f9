/*
 * sys_fd.c: system calls on descriptors.
 */
#include "kernel/syscall/internal.h"

long sys_close(int fd)
{
	return fdtable_close(process_current()->files, fd);
}

/* Gives the file of fd, and the caller's reference to it, a number >= from. */
static long duplicate(int fd, int from, bool close_on_exec)
{
	struct file *file = current_file(fd);
	int result;

	if (!file)
		return -EBADF;
	result = fdtable_install(process_current()->files, file, from, close_on_exec);
	if (result < 0)
		file_put(file);
	return result;
}

long sys_dup(int fd)
{
	return duplicate(fd, 0, false);
}

static long duplicate_to(int fd, int to, bool close_on_exec)
{
	struct file *file = current_file(fd);
	int result;

	if (!file)
		return -EBADF;
	result = fdtable_replace(process_current()->files, to, file, close_on_exec);
	if (result < 0)
		file_put(file);
	return result;
}

long sys_dup2(int fd, int to)
{
	/* To itself: only whether it is open. */
	if (fd == to) {
		int open = fdtable_get_cloexec(process_current()->files, fd);

		return open < 0 ? open : fd;
	}
	return duplicate_to(fd, to, false);
}

long sys_dup3(int fd, int to, unsigned flags)
{
	if (fd == to || flags & ~(unsigned)O_CLOEXEC)
		return -EINVAL;
	return duplicate_to(fd, to, flags & O_CLOEXEC);
}

static long set_flags(int fd, unsigned flags)
{
	CURRENT_FILE(file, fd);

	if (!file)
		return -EBADF;
	do_set_flags(file, flags);
	return 0;
}

static long get_flags(int fd)
{
	CURRENT_FILE(file, fd);

	return file ? (long)atomic_load(&file->flags) : -EBADF;
}

long sys_fcntl(int fd, int command, uint64_t argument)
{
	struct fdtable *files = process_current()->files;
	int open = fdtable_get_cloexec(files, fd);

	if (open < 0)
		return open;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (argument >= FD_MAX)
			return -EINVAL;
		return duplicate(fd, (int)argument, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return open ? FD_CLOEXEC : 0;
	case F_SETFD:
		return fdtable_set_cloexec(files, fd, argument & FD_CLOEXEC);
	case F_GETFL:
		return get_flags(fd);
	case F_SETFL:
		return set_flags(fd, (unsigned)argument);
	default:
		return -EINVAL;
	}
}
