/*
 * quarto_port.h: a port for tests: input from a string, output into a buffer,
 * memory that is counted and fails on request, a clock that ticks by itself.
 */
#ifndef TESTS_UNIT_QUARTO_PORT_H
#define TESTS_UNIT_QUARTO_PORT_H

#include "programs/port.h"

struct port {
	const char *input; /* NULL: none */
	size_t input_size;
	size_t next;
	char *output; /* what was written, NUL-terminated once there is any */
	size_t output_size;
	size_t output_limit; /* writes fail from here on; 0 for no limit */
	int write_error;     /* how they fail */
	unsigned lines_read;
	unsigned stop_at_line; /* reads fail with -EINTR from this line on; 0: never */
	unsigned stop_after;   /* port_stopping says so from this call on; 0: never */
	unsigned stop_calls;
	unsigned allocations; /* that were asked for */
	unsigned fail_from;   /* the first that fails; 0: none */
	unsigned fail_count;  /* how many fail from there on */
	size_t largest;	      /* larger ones fail; 0: none */
	unsigned live;	      /* blocks that were not given back */
	uint64_t clock;
	uint64_t seed;
	bool no_utf8;
	unsigned messages; /* port_log calls */
};

int quarto_main(struct port *port, int argc, char **argv);

/* Runs the program with options (parted by blanks) and input; its exit status. */
int port_run(struct port *port, const char *options, const char *input);

/* The same with input that may hold NULs. */
int port_run_bytes(struct port *port, const char *options, const char *input,
		   size_t size);

/* Frees the output; fails the test when the program kept memory. */
void port_close(struct port *port);

/* Whether the output has the text in it, and how often. */
bool port_said(const struct port *port, const char *text);
unsigned port_said_times(const struct port *port, const char *text);

#endif
