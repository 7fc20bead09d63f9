/*
 * report.h: lines for machines: a bundle of a panic, a trace that is saved. Scripts turn
 * them into what people read (scripts/decode.py, scripts/trace.py). Between the lines
 * "octavo-NAME-begin" and "octavo-NAME-end COUNT"; each is a word that says what it is,
 * and numbers in hexadecimal.
 */
#ifndef KERNEL_DEBUG_REPORT_H
#define KERNEL_DEBUG_REPORT_H

#include "lib/base.h"

struct report {
	/* A line with its newline; false ends the records. May sleep, in task context. */
	bool (*write)(struct report *report, const char *line, size_t len);
	const char *name;
	unsigned lines;
	bool more;
};

/* Numbers of a line at most. */
enum { REPORT_WORDS = 8 };

/* The begin line and which kernel this is. */
void report_begin(struct report *report);
void report_end(struct report *report);
void report_line(struct report *report, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "what number w w w ...", in as many lines as it takes. */
void report_words(struct report *report, const char *what, unsigned number,
		  const uint64_t *words, unsigned n);
/* The last records of each CPU's trace, and what they need to be read. */
void report_trace(struct report *report, uint64_t last);

#endif
