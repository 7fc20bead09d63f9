/*
 * lock_stat.c: /proc/lock_stat of the debug build: for each class of locks how often it
 * was taken and waited for, and how long, in Linux's columns (its
 * Documentation/locking/lockstat.rst; times in microseconds). A read and a write lock
 * are one class. Writing 0 clears.
 */
#include "kernel/dev/init.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/sync/lockdep.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"

#include <stdatomic.h>

struct microseconds {
	unsigned long long whole, hundredths;
};

static struct microseconds from_ticks(uint64_t ticks)
{
	uint64_t hz = clock_tsc_hz(), per = hz ? MAX(hz / 1000000, 1u) : 1;

	return (struct microseconds){ ticks / per, ticks % per * 100 / per };
}

static uint64_t load(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void print_times(struct text *text, const _Atomic uint64_t *min,
			const _Atomic uint64_t *max, const _Atomic uint64_t *total,
			uint64_t times)
{
	uint64_t least = load(min), sum = load(total);
	const struct microseconds all[] = {
		from_ticks(least ? least - 1 : 0),
		from_ticks(load(max)),
		from_ticks(sum),
		from_ticks(times ? sum / times : 0),
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		text_print(text, " %11llu.%02llu", all[i].whole, all[i].hundredths);
}

static void show_class(const struct lock_class *lock_class, void *context)
{
	struct text *text = context;
	const struct lock_stat *stat = &lock_class->state->stat;
	uint64_t contentions = load(&stat->contentions);
	uint64_t acquisitions = load(&stat->acquisitions);

	if (!acquisitions)
		return;
	text_print(text, "%40s: %14llu %14llu", lock_class->name,
		   (unsigned long long)load(&stat->con_bounces),
		   (unsigned long long)contentions);
	print_times(text, &stat->wait_min, &stat->wait_max, &stat->wait_total,
		    contentions);
	text_print(text, " %14llu %14llu", (unsigned long long)load(&stat->acq_bounces),
		   (unsigned long long)acquisitions);
	print_times(text, &stat->hold_min, &stat->hold_max, &stat->hold_total,
		    acquisitions);
	text_print(text, "\n");
}

static void show(struct text *text)
{
	static const char *const columns[] = {
		"con-bounces",	  "contentions",  "waittime-min",   "waittime-max",
		"waittime-total", "waittime-avg", "acq-bounces",    "acquisitions",
		"holdtime-min",	  "holdtime-max", "holdtime-total", "holdtime-avg",
	};

	text_print(text, "lock_stat version 0.4\n%41s", "class name");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		text_print(text, " %14s", columns[i]);
	text_print(text, "\n");
	lockdep_visit(show_class, text);
}

static int clear(const char *text)
{
	if (text[0] != '0' || text[1])
		return -EINVAL;
	lockdep_clear_stat();
	return 0;
}

static int start(void)
{
	return procfs_add_control("lock_stat", show, clear);
}
INIT(INIT_DEVICE, start);
