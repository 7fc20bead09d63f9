/*
 * self.h: tests that run inside the kernel, reported in KTAP (docs.kernel.org/dev-tools/
 * ktap) on the console. The monitor's `selftest [name]` runs them all, or those whose
 * name starts so. One test, one function; it runs in task context and may sleep.
 */
#ifndef TESTS_SELF_SELF_H
#define TESTS_SELF_SELF_H

#include "lib/base.h"

struct self_test {
	const char *name; /* "room.what": "page.split_and_merge" */
	void (*run)(void);
};

#define SELF_TEST(name_, function_)                                                    \
	static void function_(void);                                                   \
	static const struct self_test *const PASTE(self_test_, function_)              \
		LINK_TABLE(self_test) = &(const struct self_test){ name_, function_ }; \
	static void function_(void)

/*
 * Runs all tests, or those whose name begins with prefix (NULL: all), one after another,
 * and hands each line of the report to line. Returns how many failed; -ENOENT when none
 * has such a name, -EBUSY when a run is under way. May sleep.
 */
typedef void (*self_line)(const char *text, void *context);
int self_run(const char *prefix, self_line line, void *context);

/*
 * A benchmark does its operation so many times. self_bench finds a number of times that
 * takes long enough, and reports "bench NAME N ns M ticks/op" for each.
 */
struct self_bench {
	const char *name;
	void (*run)(uint64_t times);
	uint64_t least; /* ns to take at least, 0: as usual */
};

#define SELF_BENCH(name_, function_) SELF_BENCH_LONG(name_, function_, 0)
/* For what needs tasks, whose start is not to count. */
#define SELF_BENCH_LONG(name_, function_, least_)                               \
	static void function_(uint64_t times);                                  \
	static const struct self_bench *const PASTE(self_bench_, function_)     \
		LINK_TABLE(self_bench) =                                        \
			&(const struct self_bench){ name_, function_, least_ }; \
	static void function_(uint64_t times)

/* As self_run, for benchmarks. Returns 0 or the errors there. */
int self_bench(const char *prefix, self_line line, void *context);

/* Where a report goes, and a line of it, without its newline. */
struct self_output {
	self_line line;
	void *context;
};
void self_print(const struct self_output *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fails the running test, says where and why, and goes on. */
void self_fail(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Leaves the test as skipped, with the reason. */
void self_skip(const char *reason);

#define EXPECT(condition_)                                                \
	do {                                                              \
		if (!(condition_))                                        \
			self_fail(__FILE__, __LINE__, "%s", #condition_); \
	} while (0)
#define EXPECT_EQ(a_, b_)                                                               \
	do {                                                                            \
		long long left_ = (long long)(a_), right_ = (long long)(b_);            \
		if (left_ != right_)                                                    \
			self_fail(__FILE__, __LINE__, "%s is %lld, not %s (%lld)", #a_, \
				  left_, #b_, right_);                                  \
	} while (0)

#endif
