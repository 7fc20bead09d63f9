/*
 * loop.c: the monitor's prompt. Lines come from the terminal's own line discipline.
 */
#include "kernel/monitor/internal.h"

#include "kernel/sched/task.h"
#include "lib/errno.h"

enum { LINE_SIZE = 1024 };

static ssize_t read_line(struct file *in, char *line, size_t size)
{
	struct iter to = iter_kernel(line, size - 1);
	ssize_t n = do_read(in, &to);

	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n >= 0)
		line[n] = '\0';
	return n;
}

void monitor_loop(struct file *in, struct file *out)
{
	struct monitor monitor = { .in = in, .out = out, .interactive = true };
	char line[512];

	for (;;) {
		ssize_t n;

		monitor_print(&monitor, "octavo> ");
		n = read_line(in, line, sizeof(line));
		if (n < 0 && n != -EINTR)
			return;
		if (n > 0)
			(void)monitor_execute(&monitor, line);
	}
}
