/*
 * completion.c: a count of events under the lock of the queue of those who wait.
 *
 * Announcing and taking are each one critical section, so the announcer has left the
 * completion before a waiter can leave with the event.
 */
#include "kernel/sched/completion.h"

#include "kernel/sched/internal.h"

enum { COMPLETION_ALL = UINT32_MAX };

void completion_init(struct completion *completion)
{
	waitq_init(&completion->waiters);
	completion->done = 0;
}

void completion_done(struct completion *completion)
{
	struct wait_entry *first;

	SPIN_IRQ_GUARD(&completion->waiters.lock);
	if (completion->done < COMPLETION_ALL - 1)
		completion->done++;
	first = waitq_first(&completion->waiters);
	if (first)
		waitq_wake_entry(first);
}

void completion_done_all(struct completion *completion)
{
	struct wait_entry *first;

	SPIN_IRQ_GUARD(&completion->waiters.lock);
	completion->done = COMPLETION_ALL;
	for (;;) {
		first = waitq_first(&completion->waiters);
		if (!first)
			break;
		waitq_wake_entry(first);
	}
}

bool completion_try(struct completion *completion)
{
	SPIN_IRQ_GUARD(&completion->waiters.lock);
	if (!completion->done)
		return false;
	if (completion->done != COMPLETION_ALL)
		completion->done--;
	return true;
}

/* The condition takes the event: it is true once for each wait, which then ends. */
static int wait(struct completion *completion, bool killable, uint64_t deadline)
{
	return WAITQ_LOOP(&completion->waiters, completion_try(completion), killable,
			  deadline);
}

int completion_wait(struct completion *completion)
{
	return wait(completion, true, 0);
}

int completion_wait_until(struct completion *completion, uint64_t deadline)
{
	return wait(completion, true, deadline);
}

void completion_wait_always(struct completion *completion)
{
	(void)wait(completion, false, 0);
}
