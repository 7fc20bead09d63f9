/*
 * uart.c: the registry of serial ports. Ports are added at boot, one after another,
 * and stay for good, so readers need no lock.
 */
#include "kernel/dev/uart.h"
#include "lib/errno.h"
#include "lib/string.h"

static struct list uarts = LIST_INIT(uarts);
static void (*watcher)(struct uart *uart);

LOCK_CLASS(uart_lock_class, "uart", RANK_CONSOLE_OUT, LOCK_IRQ);

int uart_register(struct uart *uart)
{
	if (uart_find(uart->name))
		return -EEXIST;
	spin_init(&uart->lock, &uart_lock_class);
	list_add_tail(&uarts, &uart->registry);
	if (watcher)
		watcher(uart);
	return 0;
}

struct uart *uart_find(const char *name)
{
	struct uart *uart;

	list_for_each (uart, &uarts, registry) {
		if (strcmp(uart->name, name) == 0)
			return uart;
	}
	return NULL;
}

struct uart *uart_next(struct uart *uart)
{
	struct list *next = uart ? uart->registry.next : uarts.next;

	return next == &uarts ? NULL : container_of(next, struct uart, registry);
}

void uart_watch(void (*added)(struct uart *uart))
{
	struct uart *uart;

	watcher = added;
	list_for_each (uart, &uarts, registry)
		added(uart);
}
