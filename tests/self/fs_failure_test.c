/*
 * fs_failure_test.c: every operation on files with its 1st, 2nd, ... Nth allocation
 * failing: the error is -ENOMEM and nothing stays behind.
 */
#include "tests/self/fs_helpers.h"

static int open_device(void)
{
	return try_open("/dev/null", O_RDWR);
}

static int open_session(void)
{
	return try_open("/dev/kmsg", O_RDWR);
}

static int open_text(void)
{
	return try_open("/proc/slabinfo", O_RDONLY);
}

static int open_directory(void)
{
	return try_open("/tmp", O_RDONLY);
}

/* Takes away what a failed attempt may have left, as a program would. */
static int create(void)
{
	int error = try_open("/tmp/sweep", O_RDWR | O_CREAT | O_EXCL), gone;

	gone = vfs_unlink("/tmp/sweep");
	return error ? error : gone;
}

static int make_directory(void)
{
	int error = vfs_mkdir("/tmp/sweep", 0755);

	return error ? error : vfs_rmdir("/tmp/sweep");
}

static int write_pages(void)
{
	static char page[4096];
	struct file *file;
	int error = vfs_open("/tmp/sweep", O_WRONLY | O_CREAT, 0644, &file), gone;

	for (int i = 0; i < 4 && !error; i++) {
		off_t at = (off_t)i * 70 * 4096;
		ssize_t n = do_lseek(file, at, SEEK_SET);

		if (n == at)
			n = write_bytes(file, page, sizeof(page));
		if (n < 0)
			error = (int)n;
		if (n < 0 || i == 3)
			file_put(file);
	}
	gone = vfs_unlink("/tmp/sweep");
	return error ? error : gone;
}

static int write_message(void)
{
	struct file *file;
	int error = vfs_open("/dev/kmsg", O_WRONLY, 0, &file);
	ssize_t n;

	if (error)
		return error;
	n = write_bytes(file, "<7>sweep", 8);
	file_put(file);
	return n == 8 ? 0 : (int)n;
}

SELF_TEST("fs.failing_allocations", test_failing_allocations)
{
	sweep_failures("open of a device", open_device);
	sweep_failures("open with a session", open_session);
	sweep_failures("open in /proc", open_text);
	sweep_failures("open of a directory", open_directory);
	sweep_failures("create", create);
	sweep_failures("mkdir", make_directory);
	sweep_failures("write", write_pages);
	sweep_failures("write of a message", write_message);
}
