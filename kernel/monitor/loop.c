/*
 * loop.c: the monitor's prompt. While a line is typed the terminal is raw and lib's line
 * editor works on it; while a command runs the terminal is as it was.
 */
#include "kernel/debug/log.h"
#include "kernel/mm/slab.h"
#include "kernel/monitor/internal.h"
#include "kernel/sched/task.h"
#include "kernel/tty/termios.h"
#include "lib/errno.h"
#include "lib/lineedit.h"
#include "lib/string.h"

/* The prompt's state: allocated, since the editor is too large for a stack. */
struct prompt {
	struct monitor monitor;
	struct output_buffer out; /* of the editor, sent before it waits for a key */
	struct termios cooked;
	bool is_terminal;
	struct lineedit editor;
};

static void terminal_raw(struct prompt *prompt)
{
	struct argument cooked = { .value = (uint64_t)&prompt->cooked };
	struct termios raw;

	prompt->is_terminal =
		do_ioctl(prompt->monitor.terminal.file, TCGETS, cooked) == 0;
	if (!prompt->is_terminal)
		return;
	raw = prompt->cooked;
	raw.iflag &= ~(uint32_t)(ICRNL | INLCR | ISTRIP);
	raw.lflag &= ~(uint32_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.cc[VMIN] = 1;
	raw.cc[VTIME] = 0;
	if (do_ioctl(prompt->monitor.terminal.file, TCSETS,
		     (struct argument){ .value = (uint64_t)&raw }))
		prompt->is_terminal = false;
}

static void terminal_cooked(struct prompt *prompt)
{
	struct argument cooked = { .value = (uint64_t)&prompt->cooked };

	if (prompt->is_terminal &&
	    do_ioctl(prompt->monitor.terminal.file, TCSETSW, cooked))
		log_warn("monitor: the terminal stays raw");
}

static void terminal_width(struct prompt *prompt)
{
	struct winsize size = { 0 };
	struct argument argument = { .value = (uint64_t)&size };

	if (do_ioctl(prompt->monitor.terminal.file, TIOCGWINSZ, argument) == 0 &&
	    size.columns)
		prompt->editor.columns = size.columns;
}

/* One line: LINEEDIT_LINE_READY, LINEEDIT_EOF, LINEEDIT_INTERRUPTED, or -errno. */
static int prompt_line(struct prompt *prompt)
{
	int result = LINEEDIT_MORE;

	terminal_raw(prompt);
	terminal_width(prompt);
	lineedit_start(&prompt->editor, "octavo> ");
	while (result == LINEEDIT_MORE) {
		uint8_t key = 0;
		struct iter to = iter_kernel(&key, 1);
		ssize_t n;

		output_buffer_flush(&prompt->out);
		n = do_read(prompt->monitor.terminal.file, &to);
		if (n < 0)
			result = (int)n;
		else
			result = n ? (int)lineedit_feed(&prompt->editor, key) : -EIO;
	}
	/* Who has seen the line's end types in the terminal's own mode. */
	terminal_cooked(prompt);
	output_buffer_flush(&prompt->out);
	return result;
}

/* Who has the console does not go away for lack of memory: others give some back. */
static struct prompt *prompt_create(void)
{
	for (;;) {
		struct prompt *prompt = kzalloc(sizeof(*prompt), GFP_KERNEL);

		if (prompt)
			return prompt;
		log_err("monitor: no memory for its prompt yet");
		if (task_sleep(NSEC_PER_SEC))
			return NULL;
	}
}

void monitor_loop(const struct terminal *terminal)
{
	struct prompt *prompt = prompt_create();
	int got = 0;

	if (!prompt)
		return;
	prompt->monitor = (struct monitor){ .terminal = *terminal };
	output_buffer_init(&prompt->out, terminal->file);
	lineedit_init(&prompt->editor, &prompt->out.sink, monitor_complete, NULL);
	while (got >= 0) {
		got = prompt_line(prompt);
		if (got == LINEEDIT_LINE_READY)
			(void)monitor_execute(&prompt->monitor, prompt->editor.line);
		else if (got == LINEEDIT_EOF)
			monitor_print(&prompt->monitor,
				      "`poweroff` turns the machine off.\n");
	}
	log_warn("monitor: the terminal is gone, error %d", -got);
	kfree(prompt);
}
