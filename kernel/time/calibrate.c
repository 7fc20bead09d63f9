/*
 * calibrate.c: the rate of one counter by another's.
 *
 * Both are read at the two ends of a window of a millisecond or so. Each reading is
 * bracketed: of a few tries the one counts that took the least time, so a host or a
 * system-management interrupt that comes between the two reads does no harm, and one
 * that comes within the window stretches it for both. When more time has gone the same
 * is done again from the window's start, for free, and the clock's rate corrected.
 * Every loop is bounded, since the hardware that we measure with may be dead.
 */
#include "kernel/debug/log.h"
#include "kernel/time/internal.h"
#include "kernel/time/timer.h"
#include "kernel/x86/cpu.h"

enum {
	SAMPLE_TRIES = 5,
	ALIVE_READS = 1000,
	WINDOW_READS_MAX = 100000,
	FAST_HZ = 10000000,
	PLAUSIBLE_HZ_MIN = 1000000,
	/* Off by more than one part in so many after 150 ms: not a clock. */
	UNSTABLE_PART = 50,
};

#define PLAUSIBLE_HZ_MAX 100000000000ULL
#define REFINE_NS (150 * NSEC_PER_MSEC)
#define REFINE_NS_MAX (4 * NSEC_PER_SEC)

static struct clock_source *reference, *measured;
static uint64_t start_reference, start_measured;
static struct timer refine_timer;

void clock_take_sample(struct clock_source *outer, struct clock_source *inner,
		       uint64_t *outer_count, uint64_t *inner_count)
{
	uint64_t best = UINT64_MAX;

	for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
		uint64_t before = outer->read(), count = inner->read();
		uint64_t width = (outer->read() - before) & outer->mask;

		if (width >= best)
			continue;
		best = width;
		*outer_count = (before + width / 2) & outer->mask;
		*inner_count = count;
	}
}

static bool is_alive(struct clock_source *source)
{
	uint64_t first = source->read();

	for (unsigned i = 0; i < ALIVE_READS; i++)
		if (source->read() != first)
			return true;
	return false;
}

static struct clock_source *find_reference(void)
{
	struct clock_source *best = NULL, *source;

	for (unsigned i = 0; (source = clock_source_at(i)) != NULL; i++) {
		if (!source->hz || !source->rating ||
		    (best && best->rating > source->rating))
			continue;
		if (is_alive(source)) {
			best = source;
		} else {
			log_warn("clock: %s stands still", source->name);
			source->hz = 0;
		}
	}
	return best;
}

/* The measured counter's rate from what both counted since the start. */
static uint64_t rate(uint64_t measured_count, uint64_t reference_count)
{
	return reference_count ? measured_count * reference->hz / reference_count : 0;
}

/* 2 ms with the PIT, 1 ms with the PM timer, less with what counts faster. */
static uint64_t windows_per_second(void)
{
	if (reference->mask < CLOCK_MIN_MASK)
		return 500;
	return reference->hz < FAST_HZ ? 1000 : 2500;
}

void calibrate_begin(struct clock_source *source)
{
	reference = find_reference();
	if (!reference)
		return;
	measured = source;
	clock_take_sample(measured, reference, &start_measured, &start_reference);
}

bool calibrate_end(void)
{
	uint64_t window, gone = 0, count, hz;

	if (!measured)
		return false;
	/* A narrow counter may have wrapped meanwhile. */
	if (reference->mask < CLOCK_MIN_MASK)
		clock_take_sample(measured, reference, &start_measured, &start_reference);
	window = reference->hz / windows_per_second();
	for (unsigned i = 0; i < WINDOW_READS_MAX && gone < window; i++)
		gone = (reference->read() - start_reference) & reference->mask;
	clock_take_sample(measured, reference, &count, &gone);
	gone = (gone - start_reference) & reference->mask;
	hz = rate((count - start_measured) & measured->mask, gone);
	if (gone < window || hz < PLAUSIBLE_HZ_MIN || hz > PLAUSIBLE_HZ_MAX) {
		log_warn("clock: %s against %s gives %llu Hz, not used", measured->name,
			 reference->name, (unsigned long long)hz);
		measured = NULL;
		return false;
	}
	measured->hz = hz;
	return true;
}

const char *calibrate_reference(void)
{
	return reference->name;
}

/* How far the reference came; the clock tells how often a narrow one wrapped. */
static uint64_t reference_gone(uint64_t now, uint64_t ns)
{
	uint64_t expected = ns * (reference->hz / 1000) / NSEC_PER_MSEC;
	uint64_t gone = (now - start_reference) & reference->mask;
	uint64_t ahead = (gone - expected) & reference->mask;

	/* The nearest to expected of all counts that look like gone. */
	return ahead <= reference->mask / 2 ? expected + ahead
					    : expected - (reference->mask + 1 - ahead);
}

static void adjust(uint64_t hz)
{
	uint64_t old = measured->hz, off = hz > old ? hz - old : old - hz;

	if (off <= old / UNSTABLE_PART) {
		clock_set_rate(measured, hz);
		log_debug("clock: %s refined to %llu Hz", measured->name,
			  (unsigned long long)hz);
		return;
	}
	log_warn("clock: %s was %llu Hz and is %llu Hz: unstable", measured->name,
		 (unsigned long long)old, (unsigned long long)hz);
	if (reference->mask >= CLOCK_MIN_MASK)
		clock_use(reference);
}

static void expire_refine(struct timer *timer)
{
	uint64_t count, now, ns;

	clock_take_sample(measured, reference, &count, &now);
	ns = (count - start_measured) * 1000 / (measured->hz / 1000000);
	if (ns < REFINE_NS_MAX) {
		adjust(rate(count - start_measured, reference_gone(now, ns)));
		return;
	}
	/* So late that the sums would not fit: from the start. */
	start_measured = count;
	start_reference = now;
	timer_start(timer, clock_monotonic() + REFINE_NS);
}

void calibrate_refine_later(void)
{
	if (!measured || clock_source_in_use() != measured)
		return;
	timer_setup(&refine_timer, expire_refine);
	timer_start(&refine_timer, clock_monotonic() + REFINE_NS);
}
