/*
 * uart.h: the contract of a serial port: bytes in, bytes out, flow control.
 *
 * A driver registers a struct uart; tty/ attaches itself as the client. The driver's
 * interrupt hands received bytes to client->receive and fetches bytes to send with
 * client->next_tx. When the receiver has no room it throttles: the driver stops taking
 * bytes from the hardware, whose own FIFO and flow control then hold the sender back,
 * and nothing is lost.
 *
 * The port's lock is the innermost of all (RANK_CONSOLE_OUT), because the log writes
 * here from any context. It guards the transmitter, and with it what next_tx reads.
 */
#ifndef KERNEL_DEV_UART_H
#define KERNEL_DEV_UART_H

#include "kernel/sync/spinlock.h"
#include "lib/list.h"

struct uart;

struct uart_ops {
	/* Sends until next_tx has no more, now and from the interrupt. Port locked. */
	void (*kick)(struct uart *uart);
	/* Sends now, polling: the log's and a panic's way. Port locked. */
	void (*write_polled)(struct uart *uart, const char *bytes, size_t len);
	/* Stop or go on taking received bytes; a port starts stopped. Port locked. */
	void (*throttle)(struct uart *uart, bool stop);
	/* Line speed in bit/s; -EINVAL when it cannot. Port not locked. */
	int (*set_speed)(struct uart *uart, unsigned bits_per_second);
	/*
	 * What the device itself says to what it was sent (a terminal's reports):
	 * up to max bytes; 0: no more. Asked for after kick. Port locked. May be NULL.
	 */
	size_t (*replies)(struct uart *uart, uint8_t *bytes, size_t max);
};

/* What a port is known to lead to; zeros where that is a cable. */
struct uart_display {
	unsigned columns, rows;
	bool no_utf8; /* cannot draw most of it */
};

/* Set by tty/. Called with interrupts off. */
struct uart_client {
	/* At most UART_BURST bytes. Port not locked. */
	void (*receive)(void *context, const uint8_t *bytes, size_t len);
	/* Up to max bytes to send; their number, 0: none. Port locked. */
	size_t (*next_tx)(void *context, uint8_t *bytes, size_t max);
	/* Bytes were fetched from an interrupt, so there may be room. Port not locked. */
	void (*sent)(void *context);
	void *context;
};

enum { UART_BURST = 64 };

struct uart {
	const char *name; /* "ttyS0" */
	unsigned minor;	  /* of major 4: ttyS 64, 65, ...; the screen's tty1 1 */
	const struct uart_ops *ops;
	struct uart_display display;	  /* [I] */
	const struct uart_client *client; /* NULL until tty/ attaches */
	struct spinlock lock;		  /* uart_register sets it up */
	struct list registry;
};

/* -EEXIST: the name is taken. */
MUST_CHECK int uart_register(struct uart *uart);
struct uart *uart_find(const char *name);
struct uart *uart_next(struct uart *uart); /* NULL starts and ends */

/* One function that hears of every port, those already there included. */
void uart_watch(void (*added)(struct uart *uart));

#endif
