/*
 * report.c: the form of what the kernel writes for scripts. No memory, no locks of its
 * own: a panic uses it.
 */
#include "kernel/debug/report.h"

#include "kernel/debug/trace.h"
#include "kernel/time/clock.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/layout.h"
#include "lib/printf.h"
#include "lib/version.h"

enum {
	LINE_MAX = 256,
	/* An ELF note of a GNU build id: header and "GNU\0", then the SHA-1. */
	BUILD_ID_AT = 16,
};

static void put(struct report *report, const char *line, int len)
{
	report->lines++;
	report->more = report->write(report, line, (size_t)len);
}

void report_line(struct report *report, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list args;
	int n;

	va_start(args, fmt);
	n = fmt_vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	n = MIN(n, LINE_MAX - 2);
	line[n++] = '\n';
	put(report, line, n);
}

void report_words(struct report *report, const char *what, unsigned number,
		  const uint64_t *words, unsigned n)
{
	while (n > 0) {
		char line[LINE_MAX];
		int len = fmt_snprintf(line, sizeof(line), "%s %x", what, number);

		for (unsigned i = 0; i < REPORT_WORDS && n > 0; i++, n--)
			len += fmt_snprintf(line + len, sizeof(line) - (size_t)len,
					    " %llx", (unsigned long long)*words++);
		line[len++] = '\n';
		put(report, line, len);
	}
}

void report_begin(struct report *report)
{
	uint64_t id[2] = { 0 };

	for (unsigned i = 0; i < sizeof(id); i++)
		id[i / 8] = id[i / 8] << 8 | kernel_build_id[BUILD_ID_AT + i];
	report->lines = 0;
	report_line(report, "octavo-%s-begin", report->name);
	report_line(report, "build %016llx%016llx " OCTAVO_VERSION,
		    (unsigned long long)id[0], (unsigned long long)id[1]);
	/* Two clocks at one moment. */
	report_line(report, "clock %llx %llx %llx", (unsigned long long)clock_tsc_hz(),
		    (unsigned long long)cpu_tsc(), (unsigned long long)clock_monotonic());
}

void report_end(struct report *report)
{
	report_line(report, "octavo-%s-end %x", report->name, report->lines);
}

static bool put_entry(const struct trace_entry *entry, void *context)
{
	struct report *to = context;
	const uint64_t words[] = { entry->kind, entry->task, entry->tsc, entry->a,
				   entry->b };

	report_words(to, "t", entry->cpu, words, ARRAY_SIZE(words));
	return to->more;
}

void report_trace(struct report *report, uint64_t last)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		struct trace_counts counts;
		const uint64_t *words = &counts.written;

		trace_counts(cpu, &counts);
		if (counts.written | counts.lost)
			report_words(report, "ring", cpu, words, sizeof(counts) / 8);
	}
	trace_visit(last, put_entry, report);
}
