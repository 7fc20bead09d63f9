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
		LINK_TABLE(self_test) = &(const struct self_test){ name_, function_ };  \
	static void function_(void)

/* Fails the running test, says where and why, and goes on. */
void self_fail(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Leaves the test as skipped, with the reason. */
void self_skip(const char *reason);

#define EXPECT(condition_)                                                             \
	do {                                                                           \
		if (!(condition_))                                                     \
			self_fail(__FILE__, __LINE__, "%s", #condition_);              \
	} while (0)
#define EXPECT_EQ(a_, b_)                                                              \
	do {                                                                           \
		long long left_ = (long long)(a_), right_ = (long long)(b_);           \
		if (left_ != right_)                                                   \
			self_fail(__FILE__, __LINE__, "%s is %lld, not %s (%lld)", #a_, \
				  left_, #b_, right_);                                 \
	} while (0)

#endif
