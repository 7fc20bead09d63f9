/*
 * output.h: what is on its way to a device: the terminal's bytes, and the log's records,
 * which begin on a line of their own.
 *
 * A record that comes in the middle of a line that is still being sent waits for its end;
 * otherwise it is sent at once, polled, so that it is out before whatever comes next.
 */
#ifndef KERNEL_TTY_OUTPUT_H
#define KERNEL_TTY_OUTPUT_H

#include "kernel/debug/log.h"
#include "kernel/dev/uart.h"
#include "lib/ring.h"

enum {
	OUTPUT_SIZE = 4096,
	OUTPUT_LOG_SIZE = 2048,
};

struct output {
	struct uart *uart;    /* [I] */
	struct log_sink sink; /* [I] log_add_sink makes it a console */
	/* [uart->lock] */
	struct ring bytes; /* the terminal's */
	struct ring log;   /* whole records that wait for the line's end */
	bool in_record;	   /* the device has part of them */
	uint8_t lead;	   /* bytes of the "\r\n" before a record that are to be sent */
	bool line_start;   /* the device's cursor is at the start of a line */
	bool stopped;	   /* by the VSTOP character or TCXONC: only the log goes out */
	uint8_t urgent;	   /* an XON or XOFF to send before all others, 0: none */
};

/* For the log alone, which needs no memory. */
void output_init(struct output *output, struct uart *uart);
/* The buffers, before the uart has a client. -ENOMEM. */
MUST_CHECK int output_start(struct output *output);

/* Frees them. The uart has no client any more. */
void output_stop(struct output *output);

/* The next bytes for the device: a uart_client's next_tx. */
size_t output_next(struct output *output, uint8_t *bytes, size_t max);

/* Bytes that wait. With uart->lock held. */
size_t output_pending(const struct output *output);

/* All that waits, now, polled. With uart->lock held. */
void output_flush(struct output *output);

/* Drops the terminal's bytes that the device does not have yet. With uart->lock held. */
void output_discard(struct output *output);

#endif
