/*
 * reclaim.c: what happens when memory is short: shrinkers give back what they keep, and
 * those who want to know are told. Nothing here waits or allocates.
 */
#include "kernel/debug/log.h"
#include "kernel/mm/internal.h"
#include "kernel/mm/shrinker.h"
#include "kernel/sync/preempt.h"

extern struct shrinker *const table_shrinker_start[], *const table_shrinker_end[];
extern const struct pressure_notifier *const table_pressure_start[],
	*const table_pressure_end[];

atomic_bool memory_short;

static COLD uint64_t shrink(struct shrinker *shrinker, uint64_t pages)
{
	uint64_t got;

	if (shrinker->count() == 0)
		return 0;
	got = shrinker->scan(pages);
	atomic_fetch_add(&shrinker->calls, 1);
	atomic_fetch_add(&shrinker->pages, got);
	return got;
}

COLD uint64_t memory_reclaim(uint64_t pages)
{
	uint64_t back = 0, got = 1;

	if (!context_may_sleep())
		return 0;
	/* Again while there is something: what one gives back may empty another's. */
	while (got > 0 && back < pages) {
		got = 0;
		for (struct shrinker *const *s = table_shrinker_start;
		     s < table_shrinker_end && back + got < pages; s++)
			got += shrink(*s, pages - back - got);
		back += got;
	}
	return back;
}

COLD void shrinker_visit(void (*visit)(const struct shrinker *shrinker, void *context),
			 void *context)
{
	for (struct shrinker *const *s = table_shrinker_start; s < table_shrinker_end;
	     s++)
		visit(*s, context);
}

COLD void memory_pressure(bool is_short)
{
	if (!context_may_sleep() || atomic_exchange(&memory_short, is_short) == is_short)
		return;
	for (const struct pressure_notifier *const *n = table_pressure_start;
	     n < table_pressure_end; n++)
		(*n)->notify(is_short);
}

static COLD void log_pressure(bool is_short)
{
	log_notice("memory: %s, %llu KiB free", is_short ? "short" : "no longer short",
		   (unsigned long long)(page_count_free() * PAGE_SIZE / KIB));
}
PRESSURE_NOTIFIER(log_pressure);
