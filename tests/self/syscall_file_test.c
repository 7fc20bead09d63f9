/*
 * syscall_file_test.c: system calls on files, by number, with user memory good and bad.
 */
#include "kernel/proc/process.h"
#include "lib/string.h"
#include "tests/self/syscall_helpers.h"

enum { PATH = 0, DATA = 256, STATUS = 1024 };

static long open_path(const char *path, unsigned flags)
{
	return call(NR_open, user_string(PATH, path), flags, 0666);
}

/* The bytes that should be there, and are. */
static bool is(const void *at, const char *bytes)
{
	return memcmp(at, bytes, strlen(bytes)) == 0;
}

SELF_TEST("syscall.unknown", test_unknown)
{
	struct syscall_stats before, after;

	syscall_stats(&before);
	EXPECT_EQ(call(300), -ENOSYS);
	EXPECT_EQ(call(100000), -ENOSYS);
	EXPECT_EQ(call(UINT64_MAX), -ENOSYS);
	syscall_stats(&after);
	EXPECT_EQ(after.unknown - before.unknown, 3);
	EXPECT_EQ(after.calls - before.calls, 3);
}

SELF_TEST("syscall.open_read_write_close", test_open_read_write_close)
{
	long fd;

	if (!user_start())
		return;
	fd = open_path("/tmp/call", O_RDWR | O_CREAT | O_EXCL);
	EXPECT(fd >= 0);
	EXPECT_EQ(open_path("/tmp/call", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	user_string(DATA, "hello");
	EXPECT_EQ(call(NR_write, fd, user_at(DATA), 5), 5);
	EXPECT_EQ(call(NR_lseek, fd, 1, SEEK_SET), 1);
	EXPECT_EQ(call(NR_read, fd, user_at(DATA + 8), 100), 4);
	EXPECT(is(user + DATA + 8, "ello"));
	EXPECT_EQ(call(NR_pread64, fd, user_at(DATA + 8), 2, 0), 2);
	EXPECT(is(user + DATA + 8, "he"));
	EXPECT_EQ(call(NR_pwrite64, fd, user_at(DATA), 5, 3), 5);
	EXPECT_EQ(call(NR_lseek, fd, 0, SEEK_END), 8);
	EXPECT_EQ(call(NR_ftruncate, fd, 2), 0);
	EXPECT_EQ(call(NR_ftruncate, fd, -1), -EINVAL);
	EXPECT_EQ(call(NR_lseek, fd, 0, SEEK_END), 2);
	EXPECT_EQ(call(NR_close, fd), 0);
	EXPECT_EQ(call(NR_close, fd), -EBADF);
	/* An open that fails gives its number back. */
	EXPECT_EQ(open_path("/tmp/none", O_RDONLY), -ENOENT);
	EXPECT_EQ(open_path("/tmp/call", O_RDONLY), fd);
	EXPECT_EQ(call(NR_close, fd), 0);
	EXPECT_EQ(call(NR_unlink, user_string(PATH, "/tmp/call")), 0);
	EXPECT_EQ(call(NR_unlink, user_at(PATH)), -ENOENT);
	user_end();
}

SELF_TEST("syscall.bad_descriptors", test_bad_descriptors)
{
	static const int fds[] = { -1, 1000, FD_MAX, INT32_MAX, INT32_MIN };

	if (!user_start())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		int fd = fds[i];

		EXPECT_EQ(call(NR_read, fd, user_at(0), 1), -EBADF);
		EXPECT_EQ(call(NR_write, fd, user_at(0), 1), -EBADF);
		EXPECT_EQ(call(NR_pread64, fd, user_at(0), 1, 0), -EBADF);
		EXPECT_EQ(call(NR_pwrite64, fd, user_at(0), 1, 0), -EBADF);
		EXPECT_EQ(call(NR_readv, fd, user_at(0), 1), -EBADF);
		EXPECT_EQ(call(NR_writev, fd, user_at(0), 1), -EBADF);
		EXPECT_EQ(call(NR_close, fd), -EBADF);
		EXPECT_EQ(call(NR_fstat, fd, user_at(0)), -EBADF);
		EXPECT_EQ(call(NR_lseek, fd, 0, 0), -EBADF);
		EXPECT_EQ(call(NR_ioctl, fd, 0x5401, user_at(0)), -EBADF);
		EXPECT_EQ(call(NR_dup, fd), -EBADF);
		EXPECT_EQ(call(NR_dup2, fd, 9), -EBADF);
		EXPECT_EQ(call(NR_dup2, fd, fd), -EBADF);
		EXPECT_EQ(call(NR_dup3, fd, 9, 0), -EBADF);
		EXPECT_EQ(call(NR_fcntl, fd, F_GETFD), -EBADF);
		EXPECT_EQ(call(NR_getdents64, fd, user_at(0), 100), -EBADF);
		EXPECT_EQ(call(NR_ftruncate, fd, 0), -EBADF);
		EXPECT_EQ(call(NR_openat, fd, user_string(0, "x"), 0),
			  fd == AT_FDCWD ? -ENOENT : -EBADF);
	}
	user_end();
}

/* Every call that takes an address, with addresses that are none. */
SELF_TEST("syscall.bad_addresses", test_bad_addresses)
{
	static const uint64_t bad[] = { 0,	     USER_NOTHING, USER_END - 1, USER_END,
					USER_KERNEL, UINT64_MAX,   1ULL << 63 };
	long zero, file;

	if (!user_start())
		return;
	zero = open_path("/dev/zero", O_RDWR);
	file = open_path("/tmp/bad", O_RDWR | O_CREAT);
	EXPECT_EQ(call(NR_write, file, user_string(DATA, "12345678"), 8), 8);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(call(NR_read, zero, bad[i], 8), -EFAULT);
		EXPECT_EQ(call(NR_pread64, file, bad[i], 8, 0), -EFAULT);
		EXPECT_EQ(call(NR_write, file, bad[i], 8), -EFAULT);
		EXPECT_EQ(call(NR_readv, zero, bad[i], 1), -EFAULT);
		EXPECT_EQ(call(NR_open, bad[i], O_RDONLY), -EFAULT);
		EXPECT_EQ(call(NR_stat, bad[i], user_at(STATUS)), -EFAULT);
		EXPECT_EQ(call(NR_stat, user_string(PATH, "/"), bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_fstat, zero, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_newfstatat, AT_FDCWD, bad[i], user_at(STATUS), 0),
			  -EFAULT);
		EXPECT_EQ(call(NR_mkdir, bad[i], 0777), -EFAULT);
		EXPECT_EQ(call(NR_rmdir, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_unlink, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_poll, bad[i], 1, 0), -EFAULT);
		EXPECT_EQ(call(NR_uname, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_sysinfo, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_getrandom, bad[i], 8, 0), -EFAULT);
		EXPECT_EQ(call(NR_nanosleep, bad[i], 0), -EFAULT);
		EXPECT_EQ(call(NR_clock_gettime, CLOCK_MONOTONIC, bad[i]), -EFAULT);
		if (bad[i] == 0)
			continue;
		EXPECT_EQ(call(NR_time, bad[i]), -EFAULT);
		EXPECT_EQ(call(NR_gettimeofday, bad[i], 0), -EFAULT);
		EXPECT_EQ(call(NR_getcpu, bad[i], 0, 0), -EFAULT);
		EXPECT_EQ(call(NR_ppoll, 0, 0, bad[i], 0, 8), -EFAULT);
	}
	/* The failed writes left nothing behind the file's end, nor in it. */
	EXPECT_EQ(call(NR_lseek, file, 0, SEEK_END), 8);
	memset(user + 3 * PAGE_SIZE - 16, 'S', 16);
	EXPECT_EQ(call(NR_write, file, USER_NOTHING - 16, 24), -EFAULT);
	EXPECT_EQ(call(NR_ftruncate, file, 16), 0);
	EXPECT_EQ(call(NR_pread64, file, user_at(DATA), 16, 0), 16);
	EXPECT_EQ(memcmp(user + DATA, "12345678\0\0\0\0\0\0\0\0", 16), 0);
	EXPECT_EQ(call(NR_read, zero, USER_READ_ONLY, 8), -EFAULT);
	EXPECT_EQ(call(NR_write, zero, USER_READ_ONLY, 8), 8);
	EXPECT_EQ(call(NR_read, zero, USER_READ_ONLY - 4, 8), -EFAULT);
	EXPECT_EQ(call(NR_close, file), 0);
	EXPECT_EQ(call(NR_close, zero), 0);
	EXPECT_EQ(call(NR_unlink, user_string(PATH, "/tmp/bad")), 0);
	user_end();
}

SELF_TEST("syscall.stat", test_stat)
{
	struct abi_stat *stat;
	long fd;

	if (!user_start())
		return;
	stat = (struct abi_stat *)(user + STATUS);
	EXPECT_EQ(call(NR_umask, 027), 022);
	fd = open_path("/tmp/stat", O_RDWR | O_CREAT);
	EXPECT_EQ(call(NR_umask, 022), 027);
	EXPECT_EQ(call(NR_write, fd, user_at(DATA), 513), 513);
	EXPECT_EQ(call(NR_fstat, fd, user_at(STATUS)), 0);
	EXPECT_EQ(stat->size, 513);
	EXPECT_EQ(stat->mode, S_IFREG | 0640);
	EXPECT_EQ(stat->links, 1);
	EXPECT_EQ(stat->blocks, 8);
	EXPECT_EQ(call(NR_close, fd), 0);
	EXPECT_EQ(call(NR_stat, user_string(PATH, "/dev/null"), user_at(STATUS)), 0);
	EXPECT_EQ(stat->rdevice, 1 << 8 | 3);
	EXPECT_EQ(stat->mode, S_IFCHR | 0666);
	fd = open_path("/tmp", O_RDONLY | O_DIRECTORY);
	EXPECT_EQ(call(NR_newfstatat, fd, user_string(PATH, "stat"), user_at(STATUS), 0),
		  0);
	EXPECT_EQ(stat->size, 513);
	EXPECT_EQ(call(NR_newfstatat, fd, user_string(PATH, ""), user_at(STATUS), 0),
		  -ENOENT);
	EXPECT_EQ(call(NR_newfstatat, fd, user_at(PATH), user_at(STATUS), AT_EMPTY_PATH),
		  0);
	EXPECT_EQ(stat->mode & S_IFMT, S_IFDIR);
	EXPECT_EQ(call(NR_newfstatat, fd, user_at(PATH), user_at(STATUS), 1), -EINVAL);
	EXPECT_EQ(call(NR_unlinkat, fd, user_string(PATH, "stat"), 0), 0);
	EXPECT_EQ(call(NR_mkdirat, fd, user_string(PATH, "dir"), 0777), 0);
	EXPECT_EQ(call(NR_unlinkat, fd, user_at(PATH), 0), -EISDIR);
	EXPECT_EQ(call(NR_unlinkat, fd, user_at(PATH), 1), -EINVAL);
	EXPECT_EQ(call(NR_unlinkat, fd, user_at(PATH), AT_REMOVEDIR), 0);
	EXPECT_EQ(call(NR_close, fd), 0);
	fd = open_path("/dev/null", O_RDONLY);
	EXPECT_EQ(call(NR_openat, fd, user_string(PATH, "x"), O_RDONLY), -ENOTDIR);
	EXPECT_EQ(call(NR_openat, -1, user_string(PATH, "/dev/nil"), O_RDONLY), -ENOENT);
	EXPECT_EQ(call(NR_close, fd), 0);
	user_end();
}

SELF_TEST("syscall.descriptors", test_descriptors)
{
	long a, b, c;

	if (!user_start())
		return;
	a = open_path("/dev/null", O_RDWR | O_CLOEXEC);
	EXPECT_EQ(call(NR_fcntl, a, F_GETFD), FD_CLOEXEC);
	b = call(NR_dup, a);
	EXPECT(b > a);
	EXPECT_EQ(call(NR_fcntl, b, F_GETFD), 0);
	EXPECT_EQ(call(NR_fcntl, b, F_SETFD, FD_CLOEXEC), 0);
	EXPECT_EQ(call(NR_fcntl, b, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(call(NR_ioctl, b, FIONCLEX, 0), 0);
	EXPECT_EQ(call(NR_fcntl, b, F_GETFD), 0);
	c = call(NR_fcntl, a, F_DUPFD_CLOEXEC, 50);
	EXPECT_EQ(c, 50);
	EXPECT_EQ(call(NR_fcntl, c, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(call(NR_fcntl, a, F_DUPFD, FD_MAX), -EINVAL);
	EXPECT_EQ(call(NR_fcntl, a, 12345), -EINVAL);
	/* The open file's flags are one for all of its descriptors. */
	EXPECT_EQ(call(NR_fcntl, a, F_GETFL), O_RDWR | O_LARGEFILE);
	EXPECT_EQ(call(NR_fcntl, a, F_SETFL, O_NONBLOCK | O_RDONLY | O_CREAT), 0);
	EXPECT_EQ(call(NR_fcntl, b, F_GETFL), O_RDWR | O_LARGEFILE | O_NONBLOCK);
	*(int *)(user + DATA) = 0;
	EXPECT_EQ(call(NR_ioctl, b, FIONBIO, user_at(DATA)), 0);
	EXPECT_EQ(call(NR_fcntl, a, F_GETFL), O_RDWR | O_LARGEFILE);
	EXPECT_EQ(call(NR_dup2, a, a), a);
	EXPECT_EQ(call(NR_dup2, a, 50), 50);
	EXPECT_EQ(call(NR_fcntl, 50, F_GETFD), 0);
	EXPECT_EQ(call(NR_dup3, a, 50, O_CLOEXEC), 50);
	EXPECT_EQ(call(NR_fcntl, 50, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(call(NR_dup3, a, a, 0), -EINVAL);
	EXPECT_EQ(call(NR_dup3, a, 51, O_NONBLOCK), -EINVAL);
	EXPECT_EQ(call(NR_dup2, a, FD_MAX), -EBADF);
	EXPECT_EQ(call(NR_dup2, a, -1), -EBADF);
	EXPECT_EQ(call(NR_close, a), 0);
	EXPECT_EQ(call(NR_close, b), 0);
	EXPECT_EQ(call(NR_close, 50), 0);
	user_end();
}

static void set_segment(unsigned i, uint64_t base, uint64_t length)
{
	((struct abi_iovec *)(user + STATUS))[i] = (struct abi_iovec){ base, length };
}

SELF_TEST("syscall.vectors", test_vectors)
{
	long fd;

	if (!user_start())
		return;
	fd = open_path("/tmp/v", O_RDWR | O_CREAT);
	user_string(DATA, "abcdefgh");
	set_segment(0, user_at(DATA + 4), 2);
	set_segment(1, 0, 0);
	set_segment(2, user_at(DATA), 3);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 3), 5);
	EXPECT_EQ(call(NR_lseek, fd, 0, SEEK_SET), 0);
	set_segment(0, user_at(DATA + 16), 1);
	set_segment(1, user_at(DATA + 32), 100);
	EXPECT_EQ(call(NR_readv, fd, user_at(STATUS), 2), 5);
	EXPECT(is(user + DATA + 16, "e"));
	EXPECT(is(user + DATA + 32, "fabc"));
	EXPECT_EQ(call(NR_readv, fd, user_at(STATUS), 0), 0);
	EXPECT_EQ(call(NR_readv, fd, user_at(STATUS), -1), -EINVAL);
	EXPECT_EQ(call(NR_readv, fd, user_at(STATUS), IOV_MAX + 1), -EINVAL);
	set_segment(1, user_at(DATA), UINT64_MAX);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 2), -EINVAL);
	set_segment(0, user_at(DATA), INT64_MAX);
	set_segment(1, user_at(DATA), INT64_MAX);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 2), -EINVAL);
	/* What lies in front of a bad piece is moved. */
	set_segment(0, user_at(DATA), 4);
	set_segment(1, USER_NOTHING, 4);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 2), 4);
	set_segment(0, USER_NOTHING, 4);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 2), -EFAULT);
	for (unsigned i = 0; i < 100; i++)
		set_segment(i, user_at(DATA + i), 1);
	EXPECT_EQ(call(NR_writev, fd, user_at(STATUS), 100), 100);
	EXPECT_EQ(call(NR_close, fd), 0);
	EXPECT_EQ(call(NR_unlink, user_string(PATH, "/tmp/v")), 0);
	user_end();
}

static const struct abi_dirent *record_at(size_t offset)
{
	return (const struct abi_dirent *)(user + DATA + offset);
}

SELF_TEST("syscall.getdents64", test_getdents)
{
	size_t offset = 0;
	bool found = false;
	long fd, n;

	if (!user_start())
		return;
	fd = open_path("/dev", O_RDONLY | O_DIRECTORY);
	EXPECT_EQ(call(NR_getdents64, fd, user_at(DATA), 8), -EINVAL);
	EXPECT_EQ(call(NR_getdents64, fd, USER_NOTHING, 100), -EFAULT);
	EXPECT_EQ(call(NR_getdents64, fd, user_at(DATA), 50), 48);
	EXPECT(strcmp(record_at(0)->name, ".") == 0);
	EXPECT(strcmp(record_at(24)->name, "..") == 0);
	n = call(NR_getdents64, fd, user_at(DATA), 4096);
	while (n > 0 && offset < (size_t)n) {
		const struct abi_dirent *record = record_at(offset);

		EXPECT_EQ(record->length % 8, 0);
		found |= strcmp(record->name, "null") == 0 &&
			 record->type == 2 /* DT_CHR */;
		offset += record->length;
	}
	EXPECT(found);
	EXPECT_EQ(offset, n);
	EXPECT_EQ(call(NR_getdents64, fd, user_at(DATA), 4096), 0);
	EXPECT_EQ(call(NR_read, fd, user_at(DATA), 1), -EISDIR);
	EXPECT_EQ(call(NR_close, fd), 0);
	fd = open_path("/dev/null", O_RDONLY);
	EXPECT_EQ(call(NR_getdents64, fd, user_at(DATA), 4096), -ENOTDIR);
	EXPECT_EQ(call(NR_close, fd), 0);
	user_end();
}

SELF_TEST("syscall.long_paths", test_long_paths)
{
	if (!user_start())
		return;
	memset(user, '/', 2 * PAGE_SIZE);
	EXPECT_EQ(call(NR_open, user_at(0), O_RDONLY), -ENAMETOOLONG);
	memcpy(user + 4000, "dev/null", 9);
	EXPECT_EQ(call(NR_stat, user_at(0), user_at(5000)), 0);
	memset(user, 'x', 2 * PAGE_SIZE);
	EXPECT_EQ(call(NR_open, user_at(0), O_RDONLY), -ENAMETOOLONG);
	user[300] = 0;
	EXPECT_EQ(call(NR_open, user_at(0), O_RDONLY), -ENAMETOOLONG);
	/* No end before what is not mapped. */
	EXPECT_EQ(call(NR_open, user_at(2 * PAGE_SIZE - 3), O_RDONLY), -ENOENT);
	user_end();
}

/* Without a number there must be no file either. */
SELF_TEST("syscall.emfile", test_emfile)
{
	long fd, first, n;

	if (!user_start())
		return;
	first = open_path("/dev/null", O_RDONLY);
	for (n = 1;; n++) {
		fd = call(NR_dup, first);
		if (fd < 0)
			break;
	}
	EXPECT_EQ(fd, -EMFILE);
	EXPECT(n > FD_MAX - 10);
	EXPECT_EQ(open_path("/tmp/none", O_CREAT | O_RDWR), -EMFILE);
	EXPECT_EQ(call(NR_stat, user_at(PATH), user_at(STATUS)), -ENOENT);
	for (fd = first; n--; fd++)
		EXPECT_EQ(call(NR_close, fd), 0);
	user_end();
}
