/*
 * log.c: the ring of records, and their way out to the sinks.
 *
 * Writing a record and printing it are two steps. A record enters the ring under
 * ring_lock, which nothing holds for longer than a copy. Printing is done by whoever
 * sets `printing` first: it hands every sink what that has not seen yet, until there is
 * nothing left; everybody else goes on at once, also an interrupt that came while its
 * own CPU was printing. After giving `printing` back the printer looks once more:
 *
 *	printer                          other
 *	nothing left                     record enters the ring
 *	printing = false                 printing is true: goes away
 *	looks again: prints it
 */
#include "kernel/debug/log.h"

#include <stdatomic.h>

#include "kernel/dev/param.h"
#include "kernel/sync/spinlock.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"

enum {
	RING_SIZE = LOG_RING_SIZE, /* a power of two */
	RECORD_MAX = LOG_TEXT_MAX, /* bytes of text */
	LINE_MAX = RECORD_MAX + 40,
	BURST = 32, /* records printed in a row */
};

struct record {
	uint64_t time; /* ns since boot */
	uint16_t length;
	uint8_t priority; /* facility * 8 + level */
};

LOCK_CLASS(ring_class, "log ring", RANK_LOG, LOCK_IRQ);
static struct spinlock ring_lock = SPINLOCK_INIT(&ring_class);
/* [ring_lock] positions grow for ever; the ring holds [tail, head). */
static char ring[RING_SIZE];
static uint64_t tail, head;
static uint64_t first_sequence, next_sequence;

static struct log_sink *sinks; /* grows at its head, by boot code only */
static atomic_bool printing;
static atomic_bool hurry; /* lazy sinks too; for good */
static bool panicking;
static enum log_level level_limit = LOG_INFO;
static uint64_t (*clock)(void);
static void (*news)(void);

static void ring_copy_in(uint64_t at, const void *from, size_t n)
{
	size_t offset = at % RING_SIZE, part = MIN(n, RING_SIZE - offset);

	memcpy(ring + offset, from, part);
	memcpy(ring, (const char *)from + part, n - part);
}

static void ring_copy_out(uint64_t at, void *to, size_t n)
{
	size_t offset = at % RING_SIZE, part = MIN(n, RING_SIZE - offset);

	memcpy(to, ring + offset, part);
	memcpy((char *)to + part, ring, n - part);
}

/* With ring_lock held. */
static void ring_append(struct record record, const char *text)
{
	size_t size = sizeof(record) + record.length;

	while (head + size - tail > RING_SIZE) {
		struct record oldest;

		ring_copy_out(tail, &oldest, sizeof(oldest));
		tail += sizeof(oldest) + oldest.length;
		first_sequence++;
	}
	ring_copy_in(head, &record, sizeof(record));
	ring_copy_in(head + sizeof(record), text, record.length);
	head += size;
	next_sequence++;
}

/* A panic takes the lock past a holder that will never give it back. */
static bool ring_enter(uint64_t *flags)
{
	if (panicking)
		return false;
	*flags = spin_lock_irq(&ring_lock);
	return true;
}

static void ring_leave(bool locked, uint64_t flags)
{
	if (locked)
		spin_unlock_irq(&ring_lock, flags);
}

/* The first record numbered >= *sequence; false: none yet. Moves *sequence behind it. */
static bool ring_read(uint64_t *sequence, struct record *record, char text[RECORD_MAX])
{
	uint64_t flags = 0;
	bool locked = ring_enter(&flags);
	uint64_t at = tail;
	bool found = *sequence < next_sequence;

	if (found) {
		*sequence = MAX(*sequence, first_sequence);
		for (uint64_t i = first_sequence; i < *sequence; i++) {
			ring_copy_out(at, record, sizeof(*record));
			at += sizeof(*record) + record->length;
		}
		ring_copy_out(at, record, sizeof(*record));
		ring_copy_out(at + sizeof(*record), text, record->length);
		(*sequence)++;
	}
	ring_leave(locked, flags);
	return found;
}

static void sink_write(struct log_sink *sink, const struct record *record,
		       const char *text)
{
	char line[LINE_MAX];
	uint64_t us = record->time / NSEC_PER_USEC;
	int n;

	n = fmt_snprintf(line, sizeof(line), "[%5llu.%06llu] %.*s\n",
			 (unsigned long long)(us / 1000000),
			 (unsigned long long)(us % 1000000), (int)record->length, text);
	sink->write(sink, line, MIN((size_t)n, sizeof(line) - 1));
}

static bool takes(const struct log_sink *sink)
{
	return !sink->lazy || atomic_load_explicit(&hurry, memory_order_relaxed);
}

/* Hands the sinks one record each at most; whether there was any. */
static bool sinks_feed(void)
{
	bool any = false;

	for (struct log_sink *sink = sinks; sink; sink = sink->next) {
		struct record record;
		char text[RECORD_MAX];

		if (!takes(sink) || !ring_read(&sink->sequence, &record, text))
			continue;
		any = true;
		if ((record.priority & LOG_DEBUG) <= level_limit)
			sink_write(sink, &record, text);
	}
	return any;
}

static bool sinks_behind(void)
{
	uint64_t next = log_next_sequence();

	for (struct log_sink *sink = sinks; sink; sink = sink->next)
		if (takes(sink) && sink->sequence < next)
			return true;
	return false;
}

static void print_pending(void)
{
	if (panicking) {
		while (sinks_feed())
			;
		return;
	}
	/*
	 * A printer that another task displaced would keep everybody from printing. But
	 * one that never comes to the end, since other CPUs are faster, is displaced and
	 * relieved of it now and then.
	 */
	preempt_disable();
	while (sinks_behind() && !atomic_exchange(&printing, true)) {
		for (unsigned n = 0; n < BURST && sinks_feed(); n++)
			;
		atomic_store(&printing, false);
		preempt_enable();
		preempt_disable();
	}
	preempt_enable();
}

void log_write(unsigned priority, const char *text, size_t len)
{
	struct record record = {
		.time = clock ? clock() : 0,
		.length = (uint16_t)MIN(len, (size_t)RECORD_MAX),
		.priority = (uint8_t)priority,
	};
	uint64_t flags = 0;
	bool locked = ring_enter(&flags);

	ring_append(record, text);
	ring_leave(locked, flags);
	if ((priority & LOG_DEBUG) <= LOG_WARNING)
		atomic_store_explicit(&hurry, true, memory_order_relaxed);
	print_pending();
	if (news && !panicking) /* calls: record_made */
		news();
}

void log_vprint(enum log_level level, const char *fmt, va_list args)
{
	char text[RECORD_MAX];
	int n = fmt_vsnprintf(text, sizeof(text), fmt, args);

	log_write(level, text, MIN((size_t)n, sizeof(text) - 1));
}

void log_print(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_vprint(level, fmt, args);
	va_end(args);
}

void log_add_sink(struct log_sink *sink)
{
	sink->next = sinks;
	sinks = sink;
	print_pending();
}

void log_hurry(void)
{
	atomic_store_explicit(&hurry, true, memory_order_relaxed);
	print_pending();
}

bool log_has_sink(void)
{
	return sinks;
}

void log_set_level(enum log_level level)
{
	level_limit = level;
}

enum log_level log_get_level(void)
{
	return level_limit;
}

void log_set_clock(uint64_t (*monotonic_ns)(void))
{
	clock = monotonic_ns;
}

void log_set_notify(void (*notify)(void))
{
	news = notify;
}

uint64_t log_next_sequence(void)
{
	uint64_t flags = 0;
	bool locked = ring_enter(&flags);
	uint64_t next = next_sequence;

	ring_leave(locked, flags);
	return next;
}

size_t log_read(uint64_t *sequence, char *buffer, size_t size)
{
	struct record record;
	char text[RECORD_MAX];
	uint64_t us;
	int n;

	if (size == 0 || !ring_read(sequence, &record, text))
		return 0;
	us = record.time / NSEC_PER_USEC;
	n = fmt_snprintf(buffer, size, "<%u>[%5llu.%06llu] %.*s\n", record.priority,
			 (unsigned long long)(us / 1000000),
			 (unsigned long long)(us % 1000000), (int)record.length, text);
	return MIN((size_t)n, size - 1);
}

bool log_read_record(uint64_t *sequence, struct log_record *record)
{
	struct record found;

	if (!ring_read(sequence, &found, record->text))
		return false;
	record->sequence = *sequence - 1;
	record->time = found.time;
	record->priority = found.priority;
	record->length = found.length;
	return true;
}

void log_machine_line(const char *line, size_t len)
{
	for (struct log_sink *sink = sinks; sink; sink = sink->next)
		if (sink->machine)
			sink->write(sink, line, len);
}

void log_panic_mode(void)
{
	atomic_store(&hurry, true);
	panicking = true;
}

/* As on Linux: messages below this level are shown; 0 shows none but emergencies. */
static int set_loglevel(const char *rest, const char *value)
{
	uint64_t level;

	if (!value || parse_u64(value, 10, &level) || level > LOG_DEBUG + 1)
		return -EINVAL;
	log_set_level(level ? (enum log_level)(level - 1) : LOG_EMERG);
	return 0;
}
PARAM(loglevel, "loglevel", "=N  show messages of levels below N (0 to 8, 7 without it)",
      set_loglevel);

static int set_quiet(const char *rest, const char *value)
{
	if (value)
		return -EINVAL;
	log_set_level(LOG_ERR);
	return 0;
}
PARAM(quiet, "quiet", "    show errors only, as loglevel=4", set_quiet);
