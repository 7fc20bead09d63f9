/*
 * finding.c: the text of a report, and where it goes.
 *
 * The text is built whole before any of it is given out, so that no other output stands
 * between its lines, and a test can look at all of it.
 */
#include "kernel/sanitize/finding.h"

#include <stdatomic.h>
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/debug/symbols.h"
#include "kernel/dev/param.h"
#include "kernel/x86/layout.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

enum {
	TEXT_MAX = 6144,
	DEPTH_MAX = 20,
	FRAME_MAX = 32768, /* two frames of one stack are not farther apart */
};

static atomic_bool busy;
static bool go_on;
static char text[TEXT_MAX]; /* [busy] */
static size_t length;

void (*finding_hook)(const char *text);

static int set_sanitize(const char *rest, const char *value)
{
	if (!value || strcmp(value, "continue") != 0)
		return -EINVAL;
	go_on = true;
	return 0;
}
PARAM(sanitize, "sanitize", "=continue: what a sanitizer finds is logged, no panic",
      set_sanitize);

bool finding_begin(void)
{
	if (panic_in_progress() || atomic_exchange(&busy, true))
		return false;
	length = 0;
	text[0] = '\0';
	return true;
}

void finding_line(const char *fmt, ...)
{
	va_list args;

	if (length + 2 >= TEXT_MAX)
		return;
	va_start(args, fmt);
	fmt_vsnprintf(text + length, TEXT_MAX - 1 - length, fmt, args);
	va_end(args);
	length += strlen(text + length);
	text[length++] = '\n';
	text[length] = '\0';
}

void finding_stack(const uint64_t *addresses, unsigned count)
{
	char place[SYMBOL_PLACE_SIZE];

	for (unsigned i = 0; i < count; i++)
		finding_line("  %s", symbol_place(addresses[i], place));
}

unsigned finding_walk(uint64_t frame, uint64_t *addresses, unsigned max)
{
	unsigned n = 0;

	while (n < max && frame >= DIRECT_BASE && frame % 8 == 0) {
		const uint64_t *words = (const uint64_t *)frame;

		if (words[1] < (uint64_t)kernel_text_start ||
		    words[1] >= (uint64_t)kernel_text_end)
			break;
		addresses[n++] = words[1];
		if (words[0] <= frame || words[0] - frame > FRAME_MAX)
			break;
		frame = words[0];
	}
	return n;
}

void finding_stack_from(uint64_t where, uint64_t frame)
{
	uint64_t addresses[DEPTH_MAX] = { where };
	unsigned first = where != 0;

	finding_stack(addresses,
		      first + finding_walk(frame, addresses + first, DEPTH_MAX - first));
}

static void log_text(void)
{
	char *line = text, *end;

	for (end = strchr(line, '\n'); end; end = strchr(line, '\n')) {
		*end = '\0';
		log_print(LOG_ERR, "%s", line);
		line = end + 1;
	}
}

void finding_end(void)
{
	if (finding_hook) {
		finding_hook(text);
	} else if (go_on) {
		log_text();
	} else {
		log_panic_mode();
		log_text();
		panic("%s", text); /* whose first line ends with NUL now */
	}
	atomic_store(&busy, false);
}
