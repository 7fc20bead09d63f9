/*
 * monitor.c: from a line of text to commands and their results.
 *
 * Commands register themselves in a table; a word that is none may name a ported
 * program. A command runs in a task of its own, so that the interrupt character can end
 * it; `time` is the one word that is no command but says how to run one.
 */
#include "kernel/monitor/monitor.h"

#include "kernel/monitor/internal.h"
#include "kernel/program/program.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

enum { WORDS_MAX = 32 };

void output_buffer_flush(struct output_buffer *buffer)
{
	struct iter from = iter_kernel(buffer->bytes, buffer->length);

	while (from.left && do_write(buffer->file, &from) > 0)
		;
	buffer->length = 0;
}

static void output_put(struct fmt_sink *sink, const char *text, size_t n)
{
	struct output_buffer *buffer = container_of(sink, struct output_buffer, sink);

	while (n) {
		size_t part = MIN(n, sizeof(buffer->bytes) - buffer->length);

		memcpy(buffer->bytes + buffer->length, text, part);
		buffer->length += part;
		text += part;
		n -= part;
		if (buffer->length == sizeof(buffer->bytes))
			output_buffer_flush(buffer);
	}
}

void output_buffer_init(struct output_buffer *buffer, struct file *file)
{
	buffer->sink.put = output_put;
	buffer->file = file;
	buffer->length = 0;
}

void monitor_print(struct monitor *monitor, const char *fmt, ...)
{
	struct output_buffer buffer;
	va_list args;

	output_buffer_init(&buffer, monitor->terminal.file);
	va_start(args, fmt);
	(void)fmt_vprint(&buffer.sink, fmt, args);
	va_end(args);
	output_buffer_flush(&buffer);
}

const struct monitor_command *monitor_find(const char *name)
{
	for (const struct monitor_command *const *c = table_command_start;
	     c < table_command_end; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

struct run {
	const struct monitor_command *command;
	struct monitor *monitor;
	int argc;
	char **argv;
};

static int run_command(void *argument)
{
	struct run *run = argument;

	return run->command->run(run->monitor, run->argc, run->argv);
}

static int execute_words(struct monitor *monitor, int argc, char **argv)
{
	struct run run = { monitor_find(argv[0]), monitor, argc, argv };
	const struct program *program = program_find(argv[0]);
	int status;

	if (run.command)
		status = foreground_run(&monitor->terminal, argv[0], run_command, &run);
	else if (program)
		status = program_run(program, &monitor->terminal, argc, argv);
	else
		return monitor_error(monitor, argv[0], -ENOENT,
				     "no such command; try help");
	if (status == -ENOMEM)
		monitor_print(monitor, "%s: out of memory\n", argv[0]);
	return status;
}

static int execute_timed(struct monitor *monitor, int argc, char **argv)
{
	uint64_t start = clock_monotonic(), ns;
	int status = argc ? execute_words(monitor, argc, argv) : 0;

	ns = argc ? clock_monotonic() - start : start;
	monitor_print(monitor, "%s%llu.%06llu s\n", argc ? "real " : "up ",
		      (unsigned long long)(ns / NSEC_PER_SEC),
		      (unsigned long long)(ns % NSEC_PER_SEC / NSEC_PER_USEC));
	return status;
}

static int execute_segment(struct monitor *monitor, char *segment)
{
	char *argv[WORDS_MAX + 1] = { NULL };
	int argc = parse_words(segment, argv, WORDS_MAX);

	if (argc < 0)
		return monitor_error(monitor, "monitor", argc,
				     argc == -E2BIG ? "too many words"
						    : "a quote is not closed");
	if (argc == 0)
		return 0;
	if (strcmp(argv[0], "time") == 0)
		return execute_timed(monitor, argc - 1, argv + 1);
	return execute_words(monitor, argc, argv);
}

int monitor_execute(struct monitor *monitor, char *line)
{
	char *cursor = line, *segment;
	int result = 0, got;

	for (;;) {
		int status;

		got = parse_next_segment(&cursor, &segment);
		if (got <= 0)
			break;
		status = execute_segment(monitor, segment);
		if (status)
			result = status;
	}
	if (got < 0)
		result = monitor_error(monitor, "monitor", got, "a quote is not closed");
	return result;
}

int monitor_error(struct monitor *monitor, const char *who, int error, const char *what)
{
	monitor_print(monitor, "%s: %s\n", who, what ? what : error_text(error));
	return error;
}
