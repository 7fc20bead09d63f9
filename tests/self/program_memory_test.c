/*
 * program_memory_test.c: every ported program, with the first allocation failing, the
 * second, ... of a run whose input ends at once. It ends, well or with ENOMEM, and what
 * it held comes back.
 */
#include "kernel/fs/vfs.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/program/program.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "tests/self/self.h"

enum { ALLOCATIONS_MAX = 10000, SETTLE_S = 10 };

/* Bytes in use, without the stacks that are kept for the next task. */
static uint64_t memory_used(void)
{
	task_reap();
	vmalloc_shrink();
	return slab_used() + vmalloc_used();
}

/* The program's task ends behind our back: waits until all it held is back. */
static bool settles(const struct program *program, uint64_t used)
{
	uint64_t deadline = clock_monotonic() + SETTLE_S * NSEC_PER_SEC;
	struct program_stats stats;

	for (;;) {
		program_stats(program, &stats);
		if (!stats.running && !stats.memory && memory_used() == used)
			return true;
		if (clock_monotonic() > deadline || task_sleep(NSEC_PER_MSEC))
			return false;
	}
}

/* A whole run without input: 0, or the first error that its reader or opener gets. */
static int run_without_input(const char *device)
{
	struct file *file;
	char bytes[64];
	ssize_t n;
	int error = vfs_open(device, O_RDWR, 0, &file);

	if (error)
		return error;
	error = do_ioctl(file, PROGRAM_END_INPUT, (struct argument){ 0 });
	while (!error) {
		struct iter to = iter_kernel(bytes, sizeof(bytes));

		n = do_read(file, &to);
		if (n <= 0) {
			error = (int)n;
			break;
		}
	}
	file_put(file);
	return error;
}

static void sweep(const struct program *program)
{
	struct file_status status;
	uint64_t used, n = 0;
	char device[64];
	bool struck;

	(void)fmt_snprintf(device, sizeof(device), "/dev/%s", program->name);
	/* The first look at a device makes its entry in /dev, which stays. */
	EXPECT_EQ(vfs_stat(device, &status), 0);
	used = memory_used();
	EXPECT_EQ(run_without_input(device), 0);
	EXPECT(settles(program, used));
	do {
		int error;

		fault_inject_arm(++n, NULL);
		error = run_without_input(device);
		struck = fault_inject_disarm();
		if (error)
			EXPECT_EQ(error, -ENOMEM);
		if (!settles(program, used)) {
			self_fail(__FILE__, __LINE__, "%s: allocation %llu leaks",
				  program->name, (unsigned long long)n);
			return;
		}
	} while (struck && n < ALLOCATIONS_MAX);
	EXPECT(!struck);
	EXPECT(n > 1);
}

SELF_TEST("program.each_without_memory", each_without_memory)
{
	for (const struct program *p = program_next(NULL); p; p = program_next(p))
		sweep(p);
}
