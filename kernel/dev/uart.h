/*
 * uart.h: the contract of a serial port: bytes in, bytes out, flow control.
 *
 * A driver registers a struct uart; tty/ attaches itself as the receiver. The driver's
 * interrupt hands received bytes to uart_receive and fetches bytes to send with
 * uart_next_tx. When the receiver has no room it throttles: the driver stops taking
 * bytes from the hardware, whose own FIFO and flow control then hold the sender back,
 * and nothing is lost.
 */
#ifndef KERNEL_DEV_UART_H
#define KERNEL_DEV_UART_H

#include "kernel/sync/spinlock.h"
#include "lib/list.h"

struct uart;

struct uart_ops {
	/* Starts sending: the driver asks uart_next_tx until it is empty. Any context. */
	void (*kick)(struct uart *uart);
	/* Sends now, polling, interrupts or not: the log's and a panic's way. */
	void (*write_polled)(struct uart *uart, const char *bytes, size_t len);
	/* Stop or go on taking received bytes. Any context. */
	void (*throttle)(struct uart *uart, bool stop);
	/* Line speed in bit/s; -EINVAL when it cannot. */
	int (*set_speed)(struct uart *uart, unsigned bits_per_second);
};

/* Set by tty/. Called with interrupts off. */
struct uart_client {
	void (*receive)(void *context, const uint8_t *bytes, size_t len);
	/* A byte to send: its value, or -1 when there is none. */
	int (*next_tx)(void *context);
	void *context;
};

struct uart {
	const char *name; /* "ttyS0" */
	unsigned minor;	  /* of ttyS: 64, 65, ... */
	const struct uart_ops *ops;
	const struct uart_client *client; /* NULL until tty/ attaches */
	struct list registry;
};

MUST_CHECK int uart_register(struct uart *uart);
struct uart *uart_find(const char *name);
struct uart *uart_next(struct uart *uart); /* NULL starts and ends */

#endif
