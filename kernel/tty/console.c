/*
 * console.c: the boot parameter console=, and what follows from it.
 *
 * As on Linux it may come several times: the log goes to all that are named, and the
 * last one is /dev/console. Without it the log goes everywhere, and /dev/console is the
 * first serial port, or the screen where there is none. So that nobody is left in the
 * dark, a console that does not exist is replaced by one that does.
 */
#include "kernel/tty/console.h"
#include "kernel/dev/init.h"
#include "kernel/dev/param.h"
#include "kernel/tty/output.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

enum {
	NAMED_MAX = 4,
	NAME_SIZE = 8,
	OFFERED_MAX = 5, /* four serial ports and the screen */
};

struct named {
	char name[NAME_SIZE];
	unsigned speed; /* bit/s, 0: as it is */
};

/* [I] after INIT_CONSOLE */
static struct named named[NAMED_MAX];
static unsigned named_count;
static struct output *offered[OFFERED_MAX];
static unsigned offered_count;
static bool any_sink;

/* "115200", "115200n8": the speed; what follows asks for what there is anyway. */
static int parse_speed(const char *options, unsigned *speed)
{
	unsigned value = 0;

	while (*options >= '0' && *options <= '9' && value < 1000000)
		value = value * 10 + (unsigned)(*options++ - '0');
	if (value == 0 || (*options && strcmp(options, "n8") != 0))
		return -EINVAL;
	*speed = value;
	return 0;
}

static bool is_known(const char *name)
{
	if (strcmp(name, "tty1") == 0)
		return true;
	return str_starts_with(name, "ttyS") && name[4] >= '0' && name[4] <= '3' &&
	       !name[5];
}

static int set_console(const char *rest, const char *value)
{
	struct named one = { .speed = 0 };
	const char *comma = value ? strchr(value, ',') : NULL;
	size_t n;

	if (!value || named_count == NAMED_MAX)
		return -EINVAL;
	n = comma ? (size_t)(comma - value) : strlen(value);
	if (n >= sizeof(one.name) || (comma && parse_speed(comma + 1, &one.speed)))
		return -EINVAL;
	memcpy(one.name, value, n);
	if (strcmp(one.name, "tty0") == 0)
		one.name[3] = '1';
	if (!is_known(one.name))
		return -EINVAL;
	named[named_count++] = one;
	return 0;
}
PARAM(console, "console",
      "=NAME[,SPEED]  log to ttyS0..3 or tty1 (the screen); the last is /dev/console",
      set_console);

static bool is_offered(const char *name)
{
	for (unsigned i = 0; i < offered_count; i++) {
		if (strcmp(offered[i]->uart->name, name) == 0)
			return true;
	}
	return false;
}

const char *console_name(void)
{
	for (unsigned i = named_count; i-- > 0;) {
		if (is_offered(named[i].name))
			return named[i].name;
	}
	if (is_offered("ttyS0") || offered_count == 0)
		return offered_count == 0 ? NULL : "ttyS0";
	return offered[0]->uart->name;
}

/* What is not the console shows the log when the console has its prompt. */
static void add_sink(struct output *output)
{
	any_sink = true;
	output->sink.lazy =
		offered_count > 1 && strcmp(console_name(), output->uart->name) != 0;
	log_add_sink(&output->sink);
}

void console_offer(struct output *output)
{
	const struct uart_ops *ops = output->uart->ops;
	bool wanted = named_count == 0;

	if (offered_count == OFFERED_MAX)
		return;
	offered[offered_count++] = output;
	for (unsigned i = 0; i < named_count; i++) {
		if (strcmp(named[i].name, output->uart->name) != 0)
			continue;
		wanted = true;
		if (named[i].speed && ops->set_speed(output->uart, named[i].speed))
			log_warn("console: %s cannot do %u bit/s", named[i].name,
				 named[i].speed);
	}
	if (wanted)
		add_sink(output);
}

/* All devices had their chance. */
static int console_settle(void)
{
	if (!any_sink && offered_count > 0) {
		add_sink(offered[0]);
		log_warn("console: none that was asked for exists, using %s",
			 offered[0]->uart->name);
	}
	return 0;
}
INIT(INIT_DRIVER, console_settle);
