/*
 * program.c: the table of programs, their counters, and running one on a terminal.
 *
 * The table has an entry for each name of PROGRAMS in the Makefile, which writes them
 * to programs.list.
 */
#include "kernel/program/program.h"

#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/param.h"
#include "kernel/program/internal.h"
#include "kernel/time/clock.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { BOOT_OPTIONS_MAX = 12, BOOT_OPTION_SIZE = 40 };

LOCK_CLASS(state_class, "program counters", RANK_TABLE, 0);

struct program_state {
	struct spinlock lock;
	struct program_stats stats; /* [lock] */
	unsigned option_count;	    /* [I] after boot */
	char options[BOOT_OPTIONS_MAX][BOOT_OPTION_SIZE];
};

static void show_program(const struct program *program, struct text *text);
static int set_boot_option(const struct program *program, const char *option,
			   const char *value);

/* One program: its entry, its file in /proc, its boot parameters. */
#define PROGRAM(name_)                                                                   \
	int name_##_main(struct port *port, int argc, char **argv);                      \
	static const struct program program_##name_;                                     \
	static struct program_state state_##name_ = {                                    \
		.lock = SPINLOCK_INIT(&state_class),                                     \
	};                                                                               \
	static void show_##name_(struct text *text)                                      \
	{                                                                                \
		show_program(&program_##name_, text);                                    \
	}                                                                                \
	static int set_##name_(const char *rest, const char *value)                      \
	{                                                                                \
		return set_boot_option(&program_##name_, rest, value);                   \
	}                                                                                \
	static const struct program program_##name_ = {                                  \
		.name = #name_,                                                          \
		.main = name_##_main,                                                    \
		.show = show_##name_,                                                    \
		.minor = __COUNTER__,                                                    \
		.state = &state_##name_,                                                 \
	};                                                                               \
	PARAM(name_, #name_ ".", "OPTION[=VALUE]  an option of the game on the console", \
	      set_##name_);
#include "programs.list"
#undef PROGRAM

static const struct program *const programs[] = {
#define PROGRAM(name_) &program_##name_,
#include "programs.list"
#undef PROGRAM
};

const struct program *program_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (strcmp(programs[i]->name, name) == 0)
			return programs[i];
	return NULL;
}

const struct program *program_next(const struct program *previous)
{
	size_t next = 0;

	while (previous && next < ARRAY_SIZE(programs) && programs[next++] != previous)
		;
	return next < ARRAY_SIZE(programs) ? programs[next] : NULL;
}

/* Boot parameters: they come before any memory, so they have a place of their own. */
static int set_boot_option(const struct program *program, const char *option,
			   const char *value)
{
	struct program_state *state = program->state;
	char *to = state->options[state->option_count];
	int n;

	if (!*option || state->option_count == BOOT_OPTIONS_MAX)
		return -EINVAL;
	n = fmt_snprintf(to, BOOT_OPTION_SIZE, "%s%s%s%s", option[1] ? "--" : "-", option,
			 value ? "=" : "", value ? value : "");
	if (n >= BOOT_OPTION_SIZE)
		return -EINVAL;
	state->option_count++;
	return 0;
}

void program_stats(const struct program *program, struct program_stats *stats)
{
	SPIN_GUARD(&program->state->lock);
	*stats = program->state->stats;
}

void program_count_start(const struct program *program)
{
	SPIN_GUARD(&program->state->lock);
	program->state->stats.started++;
	program->state->stats.running++;
}

void program_count_end(const struct program *program, int status, bool stopped)
{
	struct program_stats *stats = &program->state->stats;

	SPIN_GUARD(&program->state->lock);
	stats->running--;
	stats->ended++;
	stats->killed += stopped;
	stats->out_of_memory += status == -ENOMEM;
}

void program_count_memory(const struct program *program, int64_t bytes)
{
	struct program_stats *stats = &program->state->stats;

	SPIN_GUARD(&program->state->lock);
	stats->memory += (uint64_t)bytes;
	stats->memory_peak = MAX(stats->memory_peak, stats->memory);
}

void program_count_line(const struct program *program)
{
	SPIN_GUARD(&program->state->lock);
	program->state->stats.lines_in++;
}

void program_count_output(const struct program *program, size_t bytes)
{
	SPIN_GUARD(&program->state->lock);
	program->state->stats.bytes_out += bytes;
}

static void show_program(const struct program *program, struct text *text)
{
	struct program_stats stats;

	program_stats(program, &stats);
	text_print(text, "started:       %10llu\n", (unsigned long long)stats.started);
	text_print(text, "running:       %10llu\n", (unsigned long long)stats.running);
	text_print(text, "ended:         %10llu\n", (unsigned long long)stats.ended);
	text_print(text, "killed:        %10llu\n", (unsigned long long)stats.killed);
	text_print(text, "out of memory: %10llu\n",
		   (unsigned long long)stats.out_of_memory);
	text_print(text, "lines read:    %10llu\n", (unsigned long long)stats.lines_in);
	text_print(text, "bytes written: %10llu\n", (unsigned long long)stats.bytes_out);
	text_print(text, "memory:        %10llu bytes\n",
		   (unsigned long long)stats.memory);
	text_print(text, "memory peak:   %10llu bytes\n",
		   (unsigned long long)stats.memory_peak);
}

/* A run on a terminal. */
struct terminal_run {
	struct port port;
	struct file *file;
	int argc;
	char **argv;
};

void (*program_on_prompt)(void);

/* For dmesg: when the first prompt stood there, from the kernel's first instruction. */
static void note_prompt(void)
{
	static atomic_flag noted;

	if (atomic_flag_test_and_set(&noted))
		return;
	log_debug("boot: prompt after %llu us",
		  (unsigned long long)(clock_monotonic() / NSEC_PER_USEC));
	if (program_on_prompt) /* calls: start_screen */
		program_on_prompt();
}

static ssize_t terminal_read(struct port *port, char *bytes, size_t size)
{
	struct terminal_run *run = port->context;
	struct iter to = iter_kernel(bytes, size);

	note_prompt();
	return do_read(run->file, &to);
}

static int terminal_write(struct port *port, const char *bytes, size_t len)
{
	struct terminal_run *run = port->context;
	struct iter from = iter_kernel(bytes, len);

	while (from.left) {
		ssize_t n = do_write(run->file, &from);

		if (n < 0)
			return (int)n;
	}
	return 0;
}

static int terminal_task(void *argument)
{
	struct terminal_run *run = argument;

	return port_run(&run->port, run->argc, run->argv);
}

int program_run(const struct program *program, const struct terminal *terminal, int argc,
		char **argv)
{
	static const struct port_ops ops = { terminal_read, terminal_write };
	struct terminal_run run = { .file = terminal->file, .argc = argc, .argv = argv };

	port_open(&run.port, program, &ops, &run);
	run.port.utf8 = !terminal->tty || tty_utf8(terminal->tty);
	return foreground_run(terminal, program->name, terminal_task, &run);
}

int program_run_boot(const struct program *program, const struct terminal *terminal)
{
	struct program_state *state = program->state;
	char *argv[BOOT_OPTIONS_MAX + 2] = { (char *)program->name };
	int argc = 1;

	for (unsigned i = 0; i < state->option_count; i++)
		argv[argc++] = state->options[i];
	return program_run(program, terminal, argc, argv);
}

static int programs_start(void)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(programs) && !error; i++) {
		error = program_device_start(programs[i]);
		if (!error)
			error = procfs_add(programs[i]->name, programs[i]->show);
	}
	return error;
}
INIT(INIT_DEVICE, programs_start);
