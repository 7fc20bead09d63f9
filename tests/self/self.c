/*
 * self.c: runs the self-tests and writes the report: KTAP version 1.
 *
 * A failing check may come from any task and any context, so it only puts its text into
 * a buffer; the runner writes that out, as diagnostic lines, before the test's result.
 */
#include "tests/self/self.h"

#include <stdatomic.h>
#include "kernel/sync/spinlock.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

enum {
	NOTES_MAX = 2048, /* bytes of diagnostics of one test */
	LINE_MAX = 160,
	BENCH_TIMES_MAX = 1 << 24,
};
static const uint64_t bench_least = 5 * NSEC_PER_MSEC;

extern const struct self_test *const table_self_test_start[],
	*const table_self_test_end[];
extern const struct self_bench *const table_self_bench_start[],
	*const table_self_bench_end[];

LOCK_CLASS(notes_class, "self-test notes", RANK_RNG, LOCK_IRQ);
static struct spinlock notes_lock = SPINLOCK_INIT(&notes_class);
/* [notes_lock] lines of the running test, each ended by NUL */
static char notes[NOTES_MAX];
static size_t notes_length;
static unsigned failures, notes_lost;
static const char *skip_reason;

static atomic_bool running;

void self_print(const struct self_output *out, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	out->line(text, out->context);
}

void self_fail(const char *file, int line, const char *fmt, ...)
{
	char text[LINE_MAX];
	size_t length;
	va_list args;

	fmt_snprintf(text, sizeof(text), "%s:%d: ", file, line);
	length = strlen(text);
	va_start(args, fmt);
	fmt_vsnprintf(text + length, sizeof(text) - length, fmt, args);
	va_end(args);
	length = strlen(text) + 1;
	SPIN_IRQ_GUARD(&notes_lock);
	failures++;
	if (length > NOTES_MAX - notes_length) {
		notes_lost++;
		return;
	}
	memcpy(notes + notes_length, text, length);
	notes_length += length;
}

void self_skip(const char *reason)
{
	skip_reason = reason;
}

static bool is_chosen(const char *name, const char *prefix)
{
	return !prefix || str_starts_with(name, prefix);
}

/* Whether it passed. */
static bool run_one(const struct self_test *test, unsigned number,
		    const struct self_output *out)
{
	notes_length = 0;
	failures = notes_lost = 0;
	skip_reason = NULL;
	test->run();
	for (size_t at = 0; at < notes_length; at += strlen(notes + at) + 1)
		self_print(out, "# %s", notes + at);
	if (notes_lost)
		self_print(out, "# and %u more", notes_lost);
	if (failures)
		self_print(out, "not ok %u %s", number, test->name);
	else if (skip_reason)
		self_print(out, "ok %u %s # SKIP %s", number, test->name, skip_reason);
	else
		self_print(out, "ok %u %s", number, test->name);
	return failures == 0;
}

static int run_chosen(const char *prefix, const struct self_output *out)
{
	const struct self_test *const *test;
	unsigned count = 0, number = 0;
	int failed = 0;

	for (test = table_self_test_start; test < table_self_test_end; test++)
		count += is_chosen((*test)->name, prefix);
	if (count == 0)
		return -ENOENT;
	self_print(out, "KTAP version 1");
	self_print(out, "1..%u", count);
	for (test = table_self_test_start; test < table_self_test_end; test++)
		if (is_chosen((*test)->name, prefix))
			failed += !run_one(*test, ++number, out);
	self_print(out, "# %u passed, %d failed", count - failed, failed);
	return failed;
}

int self_run(const char *prefix, self_line line, void *context)
{
	int result;

	if (atomic_exchange(&running, true))
		return -EBUSY;
	result = run_chosen(prefix, &(struct self_output){ line, context });
	atomic_store(&running, false);
	return result;
}

/* Doubles the times until they take long enough; tenths, since there is no float. */
static void bench_one(const struct self_bench *bench, const struct self_output *out)
{
	uint64_t ns = 0, ticks = 0, times;
	uint64_t least = bench->least ? bench->least : bench_least;

	bench->run(16);
	for (times = 64; times < BENCH_TIMES_MAX && ns < least; times *= 2) {
		uint64_t clock = clock_monotonic(), tsc = cpu_tsc();

		bench->run(times * 2);
		ticks = cpu_tsc() - tsc;
		ns = clock_monotonic() - clock;
	}
	ns = ns * 10 / times;
	ticks = ticks * 10 / times;
	self_print(out, "bench %s %llu.%llu ns %llu.%llu ticks/op", bench->name,
		   (unsigned long long)ns / 10, (unsigned long long)ns % 10,
		   (unsigned long long)ticks / 10, (unsigned long long)ticks % 10);
}

int self_bench(const char *prefix, self_line line, void *context)
{
	const struct self_output out = { line, context };
	int result = -ENOENT;

	if (atomic_exchange(&running, true))
		return -EBUSY;
	for (const struct self_bench *const *bench = table_self_bench_start;
	     bench < table_self_bench_end; bench++) {
		if (!is_chosen((*bench)->name, prefix))
			continue;
		bench_one(*bench, &out);
		result = 0;
	}
	atomic_store(&running, false);
	return result;
}
