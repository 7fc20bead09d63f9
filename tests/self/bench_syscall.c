/*
 * bench_syscall.c: what system calls cost from their dispatch on, with user memory: the
 * way in and out of the processor's user mode is not counted.
 */
#include "lib/string.h"
#include "tests/self/syscall_helpers.h"

enum { PATH = 0, DATA = 4096 - 64, TABLE = 1024, POLLED = 10 };

static void repeat(uint64_t times, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t args[SYSCALL_ARGS] = { a, b, c };

	while (times-- > 0)
		(void)syscall_dispatch(number, args);
}

/* A call on an open file. */
static void on_file(uint64_t times, const char *path, uint64_t number, uint64_t b,
		    uint64_t c)
{
	long fd;

	if (!user_start())
		return;
	fd = call(NR_open, user_string(PATH, path), O_RDWR);
	if (fd >= 0)
		repeat(times, number, (uint64_t)fd, b, c);
	call(NR_close, fd);
	user_end();
}

SELF_BENCH("syscall.getpid", bench_getpid)
{
	repeat(times, NR_getpid, 0, 0, 0);
}

SELF_BENCH("syscall.read_zero_1", bench_read_zero)
{
	on_file(times, "/dev/zero", NR_read, user_at(DATA), 1);
}

SELF_BENCH("syscall.write_null_1", bench_write_null)
{
	on_file(times, "/dev/null", NR_write, user_at(DATA), 1);
}

SELF_BENCH("syscall.lseek", bench_lseek)
{
	on_file(times, "/dev/null", NR_lseek, 0, SEEK_SET);
}

SELF_BENCH("syscall.fstat", bench_fstat)
{
	on_file(times, "/dev/null", NR_fstat, user_at(TABLE), 0);
}

SELF_BENCH("syscall.stat", bench_stat)
{
	if (!user_start())
		return;
	repeat(times, NR_stat, user_string(PATH, "/dev/null"), user_at(TABLE), 0);
	user_end();
}

SELF_BENCH("syscall.open_close", bench_open_close)
{
	if (!user_start())
		return;
	user_string(PATH, "/dev/null");
	while (times-- > 0)
		call(NR_close, call(NR_open, user_at(PATH), O_RDONLY));
	user_end();
}

SELF_BENCH("syscall.creat_unlink", bench_creat_unlink)
{
	if (!user_start())
		return;
	user_string(PATH, "/tmp/bench");
	while (times-- > 0) {
		call(NR_close, call(NR_creat, user_at(PATH), 0644));
		call(NR_unlink, user_at(PATH));
	}
	user_end();
}

SELF_BENCH("syscall.pread_4096", bench_pread)
{
	long fd;

	if (!user_start())
		return;
	fd = call(NR_open, user_string(PATH, "/tmp/bench"), O_RDWR | O_CREAT, 0644);
	call(NR_ftruncate, fd, 64 * KIB);
	call(NR_pwrite64, fd, user_at(0), PAGE_SIZE, 0);
	while (times-- > 0)
		call(NR_pread64, fd, user_at(PAGE_SIZE), PAGE_SIZE, 0);
	call(NR_close, fd);
	call(NR_unlink, user_string(PATH, "/tmp/bench"));
	user_end();
}

SELF_BENCH("syscall.poll_10", bench_poll)
{
	long fd;

	if (!user_start())
		return;
	fd = call(NR_open, user_string(PATH, "/dev/null"), O_RDWR);
	for (unsigned i = 0; i < POLLED; i++)
		((struct abi_pollfd *)(user + TABLE))[i] =
			(struct abi_pollfd){ .fd = (int)fd, .events = POLL_IN };
	repeat(times, NR_poll, user_at(TABLE), POLLED, 0);
	call(NR_close, fd);
	user_end();
}

SELF_BENCH("syscall.getrandom_32", bench_getrandom)
{
	if (!user_start())
		return;
	repeat(times, NR_getrandom, user_at(DATA), 32, 0);
	user_end();
}
