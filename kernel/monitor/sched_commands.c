/*
 * sched_commands.c: how tasks are scheduled, by commands named as Linux's: renice, chrt,
 * taskset. `ps` shows what holds.
 */
#include "kernel/monitor/internal.h"
#include "kernel/sched/task.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

/* A number that may be negative, within low..high. */
static bool parse_within(const char *word, int low, int high, int *out)
{
	bool negative = word[0] == '-';
	uint64_t n;

	if (parse_u64(word + negative, 10, &n) || n > INT32_MAX)
		return false;
	*out = negative ? -(int)n : (int)n;
	return *out >= low && *out <= high;
}

/* With a reference; NULL, and it is said: there is none. Idle tasks stay as they are. */
static struct task *find_task(struct monitor *monitor, const char *who, const char *word)
{
	struct task *task = NULL;
	int id;

	if (parse_within(word, 0, INT32_MAX, &id))
		task = task_find(id);
	if (task && task->base_priority >= PRIORITY_LEVELS) {
		task_put(task);
		task = NULL;
	}
	if (!task)
		monitor_error(monitor, who, -ESRCH, "no such task");
	return task;
}

static int run_renice(struct monitor *monitor, int argc, char **argv)
{
	struct task *task;
	int nice, error;

	if (argc != 3 || !parse_within(argv[1], -20, 19, &nice))
		return monitor_error(monitor, argv[0], -EINVAL,
				     "usage: renice -20..19 TASK");
	task = find_task(monitor, argv[0], argv[2]);
	if (!task)
		return -ESRCH;
	error = task_set_policy(task, POLICY_FAIR, (unsigned)(PRIORITY_NORMAL + nice));
	task_put(task);
	return error;
}
MONITOR_COMMAND("renice", "-20..19 TASK", "a task's share of its CPU", run_renice);

static int run_chrt(struct monitor *monitor, int argc, char **argv)
{
	bool fifo = argc == 4 && strcmp(argv[1], "-f") == 0;
	struct task *task;
	int level, error;

	if (argc != 4 || (!fifo && strcmp(argv[1], "-r") != 0) ||
	    !parse_within(argv[2], 1, PRIORITY_FAIR - 1, &level))
		return monitor_error(monitor, argv[0], -EINVAL,
				     "usage: chrt -f|-r 1..99 TASK");
	task = find_task(monitor, argv[0], argv[3]);
	if (!task)
		return -ESRCH;
	error = task_set_policy(task, fifo ? POLICY_FIFO : POLICY_RR,
				(unsigned)(PRIORITY_FAIR - 1 - level));
	task_put(task);
	return error;
}
MONITOR_COMMAND("chrt", "-f|-r 1..99 TASK", "make it real-time; renice ends that",
		run_chrt);

static int run_taskset(struct monitor *monitor, int argc, char **argv)
{
	struct task *task;
	uint64_t mask;
	int error;

	if (argc != 3 || parse_u64(argv[1], 16, &mask))
		return monitor_error(monitor, argv[0], -EINVAL,
				     "usage: taskset HEXMASK TASK");
	task = find_task(monitor, argv[0], argv[2]);
	if (!task)
		return -ESRCH;
	error = task_set_affinity(task, mask);
	task_put(task);
	return error ? monitor_error(monitor, argv[0], error, "no such CPU") : 0;
}
MONITOR_COMMAND("taskset", "HEXMASK TASK", "the CPUs where a task may run", run_taskset);
