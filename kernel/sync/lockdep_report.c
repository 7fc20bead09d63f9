/*
 * lockdep_report.c: the text of a report, and where it goes: to the test that waits for
 * it, or to the panic, whose message is the first line; the others follow when it asks
 * for the locks held. One report at a time; nothing here takes a lock that is checked.
 */
#include "kernel/sync/internal.h"

#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/symbols.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { TEXT_MAX = 6144 };

void (*lockdep_report)(const char *text);

static _Atomic bool busy;
static char text[TEXT_MAX]; /* by who set busy */
static size_t length;
static uint64_t irq_flags;
static const char *rest; /* what the panic has not said yet */

static int line_length(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? (int)(end - line) : (int)strlen(line);
}

void lockdep_report_begin(void)
{
	uint64_t flags = irq_save();

	while (atomic_exchange_explicit(&busy, true, memory_order_acquire))
		cpu_relax();
	irq_flags = flags;
	length = 0;
	text[0] = '\0';
}

void lockdep_report_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(text + length, TEXT_MAX - length, fmt, args);
	va_end(args);
	length += strlen(text + length);
	if (length < TEXT_MAX - 1)
		text[length++] = '\n';
	text[length] = '\0';
}

void lockdep_report_stack(const uint64_t *where)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned i = 0; i < LOCK_FRAMES && where[i]; i++)
		lockdep_report_line("  %s", symbol_place(where[i], place));
}

void lockdep_report_end(void)
{
	void (*hook)(const char *) = lockdep_report;
	uint64_t flags = irq_flags;

	if (hook) { /* A test's. calls: nothing */
		hook(text);
		atomic_store_explicit(&busy, false, memory_order_release);
		irq_restore(flags);
		return;
	}
	rest = strchr(text, '\n');
	if (rest)
		rest++;
	panic("%.*s", line_length(text), text);
}

void report_taken(const struct lock_entry *entry)
{
	lockdep_report_line("'%s' was taken:", entry->lock_class->name);
	lockdep_report_stack(entry->where);
}

void report_pair(const char *what, const struct lock_entry *entry,
		 const struct lock_entry *other)
{
	const struct lock_class *class_ = entry->lock_class;

	lockdep_report_begin();
	lockdep_report_line("lockdep: %s: '%s' (rank %u)%s%s%s", what, class_->name,
			    class_->rank, other ? ", holding '" : "",
			    other ? other->lock_class->name : "", other ? "'" : "");
	lockdep_report_line("now, on CPU %u:", cpu_this()->id);
	lockdep_report_stack(entry->where);
	if (other)
		report_taken(other);
	lockdep_report_end();
}

void report_entry(const char *what, const struct lock_entry *entry)
{
	report_pair(what, entry, NULL);
}

/* The lines of a report, each a record of the log. */
static void log_rest(void)
{
	while (rest && *rest) {
		int n = line_length(rest);

		log_err("%.*s", n, rest);
		rest += n + (rest[n] != '\0');
	}
}

static void print_list(const char *owner, const struct lock_held *held)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned i = 0; i < held->depth && i < LOCKS_HELD_MAX; i++) {
		const struct lock_entry *entry = &held->at[i];

		log_err("lockdep: %s %s '%s' (rank %u) taken at %s", owner,
			entry->waiting ? "waits for" : "holds", entry->lock_class->name,
			entry->lock_class->rank, symbol_place(entry->where[0], place));
	}
}

void lockdep_print_held(const struct lock_held *held)
{
	log_rest();
	print_list("this CPU", &lockdep_cpus[cpu_this()->id]);
	if (held)
		print_list("the task", held);
}
