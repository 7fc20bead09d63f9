/*
 * vt_console.c: the screen and the keyboard as a port that a terminal can stand on:
 * tty1. What is sent to it is drawn at once, so it never keeps a writer waiting; what is
 * typed is handed up as a serial port's bytes would be.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/input.h"
#include "kernel/dev/uart.h"
#include "kernel/mm/page.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/tty/vt.h"
#include "lib/errno.h"

enum { HISTORY_SCREENS = 4 };

static struct vt vt; /* [tty1.lock] */

static void tty1_kick(struct uart *uart)
{
	uint8_t bytes[256];
	size_t n;

	do {
		n = uart->client->next_tx(uart->client->context, bytes, sizeof(bytes));
		vt_feed(&vt, bytes, n);
	} while (n > 0);
	vt_flush(&vt);
}

static void tty1_write_polled(struct uart *uart, const char *bytes, size_t len)
{
	vt_feed_aside(&vt, bytes, len);
	vt_flush(&vt);
}

/* Keys come one by one; those that find no room are the typist's loss. */
static void tty1_throttle(struct uart *uart, bool stop)
{
}

static int tty1_set_speed(struct uart *uart, unsigned bits_per_second)
{
	return 0;
}

static size_t tty1_replies(struct uart *uart, uint8_t *bytes, size_t max)
{
	return vt_replies(&vt, bytes, max);
}

static const struct uart_ops tty1_ops = {
	.kick = tty1_kick,
	.write_polled = tty1_write_polled,
	.throttle = tty1_throttle,
	.set_speed = tty1_set_speed,
	.replies = tty1_replies,
};

static struct uart tty1 = { .name = "tty1", .minor = 1, .ops = &tty1_ops };

static void on_bytes(const char *bytes, size_t len)
{
	const struct uart_client *client = tty1.client;

	if (client)
		client->receive(client->context, (const uint8_t *)bytes, len);
}

static void on_action(enum input_action action)
{
	int half = (int)vt.rows / 2;
	SPIN_IRQ_GUARD(&tty1.lock);

	vt_look_back(&vt, action == INPUT_SCROLL_UP ? half : -half);
	vt_flush(&vt);
}

static const struct input_client client = { .bytes = on_bytes, .action = on_action };

static void screen_added(struct screen *screen)
{
	unsigned history = HISTORY_SCREENS * screen->rows;
	void *memory = vmalloc(vt_memory(screen, history), GFP_KERNEL);

	if (!memory) {
		history = 0;
		memory = vmalloc(vt_memory(screen, history), GFP_KERNEL);
	}
	if (!memory) {
		log_err("tty1: no memory for a screen of %ux%u", screen->columns,
			screen->rows);
		return;
	}
	vt_init(&vt, screen, memory, history);
	tty1.display =
		(struct uart_display){ screen->columns, screen->rows, !screen->utf8 };
	if (uart_register(&tty1))
		log_err("tty1: its name is taken");
	else
		input_set_client(&client);
}

static int vt_console_watch(void)
{
	screen_watch(screen_added);
	return 0;
}
INIT(INIT_CONSOLE, vt_console_watch);
