/*
 * quarto_port.c: the port for tests (quarto_port.h).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/quarto_port.h"

#define TICK 1000

ssize_t port_read_line(struct port *port, char *line, size_t size)
{
	const char *at = port->input + port->next;
	size_t left = port->input_size - port->next;
	const char *end = left == 0 ? NULL : memchr(at, '\n', left);
	size_t length = end != NULL ? (size_t)(end - at) : left;

	port->lines_read++;
	if (port->stop_at_line != 0 && port->lines_read >= port->stop_at_line)
		return -EINTR;
	if (left == 0)
		return -ENODATA;
	port->next += end != NULL ? length + 1 : length;
	memcpy(line, at, length < size ? length : size - 1);
	line[length < size ? length : size - 1] = '\0';
	return length < size ? (ssize_t)length : -EMSGSIZE;
}

int port_write(struct port *port, const char *bytes, size_t len)
{
	if (port->output_limit != 0 && port->output_size + len > port->output_limit)
		return port->write_error;
	port->output = realloc(port->output, port->output_size + len + 1);
	assert_non_null(port->output);
	memcpy(port->output + port->output_size, bytes, len);
	port->output_size += len;
	port->output[port->output_size] = '\0';
	return 0;
}

void *port_alloc(struct port *port, size_t size)
{
	unsigned nth = ++port->allocations;
	void *memory;

	assert_true(size > 0);
	if (port->fail_from != 0 && nth >= port->fail_from &&
	    nth - port->fail_from < port->fail_count)
		return NULL;
	if (port->largest != 0 && size > port->largest)
		return NULL;
	memory = malloc(size);
	assert_non_null(memory);
	/* Memory of a home is not cleared. */
	memset(memory, 0xa5, size);
	port->live++;
	return memory;
}

void port_free(struct port *port, void *memory)
{
	if (memory == NULL)
		return;
	port->live--;
	free(memory);
}

uint64_t port_time(struct port *port)
{
	port->clock += TICK;
	return port->clock;
}

uint64_t port_random_seed(struct port *port)
{
	return port->seed++;
}

void port_log(struct port *port, enum port_log_level level, const char *fmt, ...)
{
	port->messages++;
}

bool port_stopping(struct port *port)
{
	port->stop_calls++;
	return port->stop_after != 0 && port->stop_calls >= port->stop_after;
}

bool port_utf8(struct port *port)
{
	return !port->no_utf8;
}

int port_run_bytes(struct port *port, const char *options, const char *input, size_t size)
{
	char words[512];
	char *argv[32] = { (char *)"quarto" };
	int argc = 1;
	char *rest = words;

	strncpy(words, options, sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (;;) {
		char *word = strtok_r(rest, " ", &rest);

		if (word == NULL)
			break;
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	port->input = input;
	port->input_size = size;
	port->next = 0;
	free(port->output);
	port->output = NULL;
	port->output_size = 0;
	return quarto_main(port, argc, argv);
}

int port_run(struct port *port, const char *options, const char *input)
{
	return port_run_bytes(port, options, input, strlen(input));
}

void port_close(struct port *port)
{
	free(port->output);
	port->output = NULL;
	assert_int_equal(port->live, 0);
}

unsigned port_said_times(const struct port *port, const char *text)
{
	const char *at = port->output != NULL ? port->output : "";
	unsigned times = 0;

	for (at = strstr(at, text); at != NULL; at = strstr(at + 1, text))
		times++;
	return times;
}

bool port_said(const struct port *port, const char *text)
{
	return port_said_times(port, text) > 0;
}
