/* internal.h: what the monitor's files share. */
#ifndef KERNEL_MONITOR_INTERNAL_H
#define KERNEL_MONITOR_INTERNAL_H

#include "kernel/monitor/monitor.h"
#include "lib/printf.h"

extern const struct monitor_command *const table_command_start[],
	*const table_command_end[];

const struct monitor_command *monitor_find(const char *name);

/* Prints "who: what" (the error's text where what is NULL) and returns error. */
int monitor_error(struct monitor *monitor, const char *who, int error, const char *what);

/* A few words for an error number (negative), as strerror(3) has them. */
const char *error_text(int error);

/* A lineedit_complete (lib/lineedit.h). May sleep. */
bool monitor_complete(void *unused, const char *line, size_t word, size_t len,
		      unsigned index, char *out);

/* Collects what is printed into writes of a useful size; an error loses the rest. */
struct output_buffer {
	struct fmt_sink sink;
	struct file *file;
	size_t length;
	char bytes[256];
};
void output_buffer_init(struct output_buffer *buffer, struct file *file);
/* Writes what there is. May sleep. */
void output_buffer_flush(struct output_buffer *buffer);

/* Copies the file at path to the monitor's output. */
MUST_CHECK int monitor_cat(struct monitor *monitor, const char *who, const char *path);

#endif
