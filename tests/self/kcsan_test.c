/*
 * kcsan_test.c: all CPUs count in one word, with and without a lock: the race detector
 * must report the one and not the other. Linked where the detector is.
 */
#include "kernel/sanitize/finding.h"
#include "kernel/sanitize/kcsan.h"
#include "kernel/sync/spinlock.h"
#include "kernel/x86/smp.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { ROUNDS = 20000, OFTEN = 50 };

LOCK_CLASS(count_class, "race test", RANK_RNG, LOCK_IRQ);
static struct spinlock count_lock = SPINLOCK_INIT(&count_class);
static uint64_t racy, locked; /* locked: [count_lock] */
static _Atomic uint64_t marked;

static char seen[4096];
static atomic_uint reports;

static void take_finding(const char *text)
{
	if (atomic_fetch_add(&reports, 1) == 0)
		(void)str_copy(seen, text, sizeof(seen));
}

/* On all CPUs at once, in an interrupt. */
static void count_racy(void *unused)
{
	for (unsigned i = 0; i < ROUNDS && atomic_load(&reports) == 0; i++)
		racy++;
}

static void count_locked(void *unused)
{
	for (unsigned i = 0; i < ROUNDS / 10; i++) {
		SPIN_IRQ_GUARD(&count_lock);
		locked++;
	}
}

static void count_marked(void *unused)
{
	for (unsigned i = 0; i < ROUNDS / 10; i++)
		atomic_fetch_add(&marked, 1);
}

static bool run(void (*count)(void *unused))
{
	unsigned before;

	if (cpu_count == 1) {
		self_skip("one CPU races with nobody");
		return false;
	}
	before = kcsan_set_interval(OFTEN);
	atomic_store(&reports, 0);
	seen[0] = '\0';
	finding_hook = take_finding;
	smp_call(cpu_online_mask(), count, NULL);
	finding_hook = NULL;
	(void)kcsan_set_interval(before);
	return true;
}

SELF_TEST("kcsan.race", test_race)
{
	static const char *const words[] = { "kcsan: data race", "of 8 bytes", "on CPU",
					     "count_racy" };
	const char *first;

	if (!run(count_racy))
		return;
	EXPECT(atomic_load(&reports) > 0);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!strstr(seen, words[i]))
			self_fail(__FILE__, __LINE__, "no \"%s\" in: %.100s", words[i],
				  seen);
	/* Both stacks. */
	first = strstr(seen, "count_racy");
	EXPECT(first && strstr(first + 1, "count_racy"));
}

SELF_TEST("kcsan.locked", test_locked)
{
	locked = 0;
	if (!run(count_locked))
		return;
	EXPECT_EQ(atomic_load(&reports), 0);
	EXPECT_EQ(locked, cpu_count * (ROUNDS / 10));
}

SELF_TEST("kcsan.marked", test_marked)
{
	atomic_store(&marked, 0);
	if (!run(count_marked))
		return;
	EXPECT_EQ(atomic_load(&reports), 0);
	EXPECT_EQ(atomic_load(&marked), cpu_count * (ROUNDS / 10));
}
