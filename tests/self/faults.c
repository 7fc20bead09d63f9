/*
 * faults.c: runs sweeps of failures, notes where they struck, and takes the boot
 * parameters that make an allocation or a device's operation of the boot itself fail.
 *
 * Memory is compared after everything that is kept for later was given back, and after
 * some patience: tasks end behind the back of those who waited for them. Where it is not
 * the same, the thing is done once more without a failure: a file that was not written
 * is no leak, and all of it must work again.
 */
#include "tests/self/faults.h"

#include "kernel/debug/log.h"
#include "kernel/debug/symbols.h"
#include "kernel/dev/param.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/mm/shrinker.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"

enum { SITES_MAX = 512, SETTLE_S = 5, LINE_MAX = 160 };

static _Atomic uint32_t sites[SITES_MAX]; /* low halves of addresses, in no order */
static _Atomic uint64_t last_site;
static bool loud; /* at boot there is nobody else who says it */

static void note(uint64_t site)
{
	atomic_store(&last_site, site);
	for (unsigned i = 0; i < SITES_MAX; i++) {
		uint32_t there = 0;

		if (atomic_compare_exchange_strong(&sites[i], &there, (uint32_t)site) ||
		    there == (uint32_t)site)
			break;
	}
	if (loud) {
		char place[SYMBOL_PLACE_SIZE];

		log_notice("fault: made to fail at %#llx %s", (unsigned long long)site,
			   symbol_place(site, place));
	}
}

void faults_install(void)
{
	atomic_store(&fault_inject_struck, note);
}

uint64_t faults_site(unsigned n)
{
	uint32_t site = n < SITES_MAX ? atomic_load(&sites[n]) : 0;

	return site ? 0xffffffff00000000ull | site : 0;
}

/* "N", or "N:M" for M of them. */
static int arm_boot(const char *value, void (*arm)(uint64_t n, const struct task *task))
{
	const char *colon = value ? strchr(value, ':') : NULL;
	uint64_t n, times = 1;
	char number[24];

	if (!value || str_copy(number, value, sizeof(number)) < 0)
		return -EINVAL;
	if (colon && (colon - value >= (ssize_t)sizeof(number) ||
		      parse_u64(colon + 1, 10, &times) || times > UINT16_MAX))
		return -EINVAL;
	if (colon)
		number[colon - value] = '\0';
	if (parse_u64(number, 10, &n))
		return -EINVAL;
	faults_install();
	loud = true;
	arm(n, NULL);
	fault_inject_repeat((unsigned)times);
	return 0;
}

static int set_fail_nth(const char *rest, const char *value)
{
	return arm_boot(value, fault_inject_arm);
}
PARAM(fail_nth, "fail_nth",
      "=N[:M]  the Nth allocation of the boot fails, and M - 1 more", set_fail_nth);

static int set_fail_device(const char *rest, const char *value)
{
	return arm_boot(value, fault_inject_arm_device);
}
PARAM(fail_device, "fail_device", "=N[:M]  the same for what devices are asked to do",
      set_fail_device);

static struct memory_use settled_use(void)
{
	(void)memory_reclaim(UINT64_MAX);
	return memory_use();
}

static bool settles(const struct memory_use *before, struct memory_use *after)
{
	uint64_t deadline = clock_monotonic() + SETTLE_S * NSEC_PER_SEC;

	for (;;) {
		*after = settled_use();
		if (memcmp(before, after, sizeof(*after)) == 0)
			return true;
		if (clock_monotonic() > deadline || task_sleep(NSEC_PER_MSEC))
			return false;
	}
}

/* One run with the n-th failing; whether it struck. */
static bool run_once(struct faults_sweep *sweep, uint64_t n, struct memory_use *before,
		     const struct self_output *out)
{
	struct memory_use after;
	char place[SYMBOL_PLACE_SIZE];
	bool struck;
	int status;

	(sweep->devices ? fault_inject_arm_device : fault_inject_arm)(n, NULL);
	status = sweep->attempt(sweep->context);
	struck = fault_inject_disarm();
	sweep->runs++;
	sweep->struck += struck;
	after = settled_use();
	if (struck && memcmp(before, &after, sizeof(after)) != 0)
		(void)sweep->attempt(sweep->context);
	if (!context_may_sleep() || !settles(before, &after)) {
		self_print(
			out,
			"# %s: failure %llu at %s leaks %lld bytes, %lld of areas, %lld "
			"pages",
			sweep->name, (unsigned long long)n,
			symbol_place(last_site, place),
			(long long)(after.objects - before->objects),
			(long long)(after.areas - before->areas),
			(long long)(after.pages - before->pages));
		sweep->leaks++;
		*before = after;
	}
	if (!struck && sweep->strict && status != sweep->status) {
		self_print(out, "# %s: status %d where nothing fails, and %d before",
			   sweep->name, status, sweep->status);
		sweep->leaks++;
	}
	return struck;
}

int faults_run(struct faults_sweep *sweep, void (*line)(const char *text, void *context),
	       void *context)
{
	const struct self_output out = { line, context };
	struct memory_use before;
	uint64_t n = 1;

	loud = false;
	faults_install();
	/* Once before: what is made for good by the first use is no leak. */
	sweep->runs = sweep->struck = sweep->leaks = 0;
	sweep->status = sweep->attempt(sweep->context);
	before = settled_use();
	while (sweep->runs < FAULTS_MAX && run_once(sweep, n, &before, &out))
		n += sweep->dense && n >= sweep->dense ? 1 + n / 2 : 1;
	sweep->last_site = last_site;
	return sweep->leaks ? -EIO : 0;
}
