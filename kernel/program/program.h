/*
 * program.h: the kernel's home for ported programs.
 *
 * A program is an entry of the program table. It runs on a terminal as a task of its
 * own (program_run), or behind a character device, one session for each open.
 */
#ifndef KERNEL_PROGRAM_PROGRAM_H
#define KERNEL_PROGRAM_PROGRAM_H

#include "kernel/fs/file.h"
#include "programs/port.h"

struct program {
	const char *name;
	int (*main)(struct port *port, int argc, char **argv);
};

#define PROGRAM(name_)                                                                \
	int PASTE(name_, _main)(struct port *port, int argc, char **argv);             \
	static const struct program PASTE(program_, name_) = { #name_,                 \
							       PASTE(name_, _main) };  \
	static const struct program *const PASTE(program_entry_, name_)                \
		LINK_TABLE(program) = &PASTE(program_, name_)

const struct program *program_find(const char *name);

/*
 * Runs a program with in and out as its terminal, and waits for it. The interrupt
 * character ends it. Returns its exit status, or -errno when it could not start.
 */
MUST_CHECK int program_run(const struct program *program, struct file *in, struct file *out,
			   int argc, char **argv);

struct program_stats {
	uint64_t started, running, ended, killed, out_of_memory;
	uint64_t memory, memory_peak; /* bytes that sessions hold */
};
void program_stats(const struct program *program, struct program_stats *stats);

#endif
