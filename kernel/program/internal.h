/*
 * internal.h: what a port is in the kernel, shared by its two homes (the terminal's
 * and the device's).
 */
#ifndef KERNEL_PROGRAM_INTERNAL_H
#define KERNEL_PROGRAM_INTERNAL_H

#include "kernel/program/program.h"

struct port;

/* How a home carries bytes. Task context; both may sleep. */
struct port_ops {
	/* Bytes read (at least 1), 0 at the end of file, or -errno. */
	ssize_t (*read)(struct port *port, char *bytes, size_t size);
	/* All of them, or -errno. */
	int (*write)(struct port *port, const char *bytes, size_t len);
};

enum { PORT_INPUT_SIZE = 128 };

/* One run of a program. Only the task that runs it touches it, except `stop`. */
struct port {
	const struct port_ops *ops;
	const struct program *program;
	void *context; /* the home's */
	bool utf8;
	_Atomic bool stop;  /* [a] the home asks it to end */
	struct list blocks; /* what port_alloc gave and port_free has not taken */
	uint64_t memory;    /* their bytes */
	size_t input_at, input_len;
	char input[PORT_INPUT_SIZE]; /* read, not yet handed over */
};

void port_open(struct port *port, const struct program *program,
	       const struct port_ops *ops, void *context);
/*
 * Runs the program: counts it, gives back what memory it leaves. Its exit status, or
 * -ENOMEM when it ended because memory ran out.
 */
int port_run(struct port *port, int argc, char **argv);

/* Makes /dev/NAME and /proc/NAME of a program. */
MUST_CHECK int program_device_start(const struct program *program);

/* What /proc/NAME shows. Task context. */
void program_count_start(const struct program *program);
void program_count_end(const struct program *program, int status, bool stopped);
void program_count_memory(const struct program *program, int64_t bytes);
void program_count_line(const struct program *program);
void program_count_output(const struct program *program, size_t bytes);

#endif
