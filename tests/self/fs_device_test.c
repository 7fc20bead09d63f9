/*
 * fs_device_test.c: the devices that are no hardware: null, zero, full, random, kmsg.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/random.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"
#include "tests/self/sched_helpers.h"

static struct file *open_or_fail(const char *path, unsigned flags)
{
	struct file *file = NULL;

	EXPECT_EQ(vfs_open(path, flags, 0, &file), 0);
	return file;
}

SELF_TEST("device.numbers", test_numbers)
{
	static const struct {
		const char *path;
		unsigned major, minor;
	} devices[] = {
		{ "/dev/null", 1, 3 },	 { "/dev/zero", 1, 5 },	   { "/dev/full", 1, 7 },
		{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/kmsg", 1, 11 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct file_status status = { 0 };

		EXPECT_EQ(vfs_stat(devices[i].path, &status), 0);
		EXPECT_EQ(status.mode & S_IFMT, S_IFCHR);
		EXPECT_EQ(status.rdevice, devices[i].major << 8 | devices[i].minor);
	}
}

SELF_TEST("device.null_zero_full", test_null_zero_full)
{
	struct file *null = open_or_fail("/dev/null", O_RDWR);
	struct file *zero = open_or_fail("/dev/zero", O_RDWR);
	struct file *full = open_or_fail("/dev/full", O_RDWR);
	char bytes[32];

	EXPECT_EQ(read_bytes(null, bytes, sizeof(bytes)), 0);
	EXPECT_EQ(write_bytes(null, "x", 1), 1);
	EXPECT_EQ(do_lseek(null, 100, SEEK_SET), 0);
	EXPECT_EQ(do_ioctl(null, 0x5401, (struct argument){ 0 }), -ENOTTY);
	EXPECT_EQ(file_poll(null, NULL), POLL_IN | POLL_OUT | POLL_RDNORM | POLL_WRNORM);
	memset(bytes, 'x', sizeof(bytes));
	EXPECT_EQ(read_bytes(zero, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1);
	EXPECT(bytes[0] == 0 && bytes[sizeof(bytes) - 2] == 0);
	EXPECT_EQ(bytes[sizeof(bytes) - 1], 'x');
	EXPECT_EQ(write_bytes(zero, "x", 1), 1);
	EXPECT_EQ(read_bytes(full, bytes, 1), 1);
	EXPECT_EQ(write_bytes(full, "x", 1), -ENOSPC);
	EXPECT_EQ(write_bytes(full, "", 0), 0);
	EXPECT_EQ(do_ftruncate(null, 0), -EINVAL);
	file_put(null);
	file_put(zero);
	file_put(full);
}

/* A generator that repeats, or leaves a part of the buffer alone, would show here. */
SELF_TEST("device.random", test_random)
{
	enum { SIZE = 700 };
	static uint8_t a[SIZE], b[SIZE];
	struct file *file = open_or_fail("/dev/urandom", O_RDWR);
	unsigned same = 0, ones = 0;

	memset(a, 0, SIZE);
	memset(b, 0, SIZE);
	EXPECT_EQ(read_bytes(file, a, SIZE), SIZE);
	EXPECT_EQ(read_bytes(file, b, SIZE), SIZE);
	EXPECT_EQ(write_bytes(file, a, SIZE), SIZE);
	file_put(file);
	for (size_t i = 0; i < SIZE; i++) {
		same += a[i] == b[i];
		for (int bit = 0; bit < 8; bit++)
			ones += a[i] >> bit & 1;
	}
	/* 700 bytes: equal ones 2.7 expected, deviation 1.7; bits 2800, deviation 37. */
	EXPECT(same < 20);
	EXPECT(ones > 2800 - 370 && ones < 2800 + 370);
	EXPECT(memcmp(a, b, SIZE) != 0);
	EXPECT(random_u64() != random_u64());
}

/* Reads records until one holds text; false: none did. */
static bool find_record(struct file *file, const char *text, char *line, size_t size)
{
	ssize_t n = read_bytes(file, line, size - 1);

	while (n > 0 || n == -EPIPE) {
		line[n > 0 ? n : 0] = 0;
		if (strstr(line, text))
			return true;
		n = read_bytes(file, line, size - 1);
	}
	EXPECT_EQ(n, -EAGAIN);
	return false;
}

/*
 * Whether all of it can be read, and poll says so. The kernel may log at any time (the
 * clock's refinement does), and what these tests write themselves begins with "kmsg:".
 */
static bool reads_to_end(struct file *file, char *line, size_t size)
{
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(!find_record(file, "kmsg:", line, size));
		if (file_poll(file, NULL) == (POLL_OUT | POLL_WRNORM))
			return true;
	}
	return false;
}

SELF_TEST("device.kmsg_write_and_read", test_kmsg)
{
	static char line[2048];
	struct file *file = open_or_fail("/dev/kmsg", O_RDWR | O_NONBLOCK);

	EXPECT_EQ(write_bytes(file, "kmsg: zero", 10), 10);
	EXPECT_EQ(do_lseek(file, 0, SEEK_END), 0);
	EXPECT(reads_to_end(file, line, sizeof(line)));
	EXPECT_EQ(write_bytes(file, "<15>kmsg: a\tb\\\n", 15), 15);
	EXPECT_EQ(file_poll(file, NULL), POLL_IN | POLL_RDNORM | POLL_OUT | POLL_WRNORM);
	EXPECT_EQ(read_bytes(file, line, 5), -EINVAL);
	EXPECT(find_record(file, "kmsg: a", line, sizeof(line)));
	EXPECT(str_starts_with(line, "15,"));
	EXPECT(strstr(line, ",-;kmsg: a\\x09b\\x5c\n") != NULL);
	EXPECT(reads_to_end(file, line, sizeof(line)));
	/* Nobody but the kernel speaks as the kernel (facility 0). */
	EXPECT_EQ(write_bytes(file, "<7>kmsg: two", 12), 12);
	EXPECT(find_record(file, "kmsg: two", line, sizeof(line)));
	EXPECT(str_starts_with(line, "15,"));
	EXPECT_EQ(write_bytes(file, "<7kmsg: three", 13), 13);
	EXPECT(find_record(file, ",-;<7kmsg: three", line, sizeof(line)));
	EXPECT(str_starts_with(line, "12,"));
	log_debug("kmsg: four");
	EXPECT(find_record(file, "kmsg: four", line, sizeof(line)));
	EXPECT(str_starts_with(line, "7,"));
	EXPECT_EQ(write_bytes(file, line, 1025), -EINVAL);
	EXPECT_EQ(do_lseek(file, 1, SEEK_SET), -ESPIPE);
	EXPECT_EQ(do_lseek(file, 0, SEEK_CUR), -EINVAL);
	EXPECT_EQ(do_lseek(file, 0, SEEK_SET), 0);
	EXPECT(find_record(file, "kmsg: two", line, sizeof(line)));
	file_put(file);
}

/* A reader that falls behind hears of it once, and goes on with the oldest record. */
SELF_TEST("device.kmsg_overrun", test_kmsg_overrun)
{
	static char line[2048];
	struct file *file = open_or_fail("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	EXPECT(read_bytes(file, line, sizeof(line)) > 0);
	for (int i = 0; i < LOG_RING_SIZE / 64; i++)
		log_debug("kmsg: overrun %060d", i);
	EXPECT_EQ(read_bytes(file, line, sizeof(line)), -EPIPE);
	EXPECT(read_bytes(file, line, sizeof(line)) > 0);
	file_put(file);
}

/* One that waits in read, and what it read: the first record of these tests. */
struct waiter {
	struct file *file;
	char line[256];
	ssize_t n;
	_Atomic bool reads;
};

static int wait_in_read(void *context)
{
	struct waiter *waiter = context;
	ssize_t n;

	waiter->reads = true;
	do {
		n = read_bytes(waiter->file, waiter->line, sizeof(waiter->line) - 1);
		waiter->line[n > 0 ? n : 0] = 0;
	} while (n > 0 && !strstr(waiter->line, "kmsg: "));
	waiter->n = n;
	return 0;
}

static struct task *start_waiter(struct waiter *waiter)
{
	struct task *task;

	waiter->file = open_or_fail("/dev/kmsg", O_RDONLY);
	EXPECT_EQ(do_lseek(waiter->file, 0, SEEK_END), 0);
	if (task_create("kmsg reader", wait_in_read, waiter, PRIORITY_NORMAL, &task)) {
		file_put(waiter->file);
		self_skip("no memory");
		return NULL;
	}
	while (!waiter->reads)
		task_yield();
	return task;
}

SELF_TEST("device.kmsg_waits", test_kmsg_waits)
{
	static struct waiter waiter;
	struct task *task;

	waiter = (struct waiter){ 0 };
	pin(); /* so that it waits before we go on */
	task = start_waiter(&waiter);
	unpin();
	if (!task)
		return;
	EXPECT_EQ(task_sleep(2 * NSEC_PER_MSEC), 0);
	EXPECT_EQ(waiter.n, 0);
	log_debug("kmsg: news");
	EXPECT_EQ(task_join(task, NULL), 0);
	EXPECT(waiter.n > 0 && strstr(waiter.line, "kmsg: news"));
	task_put(task);
	file_put(waiter.file);
}

/* A record that is made under a spinlock may not wake anybody itself. */
SELF_TEST("device.kmsg_wakes_late", test_kmsg_late)
{
	static struct waiter waiter;
	struct task *task;

	waiter = (struct waiter){ 0 };
	pin(); /* so that it waits before we go on */
	task = start_waiter(&waiter);
	unpin();
	if (!task)
		return;
	EXPECT_EQ(task_sleep(2 * NSEC_PER_MSEC), 0);
	preempt_disable();
	log_debug("kmsg: late news");
	preempt_enable();
	EXPECT_EQ(task_join(task, NULL), 0);
	EXPECT(waiter.n > 0 && strstr(waiter.line, "kmsg: late news"));
	task_put(task);
	file_put(waiter.file);
}

SELF_TEST("device.kmsg_killed", test_kmsg_killed)
{
	static struct waiter waiter;
	struct task *task;

	waiter = (struct waiter){ 0 };
	task = start_waiter(&waiter);
	if (!task)
		return;
	task_kill(task);
	EXPECT_EQ(task_join(task, NULL), 0);
	EXPECT_EQ(waiter.n, -EINTR);
	task_put(task);
	file_put(waiter.file);
}

/* Whether nothing happens to any of the requests for 5 ms. */
static bool polls_none(struct file *kmsg, struct poll_request *requests, size_t n)
{
	uint64_t deadline = clock_monotonic() + 5 * NSEC_PER_MSEC;

	EXPECT_EQ(do_lseek(kmsg, 0, SEEK_END), 0);
	if (do_poll(requests, n, POLL_AT_ONCE) || do_poll(requests, n, deadline))
		return false;
	EXPECT(clock_monotonic() >= deadline);
	return true;
}

SELF_TEST("device.poll_many", test_poll_many)
{
	struct file *kmsg = open_or_fail("/dev/kmsg", O_RDONLY);
	struct file *null = open_or_fail("/dev/null", O_RDWR);
	struct poll_request requests[] = {
		{ .file = kmsg, .events = POLL_IN },
		{ .ignored = true, .events = POLL_IN },
		{ .file = null, .events = POLL_PRI },
	};
	struct poll_request bad = { .events = POLL_IN };
	bool none = false;

	for (unsigned i = 0; i < 3 && !none; i++) /* the kernel may log at any time */
		none = polls_none(kmsg, requests, 3);
	EXPECT(none);
	EXPECT_EQ(do_poll(&bad, 1, 0), 1);
	EXPECT_EQ(bad.result, POLL_NVAL);
	requests[2].events = POLL_OUT | POLL_IN;
	EXPECT_EQ(do_poll(requests, 3, 0), requests[0].result ? 2 : 1);
	EXPECT_EQ(requests[2].result, POLL_OUT | POLL_IN);
	log_debug("kmsg: to be polled");
	EXPECT_EQ(do_poll(requests, 3, 0), 2);
	EXPECT_EQ(requests[0].result, POLL_IN);
	file_put(kmsg);
	file_put(null);
}
