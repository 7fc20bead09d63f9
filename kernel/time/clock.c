/*
 * clock.c: the monotonic and the wall clock, from the best counter there is.
 *
 * Time is base_ns + (counter - base_count) * factor, in a struct that readers copy
 * without a lock, under a sequence counter. A change of rate or of counter starts at the
 * time that the old one shows, so the clock never goes back.
 */
#include "kernel/time/clock.h"

#include <stdatomic.h>

#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/sync/seqcount.h"
#include "kernel/sync/spinlock.h"
#include "kernel/time/internal.h"
#include "kernel/time/scale.h"
#include "kernel/time/timer.h"
#include "kernel/x86/io.h"
#include "lib/string.h"

enum {
	SOURCES_MAX = 8,
	DELAY_PORT = 0x80, /* writing to it does nothing, for about a microsecond */
	TSC_HZ_GUESS = 1000000000,
};

#define MEASURE_NS (100 * NSEC_PER_USEC)
#define BOOT_NS_MAX (60 * NSEC_PER_SEC)

static struct clock_source *sources[SOURCES_MAX];
static unsigned source_count;
static const char *preferred;
static uint64_t (*read_wall)(void);
static struct clock_source *tsc; /* [I] after clock_prepare; may be NULL */
static const char *rate_source;	 /* who told the TSC's rate */

LOCK_CLASS(clock_class, "clock", RANK_TIMER, LOCK_IRQ);
static struct spinlock clock_lock = SPINLOCK_INIT(&clock_class);

static struct seqcount line_count;
static struct {
	struct clock_source *source; /* NULL before clock_init */
	bool is_tsc;		     /* read here, without the call */
	uint64_t base_count, base_ns, factor;
} clock; /* [clock_lock] to change */

static struct timer wrap_timer;
static _Atomic uint64_t wall_offset; /* the wall clock's ns at monotonic 0 */

void clock_source_register(struct clock_source *source)
{
	if (source_count < SOURCES_MAX)
		sources[source_count++] = source;
}

struct clock_source *clock_source_at(unsigned index)
{
	return index < source_count ? sources[index] : NULL;
}

struct clock_source *clock_source_in_use(void)
{
	return clock.source;
}

void clock_prefer(const char *name)
{
	preferred = name;
}

void clock_wall_register(uint64_t (*read)(void))
{
	read_wall = read;
}

static uint64_t elapsed_ns(void)
{
	uint64_t count = clock.is_tsc ? cpu_tsc_ordered() : clock.source->read();

	return clock.base_ns +
	       scale_apply(clock.factor, (count - clock.base_count) & clock.source->mask);
}

/* Any counter, and while the line changes. */
static NOINLINE uint64_t read_any(void)
{
	uint32_t start;
	uint64_t ns;

	do {
		start = seqcount_read(&line_count);
		if (unlikely(!clock.source))
			return 0;
		ns = elapsed_ns();
	} while (seqcount_changed(&line_count, start));
	return ns;
}

uint64_t clock_monotonic(void)
{
	uint32_t start = atomic_load_explicit(&line_count.count, memory_order_acquire);
	uint64_t ns;

	if (likely(!(start & 1) && clock.is_tsc)) { /* all of its 64 bits count */
		ns = clock.base_ns +
		     scale_apply(clock.factor, cpu_tsc_ordered() - clock.base_count);
		if (!seqcount_changed(&line_count, start))
			return ns;
	}
	return read_any();
}

/* Starts a new line of time at (base_count, base_ns). With clock_lock. */
static void set_line(struct clock_source *source, uint64_t base_count, uint64_t base_ns)
{
	seqcount_write_begin(&line_count);
	clock.source = source;
	clock.is_tsc = source == tsc;
	clock.base_count = base_count;
	clock.base_ns = base_ns;
	clock.factor = scale_factor(source->hz, NSEC_PER_SEC);
	seqcount_write_end(&line_count);
}

/* A counter that wraps is looked at four times a turn. */
static void expire_wrap(struct timer *timer)
{
	struct clock_source *source = clock.source;

	if (source->mask == UINT64_MAX)
		return;
	clock_set_rate(source, source->hz);
	timer_start(timer,
		    clock_monotonic() + scale_apply(clock.factor, source->mask / 4));
}

static void change_source(struct clock_source *source)
{
	SPIN_IRQ_GUARD(&clock_lock);
	set_line(source, source->read(), elapsed_ns());
}

void clock_use(struct clock_source *source)
{
	change_source(source);
	if (source->mask != UINT64_MAX)
		timer_start(&wrap_timer, clock_monotonic());
}

void clock_set_rate(struct clock_source *source, uint64_t hz)
{
	uint64_t count, ns;

	SPIN_IRQ_GUARD(&clock_lock);
	source->hz = hz;
	if (source != clock.source)
		return;
	/* The old line at count, so that nothing is lost between two reads. */
	count = source->read();
	ns = clock.base_ns +
	     scale_apply(clock.factor, (count - clock.base_count) & source->mask);
	set_line(source, count, ns);
}

void clock_start_timers(void)
{
	timer_setup(&wrap_timer, expire_wrap);
	if (clock.source->mask != UINT64_MAX)
		timer_start(&wrap_timer, clock_monotonic());
	calibrate_refine_later();
}

static bool can_be_clock(const struct clock_source *source)
{
	return source->hz && source->rating && source->mask >= CLOCK_MIN_MASK;
}

static struct clock_source *choose(void)
{
	struct clock_source *best = NULL;

	for (unsigned i = 0; i < source_count; i++) {
		struct clock_source *source = sources[i];

		if (!can_be_clock(source))
			continue;
		if (preferred && strcmp(preferred, source->name) == 0)
			return source;
		if (!best || source->rating > best->rating)
			best = source;
	}
	return best;
}

/* The first look at counters that drivers want measured later, with the TSC's. */
static void mark_counters(void)
{
	for (unsigned i = 0; i < source_count; i++) {
		struct clock_source *source = sources[i];

		if (source->hz || source == tsc)
			continue;
		clock_take_sample(clock.source ? clock.source : tsc, source,
				  &source->mark_clock, &source->mark_count);
	}
}

void clock_source_measure(struct clock_source *source)
{
	uint64_t count, now, ticks;

	do {
		clock_take_sample(clock.source, source, &now, &count);
		ticks = (now - source->mark_clock) & clock.source->mask;
	} while (scale_apply(clock.factor, ticks) < MEASURE_NS);
	count = (count - source->mark_count) & source->mask;
	/* Neither product nor quotient can be large: both counted for the same time. */
	while (count >> 24) {
		count >>= 1;
		ticks >>= 1;
	}
	source->hz = MAX(count * clock.source->hz / ticks, 1u);
}

static void start_wall(void)
{
	uint64_t seconds = read_wall ? read_wall() : 0;

	if (seconds)
		clock_realtime_set(seconds * NSEC_PER_SEC);
	else
		log_warn("clock: no date from the platform, starting at 1970");
}

/* Time starts with the kernel's first instruction, where the TSC tells when that was. */
static void start_clock(struct clock_source *source)
{
	uint64_t count = source->read(), since = count - boot_info.entry_tsc;
	uint64_t factor = scale_factor(source->hz, NSEC_PER_SEC);
	bool known = source == tsc && boot_info.entry_tsc &&
		     count > boot_info.entry_tsc &&
		     scale_apply(factor, since) < BOOT_NS_MAX;

	SPIN_IRQ_GUARD(&clock_lock);
	set_line(source, known ? count - since : count, 0);
}

void clock_prepare(void)
{
	tsc = tsc_source(&rate_source);
	if (!tsc)
		return;
	clock_source_register(tsc);
	mark_counters();
	if (!tsc->hz)
		calibrate_begin(tsc);
}

void clock_init(void)
{
	struct clock_source *source;

	if (tsc && !tsc->hz && calibrate_end())
		rate_source = calibrate_reference();
	source = choose();
	if (!source && tsc) {
		log_err("clock: nothing tells the TSC's frequency, taken for 1 GHz");
		tsc->hz = TSC_HZ_GUESS;
		source = tsc;
	}
	if (!source) {
		log_err("clock: no counter at all, time stands still");
		return;
	}
	start_clock(source);
	if (source != tsc)
		mark_counters();
	if (preferred && strcmp(preferred, source->name) != 0)
		log_warn("clock: no %s here that can be the clock", preferred);
	log_set_clock(clock_monotonic);
	start_wall();
	log_info("clock: %s at %llu.%03llu MHz%s%s", source->name,
		 (unsigned long long)source->hz / 1000000,
		 (unsigned long long)source->hz / 1000 % 1000,
		 source == tsc && rate_source ? ", by " : "",
		 source == tsc && rate_source ? rate_source : "");
}

COLD void clock_avoid_tsc(void)
{
	struct clock_source *other;

	if (!tsc)
		return;
	tsc->rating = 0;
	if (clock.source != tsc)
		return;
	other = choose();
	if (other)
		clock_use(other);
	log_warn("clock: %s from here on%s", clock.source->name,
		 other ? "" : ", though processors disagree: there is no other counter");
}

uint64_t clock_realtime(void)
{
	return clock_monotonic() +
	       atomic_load_explicit(&wall_offset, memory_order_relaxed);
}

void clock_realtime_set(uint64_t ns)
{
	atomic_store_explicit(&wall_offset, ns - clock_monotonic(), memory_order_relaxed);
}

uint64_t clock_tsc_hz(void)
{
	return tsc ? tsc->hz : 0;
}

const char *clock_name(void)
{
	return clock.source ? clock.source->name : "none";
}

void clock_delay(uint64_t ns)
{
	uint64_t end = clock_monotonic() + ns;

	if (clock.source)
		while (clock_monotonic() < end)
			cpu_relax();
	else
		for (uint64_t us = 0; us <= ns / NSEC_PER_USEC; us++)
			out8(DELAY_PORT, 0);
}
