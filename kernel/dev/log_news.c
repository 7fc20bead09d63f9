/*
 * log_news.c: from the log, which works in any context, to waiters, who cannot be woken
 * from every one: a record may be made under a lock that waking takes as well.
 *
 * A record made where the maker could sleep wakes the waiters itself. For the others
 * there is a timer, which runs only while somebody waits: log_news_since starts it when
 * there is no news, its end looks for records and starts it again for those who wait on.
 */
#include "kernel/dev/log_news.h"

#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/time/clock.h"
#include "kernel/time/timer.h"

static const uint64_t look_again_ns = 50 * NSEC_PER_MSEC;
static struct waitq queue;
static struct timer look_again;
static uint64_t announced; /* by look_again: the next record's number then */

struct waitq *log_news_queue(void)
{
	return &queue;
}

bool log_news_since(uint64_t sequence)
{
	if (log_next_sequence() > sequence)
		return true;
	timer_start(&look_again, clock_monotonic() + look_again_ns);
	return false;
}

static void look(struct timer *timer)
{
	uint64_t next = log_next_sequence();

	if (next != announced)
		waitq_wake_all(&queue);
	announced = next;
	if (!waitq_is_empty(&queue))
		timer_start(timer, clock_monotonic() + look_again_ns);
}

static void record_made(void)
{
	if (context_may_sleep())
		waitq_wake_all(&queue);
}

static int log_news_start(void)
{
	waitq_init(&queue);
	timer_setup(&look_again, look);
	log_set_notify(record_made);
	return 0;
}
INIT(INIT_DRIVER, log_news_start);
