/*
 * program.h: the kernel's home for ported programs.
 *
 * A program is an entry of the program table. It runs on a terminal as a task of its
 * own (program_run), and behind the character device /dev/NAME, one run for each open.
 */
#ifndef KERNEL_PROGRAM_PROGRAM_H
#define KERNEL_PROGRAM_PROGRAM_H

#include "kernel/fs/file.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/program/foreground.h"
#include "programs/port.h"

/* All in units, memory in bytes. */
struct program_stats {
	uint64_t started, running, ended, killed, out_of_memory;
	uint64_t memory, memory_peak; /* what its runs hold, and the most they held */
	uint64_t lines_in, bytes_out;
};

struct program_state;

struct program {
	const char *name;
	int (*main)(struct port *port, int argc, char **argv);
	void (*show)(struct text *text); /* /proc/NAME */
	uint32_t minor;			 /* of /dev/NAME */
	struct program_state *state;
};

const struct program *program_find(const char *name);
/* The one after previous; NULL starts and ends. */
const struct program *program_next(const struct program *previous);

/*
 * Runs a program on a terminal in a task of its own, and waits for it. The terminal's
 * interrupt character, or a kill of the caller, ends it.
 * Returns its exit status, or -errno: -ENOMEM also when it ended for lack of memory.
 */
MUST_CHECK int program_run(const struct program *program, const struct terminal *terminal,
			   int argc, char **argv);

/*
 * The same with the options that boot parameters name (`quarto.seed=5` is --seed=5,
 * `quarto.p` is -p).
 */
MUST_CHECK int program_run_boot(const struct program *program,
				const struct terminal *terminal);

/* Called once, when a program reads its terminal for the first time. May be NULL. */
extern void (*program_on_prompt)(void);

void program_stats(const struct program *program, struct program_stats *stats);

/*
 * ioctl of /dev/NAME before its run starts: the options, one line as it would be the
 * first one written. -EBUSY after, -EINVAL when it is too long or cannot be split.
 */
enum { PROGRAM_OPTIONS_SIZE = 256 };
struct program_options {
	char line[PROGRAM_OPTIONS_SIZE]; /* NUL-terminated */
};
#define PROGRAM_SET_OPTIONS 0x41005101 /* _IOW('Q', 1, struct program_options) */
/*
 * ioctl: the program finds the end of file behind what was written; writes get -EPIPE,
 * as they do when it has ended (or -ENOMEM, as reads, if that was for want of memory).
 */
#define PROGRAM_END_INPUT 0x5102 /* _IO('Q', 2) */

#endif
