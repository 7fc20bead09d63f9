/*
 * syscall_system_test.c: system calls on time, tasks, the log and the machine; traces.
 */
#include "kernel/debug/log.h"
#include "kernel/proc/process.h"
#include "kernel/time/clock.h"
#include "lib/string.h"
#include "tests/self/syscall_helpers.h"

enum { DATA = 256, MORE = 2048 };

static void put_time(size_t offset, int64_t seconds, int64_t nanoseconds)
{
	*(struct abi_timespec *)(user + offset) =
		(struct abi_timespec){ seconds, nanoseconds };
}

static int64_t get_time(size_t offset)
{
	const struct abi_timespec *time = (const struct abi_timespec *)(user + offset);

	return time->seconds * (int64_t)NSEC_PER_SEC + time->nanoseconds;
}

SELF_TEST("syscall.clocks", test_clocks)
{
	uint64_t before = clock_monotonic();

	if (!user_start())
		return;
	for (int clock = CLOCK_REALTIME; clock <= CLOCK_BOOTTIME; clock++)
		EXPECT_EQ(call(NR_clock_gettime, clock, user_at(DATA)), 0);
	EXPECT_EQ(call(NR_clock_gettime, 8, user_at(DATA)), -EINVAL);
	EXPECT_EQ(call(NR_clock_gettime, -1, user_at(DATA)), -EINVAL);
	EXPECT_EQ(call(NR_clock_gettime, CLOCK_MONOTONIC, user_at(DATA)), 0);
	EXPECT(get_time(DATA) >= (int64_t)before);
	EXPECT(get_time(DATA) <= (int64_t)clock_monotonic());
	EXPECT_EQ(call(NR_clock_gettime, CLOCK_THREAD_CPUTIME_ID, user_at(DATA)), 0);
	EXPECT(get_time(DATA) > 0 && get_time(DATA) <= (int64_t)clock_monotonic());
	EXPECT_EQ(call(NR_gettimeofday, user_at(DATA), user_at(MORE)), 0);
	EXPECT_EQ(call(NR_gettimeofday, 0, 0), 0);
	EXPECT_EQ(call(NR_time, user_at(MORE)), *(int64_t *)(user + MORE));
	EXPECT_EQ(call(NR_time, 0), clock_realtime() / NSEC_PER_SEC);
	user_end();
}

SELF_TEST("syscall.sleeping", test_sleeping)
{
	uint64_t start;

	if (!user_start())
		return;
	start = clock_monotonic();
	put_time(DATA, 0, 3000000);
	EXPECT_EQ(call(NR_nanosleep, user_at(DATA), 0), 0);
	EXPECT(clock_monotonic() >= start + 3000000);
	EXPECT_EQ(call(NR_clock_nanosleep, CLOCK_REALTIME, 0, user_at(DATA), 0), 0);
	EXPECT(clock_monotonic() >= start + 6000000);
	put_time(DATA, 0, (int64_t)clock_monotonic() + 2000000);
	EXPECT_EQ(call(NR_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, user_at(DATA),
		       0),
		  clock_monotonic() < NSEC_PER_SEC - 2000000 ? 0 : -EINVAL);
	put_time(DATA, 1, 0);
	EXPECT_EQ(
		call(NR_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, user_at(DATA), 0),
		0); /* 1970 is over */
	put_time(DATA, 0, 1000000000);
	EXPECT_EQ(call(NR_nanosleep, user_at(DATA), 0), -EINVAL);
	put_time(DATA, 0, -1);
	EXPECT_EQ(call(NR_nanosleep, user_at(DATA), 0), -EINVAL);
	put_time(DATA, -1, 0);
	EXPECT_EQ(call(NR_nanosleep, user_at(DATA), 0), -EINVAL);
	put_time(DATA, 0, 0);
	EXPECT_EQ(call(NR_nanosleep, user_at(DATA), 0), 0);
	EXPECT_EQ(call(NR_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, user_at(DATA), 0),
		  -EINVAL);
	EXPECT_EQ(call(NR_clock_nanosleep, 99, 0, user_at(DATA), 0), -EINVAL);
	user_end();
}

static void put_fd(unsigned i, int fd, unsigned events)
{
	((struct abi_pollfd *)(user + DATA))[i] = (struct abi_pollfd){
		.fd = fd, .events = (uint16_t)events, .revents = 0xffff
	};
}

static unsigned get_events(unsigned i)
{
	return ((struct abi_pollfd *)(user + DATA))[i].revents;
}

SELF_TEST("syscall.poll", test_poll)
{
	uint64_t start;
	long null;

	if (!user_start())
		return;
	null = call(NR_open, user_string(0, "/dev/null"), O_RDWR);
	put_fd(0, (int)null, POLL_IN | POLL_OUT);
	put_fd(1, -1, POLL_IN);
	put_fd(2, 999, POLL_IN);
	EXPECT_EQ(call(NR_poll, user_at(DATA), 3, -1), 2);
	EXPECT_EQ(get_events(0), POLL_IN | POLL_OUT);
	EXPECT_EQ(get_events(1), 0);
	EXPECT_EQ(get_events(2), POLL_NVAL);
	start = clock_monotonic();
	EXPECT_EQ(call(NR_poll, 0, 0, 4), 0);
	EXPECT(clock_monotonic() >= start + 4 * NSEC_PER_MSEC);
	EXPECT_EQ(call(NR_poll, user_at(DATA), FD_MAX + 1, 0), -EINVAL);
	for (unsigned i = 0; i < 100; i++)
		put_fd(i, (int)null, POLL_PRI);
	EXPECT_EQ(call(NR_poll, user_at(DATA), 100, 0), 0);
	put_time(MORE, 0, 2000000);
	EXPECT_EQ(call(NR_ppoll, user_at(DATA), 100, user_at(MORE), 0, 0), 0);
	EXPECT_EQ(get_time(MORE), 0);
	put_time(MORE, 5, 0);
	put_fd(99, (int)null, POLL_IN);
	EXPECT_EQ(call(NR_ppoll, user_at(DATA), 100, user_at(MORE), 0, 0), 1);
	EXPECT(get_time(MORE) > 4 * (int64_t)NSEC_PER_SEC);
	EXPECT_EQ(call(NR_ppoll, user_at(DATA), 1, 0, user_at(0), 7), -EINVAL);
	put_time(MORE, 0, -5);
	EXPECT_EQ(call(NR_ppoll, user_at(DATA), 1, user_at(MORE), 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_close, null), 0);
	user_end();
}

SELF_TEST("syscall.machine", test_machine)
{
	const struct abi_utsname *name;
	const struct abi_sysinfo *info;

	if (!user_start())
		return;
	name = (const struct abi_utsname *)(user + DATA);
	info = (const struct abi_sysinfo *)(user + MORE);
	EXPECT_EQ(call(NR_uname, user_at(DATA)), 0);
	EXPECT(strcmp(name->machine, "x86_64") == 0);
	EXPECT(str_starts_with(name->version, "Octavo "));
	EXPECT_EQ(call(NR_sysinfo, user_at(MORE)), 0);
	EXPECT(info->total_ram * info->unit >= 2 * MIB);
	EXPECT(info->free_ram <= info->total_ram);
	EXPECT(info->processes >= 2);
	EXPECT_EQ(call(NR_getcpu, user_at(DATA), user_at(DATA + 4), 0), 0);
	EXPECT(*(unsigned *)(user + DATA) < cpu_count);
	EXPECT_EQ(call(NR_getcpu, 0, 0, 0), 0);
	EXPECT_EQ(call(NR_getpid), process_current()->id);
	EXPECT_EQ(call(NR_gettid), cpu_task()->id);
	EXPECT_EQ(call(NR_sched_yield), 0);
	/* Not the magic numbers: the machine goes on. */
	EXPECT_EQ(call(NR_reboot, 0, 0x28121969, 0x4321fedc, 0), -EINVAL);
	EXPECT_EQ(call(NR_reboot, 0xfee1dead, 1, 0x4321fedc, 0), -EINVAL);
	EXPECT_EQ(call(NR_reboot, 0xfee1dead, 0x28121969, 5, 0), -EINVAL);
	EXPECT_EQ(call(NR_reboot, 0xfee1dead, 0x05121996, 0, 0), 0);
	user_end();
}

SELF_TEST("syscall.getrandom", test_getrandom)
{
	if (!user_start())
		return;
	EXPECT_EQ(call(NR_getrandom, user_at(DATA), 32, 0), 32);
	EXPECT_EQ(call(NR_getrandom, user_at(DATA + 32), 32, 3), 32);
	EXPECT(memcmp(user + DATA, user + DATA + 32, 32) != 0);
	EXPECT_EQ(call(NR_getrandom, user_at(DATA), 0, 0), 0);
	EXPECT_EQ(call(NR_getrandom, user_at(DATA), 8, 8), -EINVAL);
	EXPECT_EQ(call(NR_getrandom, user_at(DATA), 8, 6), -EINVAL);
	user_end();
}

SELF_TEST("syscall.syslog", test_syslog)
{
	long n;

	if (!user_start())
		return;
	EXPECT_EQ(call(NR_syslog, 10, 0, 0), LOG_RING_SIZE);
	EXPECT_EQ(call(NR_syslog, 5, 0, 0), 0);
	log_debug("syslog: one");
	log_debug("syslog: two");
	n = call(NR_syslog, 3, user_at(0), 4096);
	EXPECT(n > 0);
	user[MAX(n, 0)] = 0;
	EXPECT(str_starts_with(user, "<7>["));
	EXPECT(strstr(user, "syslog: one\n<7>[") != NULL);
	EXPECT_EQ(strlen(user), n);
	/* The newest that fit, whole. */
	EXPECT_EQ(call(NR_syslog, 3, user_at(0), n - 1), n / 2);
	EXPECT(strstr(user, "syslog: two\n") != NULL);
	EXPECT_EQ(call(NR_syslog, 4, user_at(0), 4096), n);
	EXPECT_EQ(call(NR_syslog, 3, user_at(0), 4096), 0);
	EXPECT_EQ(call(NR_syslog, 3, user_at(0), -1), -EINVAL);
	EXPECT_EQ(call(NR_syslog, 3, 0, 100), -EINVAL);
	EXPECT_EQ(call(NR_syslog, 11, 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_syslog, 8, 0, 0), -EINVAL);
	/* What was not read yet, in two halves of a record. */
	while (call(NR_syslog, 9, 0, 0) > 0)
		EXPECT(call(NR_syslog, 2, user_at(0), 4096) > 0);
	log_debug("syslog: three");
	n = call(NR_syslog, 9, 0, 0);
	EXPECT_EQ(call(NR_syslog, 2, user_at(0), 7), 7);
	EXPECT_EQ(call(NR_syslog, 9, 0, 0), n - 7);
	EXPECT_EQ(call(NR_syslog, 2, user_at(7), 4096), n - 7);
	user[n] = 0;
	EXPECT(strstr(user, "] syslog: three\n") != NULL);
	user_end();
}

static int exit_by_call(void *argument)
{
	call(NR_exit, 0x1234);
	return -1;
}

SELF_TEST("syscall.exit", test_exit)
{
	struct task *task;
	int status = 0;

	EXPECT_EQ(process_create("exits", exit_by_call, NULL, PRIORITY_NORMAL, &task), 0);
	task_start(task);
	EXPECT_EQ(task_join(task, &status), 0);
	EXPECT_EQ(status, 0x34);
	task_put(task);
}

static void expect_trace(const char *expected, uint64_t number, long result, uint64_t a,
			 uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t args[SYSCALL_ARGS] = { a, b, c, d };
	char text[128];

	syscall_format(text, sizeof(text), number, args, result);
	if (strcmp(text, expected) != 0)
		self_fail(__FILE__, __LINE__, "'%s' is not '%s'", text, expected);
}

SELF_TEST("syscall.trace", test_trace)
{
	uint64_t path;

	if (!user_start())
		return;
	path = user_string(0, "/dev/null");
	expect_trace("openat(AT_FDCWD, \"/dev/null\", O_RDWR) = 3", NR_openat, 3,
		     (uint64_t)AT_FDCWD, path, O_RDWR, 0666);
	expect_trace("open(\"/dev/null\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = -1 EISDIR",
		     NR_open, -EISDIR, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, 0);
	user_string(0, "a\"b\n\x01");
	expect_trace("write(1, \"a\\\"b\\n\\x01\", 5) = 5", NR_write, 5, 1, user_at(0), 5,
		     0);
	expect_trace("read(0, 0x10000000, 100) = -1 EAGAIN", NR_read, -EAGAIN, 0,
		     user_at(0), 100, 0);
	expect_trace("lseek(4, -1, SEEK_END) = 9", NR_lseek, 9, 4, (uint64_t)-1, SEEK_END,
		     0);
	expect_trace("stat(0x10003000, NULL) = -1 EFAULT", NR_stat, -EFAULT, USER_NOTHING,
		     0, 0, 0);
	expect_trace("getpid() = 1", NR_getpid, 1, 0, 0, 0, 0);
	expect_trace("syscall_400() = -1 ENOSYS", 400, -ENOSYS, 0, 0, 0, 0);
	EXPECT(strcmp(syscall_name(NR_ppoll), "ppoll") == 0);
	EXPECT(syscall_name(400) == NULL);
	user_end();
}
