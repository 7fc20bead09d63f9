/*
 * syscall_failure_test.c: system calls with their Nth allocation failing.
 */
#include "lib/string.h"
#include "tests/self/syscall_helpers.h"

enum { VECTOR = 256, LONG_PATH = 200 };

static int open_and_close(void)
{
	long fd = call(NR_open, user_at(0), O_RDWR);

	return fd < 0 ? (int)fd : (int)call(NR_close, fd);
}

static int write_vector(void)
{
	long fd, n;

	fd = call(NR_open, user_at(0), O_RDWR);
	if (fd < 0)
		return (int)fd;
	n = call(NR_writev, fd, user_at(VECTOR), 64);
	call(NR_close, fd);
	return MIN((int)n, 0);
}

static int poll_many(void)
{
	long n = call(NR_poll, user_at(VECTOR), 64, 0);

	return MIN((int)n, 0);
}

static int poll_and_wait(void)
{
	long n = call(NR_poll, user_at(VECTOR), 64, 1);

	return MIN((int)n, 0);
}

SELF_TEST("syscall.failing_allocations", test_failing_allocations)
{
	long kmsg;

	if (!user_start())
		return;
	memset(user, '/', LONG_PATH);
	memcpy(user + LONG_PATH, "dev/null", 9);
	sweep_failures("open and close", open_and_close);
	for (unsigned i = 0; i < 64; i++)
		((struct abi_iovec *)(user + VECTOR))[i] =
			(struct abi_iovec){ user_at(i), 1 };
	sweep_failures("writev", write_vector);
	kmsg = call(NR_open, user_string(0, "/dev/kmsg"), O_RDONLY);
	call(NR_lseek, kmsg, 0, SEEK_END);
	for (unsigned i = 0; i < 64; i++)
		((struct abi_pollfd *)(user + VECTOR))[i] =
			(struct abi_pollfd){ .fd = (int)kmsg, .events = POLL_IN };
	sweep_failures("poll", poll_many);
	sweep_failures("poll that waits", poll_and_wait);
	call(NR_close, kmsg);
	user_end();
}
