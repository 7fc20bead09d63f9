/*
 * soak.c: the monitor's `soak SECONDS SEED`: everything at once. Tasks play games behind
 * /dev/quarto and leave some half-way, open what is in /dev and /proc, write files, take
 * and give back memory, make tasks and kill them; meanwhile allocations fail at random.
 * In the end nothing of it may be left. make soak adds several CPUs and the fuzz of
 * schedules.
 */
#include "kernel/debug/log.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/shrinker.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/monitor/monitor.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"

enum { WORKERS = 8, SETTLE_S = 5, FAIL_WITHIN = 300, SECONDS_MAX = 1000000 };

static _Atomic uint64_t deadline; /* of the workers */
static _Atomic uint64_t games, opens, writes, areas, kills, refusals;

struct worker {
	uint64_t random;
	struct task *task;
};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's ... generators". */
static unsigned draw(struct worker *worker, unsigned below)
{
	uint64_t x = worker->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	worker->random = x;
	return (unsigned)(x * 0x2545f4914f6cdd1d >> 33) % below;
}

static void count(_Atomic uint64_t *done, bool worked)
{
	atomic_fetch_add(worked ? done : &refusals, 1);
}

static void play(struct worker *worker)
{
	struct file *file;
	char bytes[96];
	int reads = (int)draw(worker, 60);
	bool worked;

	(void)fmt_snprintf(bytes, sizeof(bytes), "-a=1 -s=%u\n", draw(worker, 1000));
	if (vfs_open("/dev/quarto", O_RDWR, 0, &file)) {
		count(&games, false);
		return;
	}
	worked = write_bytes(file, bytes, strlen(bytes)) > 0;
	while (worked && reads-- > 0 && read_bytes(file, bytes, sizeof(bytes)) > 0)
		;
	file_put(file);
	count(&games, worked);
}

static void look(struct worker *worker)
{
	static const char *const paths[] = {
		"/dev/null",	 "/dev/zero",	     "/dev/random",    "/proc/tasks",
		"/proc/meminfo", "/proc/interrupts", "/proc/slabinfo", "/proc/uptime",
	};
	char bytes[64];

	count(&opens, read_file(paths[draw(worker, ARRAY_SIZE(paths))], bytes,
				sizeof(bytes)) >= 0);
}

static void write_file(struct worker *worker)
{
	char path[24];
	int error;

	(void)fmt_snprintf(path, sizeof(path), "/tmp/soak%u", draw(worker, 4));
	error = make_file(path, "all of this goes away again\n");
	count(&writes, error == 0);
	if (vfs_unlink(path))
		atomic_fetch_add(&refusals, 1);
}

static void take_memory(struct worker *worker)
{
	void *small = kmalloc(1 + draw(worker, 20000), GFP_KERNEL);
	void *area = vmalloc(PAGE_SIZE * (1 + draw(worker, 8)), GFP_KERNEL);

	task_yield();
	kfree(small);
	if (area)
		vfree(area);
	count(&areas, small && area);
}

static int wait_long(void *argument)
{
	return task_sleep(1000 * NSEC_PER_SEC);
}

static void make_and_kill(struct worker *worker)
{
	struct task *task;
	int status;

	if (task_create("victim", wait_long, NULL, PRIORITY_NORMAL, &task)) {
		count(&kills, false);
		return;
	}
	if (draw(worker, 2))
		task_yield();
	task_kill(task);
	count(&kills, task_join(task, &status) == 0 && status == -EINTR);
	task_put(task);
}

static int work(void *argument)
{
	static void (*const jobs[])(struct worker * worker) = {
		play, look, write_file, take_memory, make_and_kill,
	};
	struct worker *worker = argument;

	while (clock_monotonic() < deadline)
		jobs[draw(worker, ARRAY_SIZE(jobs))](worker);
	return 0;
}

/* Without what is kept for the next: stacks, and pages of CPUs and slabs. */
static struct memory_use use_now(void)
{
	(void)memory_reclaim(UINT64_MAX);
	return memory_use();
}

static bool is_clean(const struct memory_use *before, const struct memory_use *after)
{
	return after->objects <= before->objects && after->areas <= before->areas &&
	       after->pages <= before->pages;
}

/* Waits until what ended has gone; the use then. */
static struct memory_use settle(const struct memory_use *before)
{
	uint64_t end = clock_monotonic() + SETTLE_S * NSEC_PER_SEC;
	struct memory_use now = use_now();

	while (!is_clean(before, &now) && clock_monotonic() < end &&
	       task_sleep(10 * NSEC_PER_MSEC) == 0)
		now = use_now();
	return now;
}

/* Runs the workers for so long; what some could not be made for is not done. */
static void run(uint64_t seconds, uint64_t seed)
{
	struct worker workers[WORKERS], gremlin = { .random = seed * 2 + 1 };

	atomic_store(&deadline, clock_monotonic() + seconds * NSEC_PER_SEC);
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ .random = (seed + 1) * (i + 3) };
		if (task_create("soak", work, &workers[i], PRIORITY_NORMAL + i % 3,
				&workers[i].task))
			workers[i].task = NULL;
	}
	while (clock_monotonic() < deadline && task_sleep(NSEC_PER_MSEC) == 0)
		fault_inject_arm(1 + draw(&gremlin, FAIL_WITHIN), NULL);
	(void)fault_inject_disarm();
	atomic_store(&deadline, 0); /* we may have been killed before */
	for (unsigned i = 0; i < WORKERS; i++) {
		if (!workers[i].task)
			continue;
		completion_wait_always(&workers[i].task->ended);
		task_put(workers[i].task);
	}
	(void)fault_inject_disarm();
}

static int run_soak(struct monitor *monitor, int argc, char **argv)
{
	struct memory_use none = { 0 }, before, after;
	uint64_t seconds, seed;
	bool clean;

	if (argc != 3 || parse_u64(argv[1], 10, &seconds) || seconds > SECONDS_MAX ||
	    parse_u64(argv[2], 0, &seed)) {
		monitor_print(monitor, "usage: soak SECONDS SEED\n");
		return -EINVAL;
	}
	monitor_print(monitor, "soak: seed %llu\n", (unsigned long long)seed);
	run(1, seed); /* what is made once and stays */
	before = settle(&none);
	run(seconds, seed);
	after = settle(&before);
	clean = is_clean(&before, &after);
	monitor_print(
		monitor,
		"soak: %llu games, %llu openings, %llu files, %llu areas, %llu kills; "
		"%llu refused; %s\n",
		(unsigned long long)games, (unsigned long long)opens,
		(unsigned long long)writes, (unsigned long long)areas,
		(unsigned long long)kills, (unsigned long long)refusals,
		clean ? "clean" : "MEMORY IS LEFT OVER");
	if (!clean)
		monitor_print(monitor,
			      "soak: objects %lld, areas %lld bytes, %lld pages more\n",
			      (long long)(after.objects - before.objects),
			      (long long)(after.areas - before.areas),
			      (long long)(after.pages - before.pages));
	return clean ? 0 : -EIO;
}
MONITOR_COMMAND("soak", "SECONDS SEED", "everything at once (see make soak)", run_soak);
