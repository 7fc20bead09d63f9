/* tty.c: first slice: a port's output is the log's console. */
#include "kernel/dev/init.h"
#include "kernel/mm/slab.h"
#include "kernel/tty/console.h"
#include "kernel/tty/output.h"

static void tty_add(struct uart *uart)
{
	struct output *output = kmalloc(sizeof(*output), GFP_KERNEL);

	if (!output || output_init(output, uart)) {
		kfree(output);
		log_err("%s: no memory for its terminal", uart->name);
		return;
	}
	console_offer(output);
}

static int tty_watch(void)
{
	uart_watch(tty_add);
	return 0;
}
INIT(INIT_CONSOLE, tty_watch);
