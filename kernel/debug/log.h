/*
 * log.h: messages of the kernel: levels, time stamps, a ring buffer, ways out.
 *
 * A record is whole: it never splits another, and the console it goes to starts it on a
 * line of its own. Any context, also with locks held and inside interrupts.
 */
#ifndef KERNEL_DEBUG_LOG_H
#define KERNEL_DEBUG_LOG_H

#include "lib/base.h"

/* syslog(2). */
enum log_level {
	LOG_EMERG,
	LOG_ALERT,
	LOG_CRIT,
	LOG_ERR,
	LOG_WARNING,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG,
};

/* One record; no newline at the end. fmt starts with "room: ". Cut at 400 bytes. */
void log_print(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_vprint(enum log_level level, const char *fmt, va_list args);

#define log_err(...) log_print(LOG_ERR, __VA_ARGS__)
#define log_warn(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_print(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

/* A way out. New sinks get what the ring holds. write: any context, no sleep. */
struct log_sink {
	const char *name;
	void (*write)(struct log_sink *sink, const char *bytes, size_t len);
	struct log_sink *next;
	uint64_t sequence; /* the log's: the next record that it gets */
	bool machine; /* [I] leads to a serial line, where lines for scripts go too */
	bool lazy;    /* [I] gets nothing before log_hurry, a warning or a panic */
};
void log_add_sink(struct log_sink *sink);
/* Lazy sinks get what they have not seen, and from now on all as it comes. */
void log_hurry(void);
bool log_has_sink(void);

/* One record of somebody else's, as it is. priority: syslog(2), facility * 8 + level. */
void log_write(unsigned priority, const char *text, size_t len);

/* Records up to this level go to the sinks (all go to the ring). */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* The clock of the stamps; before, stamps are 0. */
void log_set_clock(uint64_t (*monotonic_ns)(void));

/*
 * Reads the first record numbered >= *sequence, formatted "<level>[seconds] text\n"
 * without colours, and moves *sequence behind it. Its length, or 0: none yet.
 */
size_t log_read(uint64_t *sequence, char *buffer, size_t size);
/* A record as it is kept. */
enum { LOG_TEXT_MAX = 400, LOG_RING_SIZE = 32 * 1024 };
struct log_record {
	uint64_t sequence, time; /* its number; ns since boot */
	unsigned priority;
	size_t length;
	char text[LOG_TEXT_MAX]; /* not terminated */
};
/* The same without formatting; false: none yet. */
bool log_read_record(uint64_t *sequence, struct log_record *record);
/* The next record's number: what a reader of news starts at. */
uint64_t log_next_sequence(void);
/* Called, from any context, after each record: /dev/kmsg's wake-up. May be NULL. */
void log_set_notify(void (*notify)(void));

/* For panic: a line, newline included, to the sinks where a script may listen. */
void log_machine_line(const char *line, size_t len);
/* For panic: from now on one CPU prints, past every lock. */
void log_panic_mode(void);

#endif
