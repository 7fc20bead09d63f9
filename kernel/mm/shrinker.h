/*
 * shrinker.h: who keeps memory that he can do without, and who wants to know when memory
 * is short. Both register themselves in a table of the linker's: a line each.
 *
 * Watermarks, in free pages: below `min` only GFP_ATOMIC gets any (that is the emergency
 * reserve, see page.h); below `low` memory is short, until it is above `high` again.
 * Who asks with GFP_KERNEL where he may sleep, and would get nothing, first runs the
 * shrinkers: his request fails only when what they gave back was not enough.
 */
#ifndef KERNEL_MM_SHRINKER_H
#define KERNEL_MM_SHRINKER_H

#include <stdatomic.h>
#include "lib/base.h"

/*
 * Both operations are called in task context with interrupts on and no spinlock held, by
 * several tasks at once, perhaps. The caller may hold sleeping locks: an operation takes
 * only those that nobody holds who allocates with GFP_KERNEL. It allocates nothing.
 */
struct shrinker {
	const char *name;
	uint64_t (*count)(void); /* pages that scan could give back: a cheap guess */
	/* Gives back about so many pages, or all; how many it were, as far as known. */
	uint64_t (*scan)(uint64_t pages);
	_Atomic uint64_t calls, pages; /* since boot: of scan, and given back */
};

#define SHRINKER(symbol_, name_, count_, scan_)                                        \
	static struct shrinker symbol_ = { name_, count_, scan_, 0, 0 };               \
	static struct shrinker *const PASTE(shrinker_, symbol_) LINK_TABLE(shrinker) = \
		&symbol_

void shrinker_visit(void (*visit)(const struct shrinker *shrinker, void *context),
		    void *context);

/*
 * Called when memory becomes short (true) and when it no longer is (false), from the task
 * that notices; context as above. Changes that come and go unnoticed are not reported.
 */
struct pressure_notifier {
	void (*notify)(bool is_short);
};

#define PRESSURE_NOTIFIER(notify_)                                                \
	static const struct pressure_notifier *const PASTE(pressure_of_, notify_) \
		LINK_TABLE(pressure) = &(const struct pressure_notifier)          \
	{                                                                         \
		notify_                                                           \
	}

/* Whether memory is short now, as it was last noticed. Any context. */
extern atomic_bool memory_short;

/*
 * Runs the shrinkers until `pages` have come back or nobody has any; how many came. From
 * where it may sleep; elsewhere does nothing. UINT64_MAX: everything that there is.
 */
uint64_t memory_reclaim(uint64_t pages);

#endif
