/*
 * program_test.c: a program behind its device: whole games, many at once, partial and
 * non-blocking reads and writes, games closed half-way, and every allocation failing in
 * its turn. After each the kernel is as it was: nothing runs, nothing is held.
 */
#include "kernel/fs/vfs.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/program/program.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/self.h"

static const char device[] = "/dev/quarto";
static const char two_games[] = "-a=2 -m -s=7\n";
/* The strong player wants its table; this late it does not think for long. */
static const char late_game[] =
	"-l=strong -s=3\nload 0fe..15.7.c..6.b/8/1\n4,1\n3\nquit\n";

enum { SESSIONS = 64 };

static struct program_stats stats_now(void)
{
	struct program_stats stats;

	program_stats(program_find("quarto"), &stats);
	return stats;
}

/* Bytes in use, without the stacks that are kept for the next task. */
static uint64_t memory_used(void)
{
	task_reap();
	vmalloc_shrink();
	return slab_used() + vmalloc_used();
}

/* Tasks end and are freed behind our back: waits until they have, within 10 s. */
static bool settles(uint64_t used)
{
	uint64_t deadline = clock_monotonic() + 10 * NSEC_PER_SEC;

	while (stats_now().running || stats_now().memory || memory_used() != used) {
		if (clock_monotonic() > deadline || task_sleep(NSEC_PER_MSEC))
			return false;
	}
	return true;
}

static ssize_t write_text(struct file *file, const char *text)
{
	struct iter from = iter_kernel(text, strlen(text));
	ssize_t total = 0;

	while (from.left) {
		ssize_t n = do_write(file, &from);

		if (n < 0)
			return n;
		total += n;
	}
	return total;
}

/* What a whole read of a session gives. */
struct answer {
	uint64_t hash; /* of all but the line that tells the speed */
	size_t bytes;
	int error;
};

/* Reads to the end in pieces of `piece` bytes. */
static struct answer read_answer(struct file *file, size_t piece)
{
	struct answer answer = { 0 };
	static const struct hash_key key; /* any will do */
	char bytes[128] = "", line[160];
	size_t length = 0;

	for (;;) {
		struct iter to = iter_kernel(bytes, MIN(piece, sizeof(bytes)));
		ssize_t n = do_read(file, &to);

		if (n <= 0) {
			answer.error = (int)n;
			return answer;
		}
		answer.bytes += (size_t)n;
		for (ssize_t i = 0; i < n; i++) {
			if (length < sizeof(line))
				line[length++] = bytes[i];
			if (bytes[i] != '\n')
				continue;
			line[length - 1] = '\0';
			if (!strstr(line, "per second"))
				answer.hash =
					answer.hash * 31 + hash_bytes(&key, line, length);
			length = 0;
		}
	}
}

static struct answer play(const char *options, size_t piece)
{
	struct answer answer = { 0 };
	struct file *file;

	answer.error = vfs_open(device, O_RDWR, 0, &file);
	if (answer.error)
		return answer;
	answer.error = (int)write_text(file, options);
	if (answer.error > 0)
		answer = read_answer(file, piece);
	file_put(file);
	return answer;
}

SELF_TEST("program.partial_reads_give_the_same", partial_reads)
{
	uint64_t used = memory_used();
	struct answer whole = play(two_games, 128), bytes = play(two_games, 1);

	EXPECT_EQ(whole.error, 0);
	EXPECT(whole.bytes > 100);
	EXPECT_EQ(bytes.error, 0);
	EXPECT_EQ(whole.hash, bytes.hash);
	EXPECT(settles(used));
}

/* do_poll's answer within 10 s. */
static int wait_for_bytes(struct file *file)
{
	struct poll_request request = { .file = file, .events = POLL_IN };

	return do_poll(&request, 1, clock_monotonic() + 10 * NSEC_PER_SEC);
}

SELF_TEST("program.nonblocking", nonblocking)
{
	uint64_t used = memory_used();
	char bytes[64];
	struct iter to = iter_kernel(bytes, sizeof(bytes));
	struct file *file;
	struct poll_request request = { .events = POLL_IN };
	ssize_t n;
	int error = vfs_open(device, O_RDWR | O_NONBLOCK, 0, &file);

	EXPECT_EQ(error, 0);
	if (error)
		return;
	/* Half an options line: the game cannot have begun. */
	EXPECT_EQ(write_text(file, "-s"), 2);
	EXPECT_EQ(do_read(file, &to), -EAGAIN);
	EXPECT_EQ(write_text(file, "=5\n"), 3);
	request.file = file;
	EXPECT_EQ(do_poll(&request, 1, 0), 1);
	EXPECT(request.result & POLL_IN);
	n = do_read(file, &to);
	EXPECT(n > 0);
	/* A game that waits for its player takes lines until its buffer is full. */
	do {
		struct iter from = iter_kernel("no square\n", 10);

		n = do_write(file, &from);
	} while (n > 0);
	EXPECT_EQ(n, -EAGAIN);
	file_put(file);
	EXPECT(settles(used));
}

SELF_TEST("program.options", options)
{
	uint64_t used = memory_used();
	struct program_options given = { "-a=2 -m -s=7" };
	struct argument argument = { .value = (uint64_t)&given };
	struct answer by_line = play(two_games, 128), by_ioctl, bad;
	struct file *file;
	int error = vfs_open(device, O_RDWR, 0, &file);

	EXPECT_EQ(error, 0);
	if (error)
		return;
	EXPECT_EQ(do_ioctl(file, PROGRAM_SET_OPTIONS, argument), 0);
	EXPECT_EQ(do_ioctl(file, PROGRAM_SET_OPTIONS, argument), -EBUSY);
	EXPECT_EQ(do_ioctl(file, 0x5401, argument), -ENOTTY);
	by_ioctl = read_answer(file, 128);
	file_put(file);
	EXPECT_EQ(by_ioctl.error, 0);
	EXPECT_EQ(by_ioctl.hash, by_line.hash);
	/* A bad option is the program's to complain of. */
	bad = play("--no-such-option\n", 128);
	EXPECT_EQ(bad.error, 0);
	EXPECT(bad.bytes > 10);
	/* A quote that is not closed is the device's. */
	EXPECT_EQ(play("-s='7\n", 128).error, -EINVAL);
	EXPECT(settles(used));
}

SELF_TEST("program.end_of_input", end_of_input)
{
	uint64_t used = memory_used();
	struct file *file;
	int error = vfs_open(device, O_RDWR, 0, &file);

	EXPECT_EQ(error, 0);
	if (error)
		return;
	EXPECT_EQ(write_text(file, "-s=5\n"), 5);
	EXPECT_EQ(do_ioctl(file, PROGRAM_END_INPUT, (struct argument){ 0 }), 0);
	EXPECT_EQ(write_text(file, "1,1\n"), -EPIPE);
	EXPECT_EQ(read_answer(file, 128).error, 0);
	file_put(file);
	EXPECT(settles(used));
}

/* Who forgets the newline behind the options gets an answer all the same. */
SELF_TEST("program.end_of_options", end_of_options)
{
	uint64_t used = memory_used();
	struct answer whole = play(two_games, 128), answer = { 0 };
	struct file *file;
	int error = vfs_open(device, O_RDWR | O_NONBLOCK, 0, &file);

	EXPECT_EQ(error, 0);
	if (error)
		return;
	EXPECT_EQ(write_text(file, "-a=2 -m -s=7"), 12);
	EXPECT_EQ(do_ioctl(file, PROGRAM_END_INPUT, (struct argument){ 0 }), 0);
	answer.error = wait_for_bytes(file) - 1;
	do_set_flags(file, 0);
	if (answer.error == 0)
		answer = read_answer(file, 128);
	EXPECT_EQ(answer.error, 0);
	EXPECT_EQ(answer.hash, whole.hash);
	file_put(file);
	EXPECT(settles(used));
}

SELF_TEST("program.many_games", many_games)
{
	uint64_t used = memory_used();
	struct file **files = kcalloc(SESSIONS, sizeof(struct file *), GFP_KERNEL);
	unsigned opened = 0;

	EXPECT(files);
	if (!files)
		return;
	while (opened < SESSIONS && vfs_open(device, O_RDWR, 0, &files[opened]) == 0)
		opened++;
	EXPECT_EQ(opened, SESSIONS);
	for (unsigned i = 0; i < opened; i++) {
		char line[16], bytes[16];
		struct iter to = iter_kernel(bytes, sizeof(bytes));

		(void)fmt_snprintf(line, sizeof(line), "-s=%u\n", i);
		EXPECT(write_text(files[i], line) > 0);
		EXPECT(do_read(files[i], &to) > 0);
	}
	EXPECT_EQ(stats_now().running, SESSIONS);
	while (opened)
		file_put(files[--opened]);
	kfree(files);
	EXPECT(settles(used));
}

/* Fails the first allocation, the second, ... until a game needs no more of them. */
SELF_TEST("program.allocations_fail", allocations_fail)
{
	static const char *const games[] = { two_games, late_game };
	struct file_status status;

	/* The first look at a device makes its entry in /dev, which stays. */
	EXPECT_EQ(vfs_stat(device, &status), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(games); i++) {
		uint64_t used = memory_used(), n = 0;
		struct answer right = play(games[i], 128);
		bool struck;

		EXPECT_EQ(right.error, 0);
		EXPECT(settles(used));
		do {
			struct answer answer;

			fault_inject_arm(++n, NULL);
			answer = play(games[i], 128);
			struck = fault_inject_disarm();
			if (answer.error == 0)
				EXPECT(answer.bytes > 0);
			else
				EXPECT_EQ(answer.error, -ENOMEM);
			if (!settles(used)) {
				self_fail(__FILE__, __LINE__, "allocation %llu leaks",
					  (unsigned long long)n);
				return;
			}
		} while (struck && n < 10000);
		EXPECT(n > 3);
		EXPECT_EQ(play(games[i], 128).hash, right.hash);
		EXPECT(settles(used)); /* before the next test looks */
	}
}
