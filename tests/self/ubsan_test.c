/*
 * ubsan_test.c: plants what C does not define, and looks for its report: the place, the
 * kind, the values. Linked where the sanitizer of undefined behaviour is.
 */
#include "kernel/sanitize/finding.h"
#include "lib/string.h"
#include "tests/self/self.h"

static char seen[2048];
static unsigned reports;

/* What the compiler may not see through. */
static volatile int one = 1, forty = 40, most = INT32_MAX, least = INT32_MIN, zero;
static volatile int sink;

static void take_finding(const char *text)
{
	reports++;
	(void)str_copy(seen, text, sizeof(seen));
}

static void begin(void)
{
	reports = 0;
	seen[0] = '\0';
	finding_hook = take_finding;
}

static void expect_finding(const char *what)
{
	finding_hook = NULL;
	EXPECT_EQ(reports, 1);
	if (!strstr(seen, what) || !strstr(seen, "tests/self/ubsan_test.c:") ||
	    !strstr(seen, "self_run"))
		self_fail(__FILE__, __LINE__, "no \"%s\" in: %.100s", what, seen);
}

SELF_TEST("ubsan.silent", test_silent)
{
	begin();
	sink = one << 30;
	sink = most + one; /* wraps: -fwrapv */
	sink = least / (one + one);
	finding_hook = NULL;
	EXPECT_EQ(reports, 0);
}

SELF_TEST("ubsan.shift", test_shift)
{
	begin();
	sink = one << forty;
	expect_finding("shift of 1 by 40 in 'int'");
	begin();
	sink = one >> -one;
	expect_finding("shift of 1 by -1");
}

SELF_TEST("ubsan.bounds", test_bounds)
{
	static volatile int table[4][4];

	begin();
	sink = table[1][3 + one];
	expect_finding("index 4 is outside of 'int [4]'");
}

__attribute__((optimize("no-wrapv"))) static NOINLINE int add(int a, int b)
{
	return a + b;
}

__attribute__((optimize("no-wrapv"))) static NOINLINE int negate(int a)
{
	return -a;
}

SELF_TEST("ubsan.overflow", test_overflow)
{
	begin();
	sink = add(most, one);
	expect_finding("2147483647 + 1 does not fit into 'int'");
	begin();
	sink = negate(least);
	expect_finding("-(-2147483648) does not fit");
}

static NOINLINE int load(const int *p)
{
	return *p;
}

SELF_TEST("ubsan.alignment", test_alignment)
{
	static int words[2];

	begin();
	sink = load((const int *)((char *)words + one));
	expect_finding("which is not aligned to 4");
}

/* The address of a member is computed, and nothing is read. */
struct pair {
	int a, b;
};

static NOINLINE uint64_t member(struct pair *p)
{
	return (uint64_t)&p->b;
}

SELF_TEST("ubsan.null", test_null)
{
	begin();
	EXPECT_EQ(member((struct pair *)(uint64_t)zero), 4);
	expect_finding("member access within 'struct pair' through a null pointer");
}

SELF_TEST("ubsan.bool", test_bool)
{
	bool value;
	volatile uint8_t byte = 2 + zero;

	memcpy(&value, (const void *)&byte, 1);
	begin();
	sink = *(volatile bool *)&value ? 5 : 6;
	expect_finding("load of 2, which is no value of '_Bool'");
}

SELF_TEST("ubsan.pointer", test_pointer)
{
	char *volatile p = (char *)UINT64_MAX - 15;

	begin();
	sink = (uint64_t)(p + 16 * one) == 0;
	expect_finding("the pointer 0xfffffffffffffff0 becomes");
}
