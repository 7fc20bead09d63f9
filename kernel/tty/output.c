/*
 * output.c: merges the terminal's bytes and the log's records on their way to a device.
 *
 * Everything here runs under the device's own lock, the innermost one, so that a record
 * may come from any context. A panic passes a lock that will never be free again.
 */
#include "kernel/tty/output.h"
#include "kernel/debug/panic.h"
#include "kernel/mm/slab.h"
#include "lib/errno.h"
#include "lib/string.h"

/* "\n" becomes "\r\n"; the rest as it is. */
static void put_polled(struct output *output, const char *bytes, size_t len)
{
	const struct uart_ops *ops = output->uart->ops;

	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t n = newline ? (size_t)(newline - bytes) : len;

		ops->write_polled(output->uart, bytes, n);
		if (newline) {
			ops->write_polled(output->uart, "\r\n", 2);
			n++;
		}
		bytes += n;
		len -= n;
	}
}

static void hand_over(struct output *output, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			(void)ring_put_byte(&output->log, '\r');
		(void)ring_put_byte(&output->log, (uint8_t)bytes[i]);
	}
	output->uart->ops->kick(output->uart);
}

/* Whether the record waits: a line is being sent, or others wait already. */
static bool must_wait(const struct output *output, size_t len)
{
	bool busy =
		!ring_is_empty(&output->bytes) && !output->stopped && !output->line_start;

	if (!output->uart->client || panic_in_progress())
		return false;
	return (busy || !ring_is_empty(&output->log)) &&
	       ring_space(&output->log) >= 2 * len;
}

static void record_write(struct output *output, const char *bytes, size_t len)
{
	if (must_wait(output, len)) {
		hand_over(output, bytes, len);
		return;
	}
	if (panic_in_progress() || !ring_is_empty(&output->log))
		output_flush(output);
	if (!output->line_start)
		put_polled(output, "\n", 1);
	put_polled(output, bytes, len);
	output->line_start = true;
}

static void sink_write(struct log_sink *sink, const char *bytes, size_t len)
{
	struct output *output = container_of(sink, struct output, sink);
	struct spinlock *lock = &output->uart->lock;
	uint64_t flags;

	if (panic_in_progress()) {
		(void)spin_try(lock);
		record_write(output, bytes, len);
		return;
	}
	flags = spin_lock_irq(lock);
	record_write(output, bytes, len);
	spin_unlock_irq(lock, flags);
}

void output_init(struct output *output, struct uart *uart)
{
	*output = (struct output){
		.uart = uart,
		.sink = { .name = uart->name,
			  .write = sink_write,
			  .machine = !uart->display.columns },
		.line_start = true,
	};
}

int output_start(struct output *output)
{
	void *bytes = kmalloc(OUTPUT_SIZE, GFP_KERNEL);
	void *log = kmalloc(OUTPUT_LOG_SIZE, GFP_KERNEL);
	uint64_t flags;

	if (!bytes || !log) {
		kfree(bytes);
		kfree(log);
		return -ENOMEM;
	}
	flags = spin_lock_irq(&output->uart->lock);
	ring_init(&output->bytes, bytes, OUTPUT_SIZE);
	ring_init(&output->log, log, OUTPUT_LOG_SIZE);
	spin_unlock_irq(&output->uart->lock, flags);
	return 0;
}

void output_stop(struct output *output)
{
	uint64_t flags = spin_lock_irq(&output->uart->lock);
	void *bytes = output->bytes.data, *log = output->log.data;

	ring_init(&output->bytes, NULL, 0);
	ring_init(&output->log, NULL, 0);
	spin_unlock_irq(&output->uart->lock, flags);
	kfree(bytes);
	kfree(log);
}

/* The next part of the records; they begin on a line of their own. */
static size_t next_of_log(struct output *output, uint8_t *bytes, size_t max)
{
	static const char new_line[] = "\r\n";
	size_t n = 0;

	if (!output->in_record) {
		output->in_record = true;
		output->lead = output->line_start ? 0 : 2;
	}
	while (output->lead > 0 && n < max)
		bytes[n++] = (uint8_t)new_line[2 - output->lead--];
	n += ring_get(&output->log, bytes + n, max - n);
	output->in_record = !ring_is_empty(&output->log);
	return n;
}

/* The next of the terminal's bytes, to the end of the line only if a record waits. */
static size_t next_of_terminal(struct output *output, uint8_t *bytes, size_t max)
{
	size_t n = ring_peek(&output->bytes, 0, bytes, max);
	const uint8_t *newline;

	if (!ring_is_empty(&output->log)) {
		newline = memchr(bytes, '\n', n);
		if (newline)
			n = (size_t)(newline - bytes) + 1;
	}
	return ring_skip(&output->bytes, n);
}

size_t output_next(struct output *output, uint8_t *bytes, size_t max)
{
	bool idle = ring_is_empty(&output->bytes) || output->stopped;
	size_t n = 0;

	if (output->urgent) {
		bytes[0] = output->urgent;
		output->urgent = 0;
		return 1;
	}
	if (!ring_is_empty(&output->log) &&
	    (output->in_record || output->line_start || idle))
		n = next_of_log(output, bytes, max);
	else if (!idle)
		n = next_of_terminal(output, bytes, max);
	if (n > 0)
		output->line_start = bytes[n - 1] == '\n';
	return n;
}

size_t output_pending(const struct output *output)
{
	return ring_used(&output->bytes) + ring_used(&output->log) +
	       (output->urgent != 0);
}

void output_flush(struct output *output)
{
	uint8_t bytes[64];
	size_t n;

	do {
		n = output_next(output, bytes, sizeof(bytes));
		output->uart->ops->write_polled(output->uart, (const char *)bytes, n);
	} while (n > 0);
}

void output_discard(struct output *output)
{
	(void)ring_skip(&output->bytes, ring_used(&output->bytes));
}
