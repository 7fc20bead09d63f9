/*
 * tty.c: terminals: the line discipline and the output of a port, with those who wait.
 *
 * A port becomes a terminal in two steps: at INIT_CONSOLE the log may use it, at
 * INIT_DEVICE it gets buffers, its device file, and input. Input goes from the driver's
 * interrupt through the line discipline to the ready buffer; when that is nearly full
 * the port is throttled, and the reader who makes room lets it go on.
 */
#include "kernel/dev/init.h"
#include "kernel/mm/slab.h"
#include "kernel/time/clock.h"
#include "kernel/tty/console.h"
#include "kernel/tty/internal.h"
#include "lib/string.h"

LOCK_CLASS(read_class, "terminal reader", RANK_TTY_READ, LOCK_SLEEPS);
LOCK_CLASS(write_class, "terminal writer", RANK_DEVICE, LOCK_SLEEPS);
LOCK_CLASS(interrupt_class, "terminal interrupt", RANK_TTY, LOCK_IRQ);

/* [I] after INIT_DEVICE */
static struct tty ttys[TTY_MAX];
static unsigned tty_count;
static struct chardev console_device = {
	.name = "console",
	.major = 5,
	.minor = 1,
	.mode = 0600,
	.ops = &tty_device_ops,
};
static struct chardev tty_device = {
	.name = "tty",
	.major = 5,
	.minor = 0,
	.mode = 0666,
	.ops = &tty_device_ops,
};

/*
 * Sends what there is to send, and takes the display's answers as input. Whoever waits
 * for room or for the end of output hears of it: no interrupt may follow. Port locked.
 */
static unsigned kick(struct tty *tty)
{
	const struct uart_ops *ops = tty->uart->ops;
	size_t before = output_pending(&tty->output);
	unsigned events = 0;
	uint8_t bytes[32];
	size_t n;

	if (before == 0)
		return 0;
	ops->kick(tty->uart);
	if (output_pending(&tty->output) < before && ldisc_writable(&tty->ldisc))
		events = LDISC_ROOM;
	n = ops->replies ? ops->replies(tty->uart, bytes, sizeof(bytes)) : 0;
	return n > 0 ? events | ldisc_receive(&tty->ldisc, bytes, n) : events;
}

static void call_interrupt(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->interrupt_lock);

	if (tty->interrupt) /* calls: interrupt */
		tty->interrupt(tty->interrupt_context);
}

/* What ldisc events ask for; port not locked. */
static void act(struct tty *tty, unsigned events)
{
	if (events & LDISC_READABLE)
		waitq_wake_all(&tty->readers);
	if (events & LDISC_ROOM)
		waitq_wake_all(&tty->writers);
	if (events & (LDISC_INTERRUPT | LDISC_QUIT))
		call_interrupt(tty);
}

/* Pauses the sender, or lets it go on. Port locked. */
static void set_throttle(struct tty *tty, bool stop)
{
	const struct termios *termios = &tty->ldisc.termios;

	if (tty->throttled == stop)
		return;
	tty->throttled = stop;
	tty->uart->ops->throttle(tty->uart, stop);
	if (termios->iflag & IXOFF)
		tty->output.urgent = termios->cc[stop ? VSTOP : VSTART];
}

static void pace_sender(struct tty *tty)
{
	if (ldisc_full(&tty->ldisc))
		set_throttle(tty, true);
	else if (ldisc_has_room(&tty->ldisc))
		set_throttle(tty, false);
}

/* After anything that changed the discipline: output and flow follow it. Port locked. */
static unsigned settle(struct tty *tty, unsigned events)
{
	tty->output.stopped = tty->ldisc.stopped;
	pace_sender(tty);
	return events | kick(tty);
}

static void client_receive(void *context, const uint8_t *bytes, size_t len)
{
	struct tty *tty = context;
	uint64_t flags = spin_lock_irq(&tty->uart->lock);
	unsigned events = settle(tty, ldisc_receive(&tty->ldisc, bytes, len));

	spin_unlock_irq(&tty->uart->lock, flags);
	act(tty, events);
}

static size_t client_next_tx(void *context, uint8_t *bytes, size_t max)
{
	struct tty *tty = context;

	return output_next(&tty->output, bytes, max);
}

static bool is_writable(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return ldisc_writable(&tty->ldisc);
}

static bool is_sent(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return output_pending(&tty->output) == 0;
}

static bool is_readable(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return ldisc_readable(&tty->ldisc);
}

static void client_sent(void *context)
{
	struct tty *tty = context;

	if (is_writable(tty))
		waitq_wake_all(&tty->writers);
}

static struct termios settings(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return tty->ldisc.termios;
}

/* What is there, to the end of a line at most. *end: nothing more belongs to the read. */
static ssize_t take(struct tty *tty, struct iter *to, bool *end)
{
	uint8_t bytes[256];
	ssize_t total = 0;

	*end = false;
	while (to->left > 0 && !*end) {
		uint64_t flags = spin_lock_irq(&tty->uart->lock);
		size_t n =
			ldisc_read(&tty->ldisc, bytes, MIN(to->left, sizeof(bytes)), end);
		unsigned events = settle(tty, 0);
		ssize_t put;

		spin_unlock_irq(&tty->uart->lock, flags);
		act(tty, events);
		if (n == 0)
			break;
		put = iter_put(to, bytes, n);
		if (put < 0)
			return total > 0 ? total : put;
		total += put;
	}
	return total;
}

static uint64_t tenths_from_now(unsigned tenths)
{
	return clock_monotonic() + tenths * 100 * NSEC_PER_MSEC;
}

/*
 * Raw mode, POSIX.1-2017 11.1.7: VMIN bytes are enough; VTIME limits the time between
 * two bytes, or with VMIN 0 the time until the first.
 */
static ssize_t read_raw(struct tty *tty, struct iter *to, const struct termios *termios,
			bool wait)
{
	unsigned tenths = termios->cc[VTIME];
	size_t enough = MIN(termios->cc[VMIN], to->left);
	ssize_t total = 0;
	bool end;

	do {
		uint64_t deadline = 0;
		ssize_t n;
		int error = 0;

		if (tenths > 0 && (enough == 0 || total > 0))
			deadline = tenths_from_now(tenths);
		if (!is_readable(tty) && !wait && enough > 0)
			return total > 0 ? total : -EAGAIN;
		if (wait && (enough > 0 || tenths > 0))
			error = waitq_wait_until(&tty->readers, is_readable(tty),
						 deadline);
		if (error == -ETIMEDOUT)
			return total;
		n = error ? error : take(tty, to, &end);
		if (n < 0)
			return total > 0 ? total : n;
		total += n;
	} while ((size_t)total < enough);
	return total;
}

static ssize_t read_line(struct tty *tty, struct iter *to, bool wait)
{
	bool end;
	ssize_t n;

	/* Who emptied the input meanwhile, or changed the mode, sends us back to wait. */
	do {
		int error = 0;

		if (wait)
			error = waitq_wait(&tty->readers, is_readable(tty));
		else if (!is_readable(tty))
			error = -EAGAIN;
		if (error)
			return error;
		n = take(tty, to, &end);
	} while (n == 0 && !end);
	return n;
}

/* 0, -EAGAIN or -EINTR. */
static int enter(struct mutex *mutex, unsigned flags)
{
	if (flags & O_NONBLOCK)
		return mutex_try(mutex) ? 0 : -EAGAIN;
	return mutex_lock_killable(mutex);
}

ssize_t tty_read(struct tty *tty, struct iter *to, unsigned flags)
{
	struct termios termios;
	bool wait = !(flags & O_NONBLOCK);
	ssize_t result;

	if (to->left == 0)
		return 0;
	result = enter(&tty->read_lock, flags);
	if (result)
		return result;
	termios = settings(tty);
	if (termios.lflag & ICANON)
		result = read_line(tty, to, wait);
	else
		result = read_raw(tty, to, &termios, wait);
	mutex_unlock(&tty->read_lock);
	return result;
}

/* Puts some bytes into the output; how many were taken, 0: no room. */
static size_t put(struct tty *tty, const uint8_t *bytes, size_t len)
{
	uint64_t flags = spin_lock_irq(&tty->uart->lock);
	size_t n = ldisc_write(&tty->ldisc, bytes, len);
	unsigned events = kick(tty);

	spin_unlock_irq(&tty->uart->lock, flags);
	act(tty, events);
	return n;
}

static ssize_t write_all(struct tty *tty, struct iter *from, bool wait)
{
	uint8_t bytes[256];
	ssize_t total = 0;

	while (from->left > 0) {
		struct iter behind = *from;
		ssize_t n = iter_get(&behind, bytes, MIN(from->left, sizeof(bytes)));
		size_t taken;
		int error = 0;

		if (n < 0)
			return total > 0 ? total : n;
		taken = put(tty, bytes, (size_t)n);
		iter_skip(from, taken);
		total += (ssize_t)taken;
		if (taken == (size_t)n)
			continue;
		if (wait)
			error = waitq_wait(&tty->writers, is_writable(tty));
		else if (taken == 0)
			error = -EAGAIN;
		if (error)
			return total > 0 ? total : error;
	}
	return total;
}

ssize_t tty_write(struct tty *tty, struct iter *from, unsigned flags)
{
	ssize_t result = enter(&tty->write_lock, flags);

	if (result)
		return result;
	result = write_all(tty, from, !(flags & O_NONBLOCK));
	mutex_unlock(&tty->write_lock);
	return result;
}

unsigned tty_poll(struct tty *tty, struct poll_table *table)
{
	const struct termios *termios = &tty->ldisc.termios;
	size_t enough = 1;
	unsigned ready = 0;

	poll_watch(table, &tty->readers);
	poll_watch(table, &tty->writers);
	SPIN_IRQ_GUARD(&tty->uart->lock);
	if (!(termios->lflag & ICANON) && termios->cc[VTIME] == 0)
		enough = MAX(termios->cc[VMIN], 1);
	if (ring_used(&tty->ldisc.ready) >= enough)
		ready |= POLL_IN | POLL_RDNORM;
	if (ldisc_writable(&tty->ldisc))
		ready |= POLL_OUT | POLL_WRNORM;
	return ready;
}

void tty_get_termios(struct tty *tty, struct termios *termios)
{
	*termios = settings(tty);
}

void tty_set_termios(struct tty *tty, const struct termios *termios)
{
	uint64_t flags = spin_lock_irq(&tty->uart->lock);
	unsigned events;

	/* Nobody else would let the sender go on that was told to stop. */
	if (tty->throttled && (tty->ldisc.termios.iflag & IXOFF) &&
	    !(termios->iflag & IXOFF))
		tty->output.urgent = tty->ldisc.termios.cc[VSTART];
	events = settle(tty, ldisc_set_termios(&tty->ldisc, termios));
	spin_unlock_irq(&tty->uart->lock, flags);
	act(tty, events);
}

void tty_drain(struct tty *tty)
{
	(void)waitq_wait(&tty->writers, is_sent(tty));
}

int tty_flush(struct tty *tty, uint64_t what)
{
	unsigned events = 0;
	uint64_t flags;

	if (what > TCIOFLUSH)
		return -EINVAL;
	flags = spin_lock_irq(&tty->uart->lock);
	if (what != TCOFLUSH)
		ldisc_flush_input(&tty->ldisc);
	if (what != TCIFLUSH) {
		output_discard(&tty->output);
		events = LDISC_ROOM;
	}
	events |= settle(tty, 0);
	spin_unlock_irq(&tty->uart->lock, flags);
	act(tty, events);
	return 0;
}

int tty_flow(struct tty *tty, uint64_t what)
{
	unsigned events = 0;
	uint64_t flags;

	if (what > TCION)
		return -EINVAL;
	flags = spin_lock_irq(&tty->uart->lock);
	if (what == TCOOFF || what == TCOON) {
		tty->ldisc.stopped = what == TCOOFF;
	} else {
		tty->output.urgent =
			tty->ldisc.termios.cc[what == TCIOFF ? VSTOP : VSTART];
	}
	events |= settle(tty, 0);
	spin_unlock_irq(&tty->uart->lock, flags);
	act(tty, events);
	return 0;
}

size_t tty_pending(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return ldisc_pending(&tty->ldisc);
}

size_t tty_unsent(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return ring_used(&tty->output.bytes);
}

struct winsize tty_get_size(struct tty *tty)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	return tty->size;
}

void tty_set_size(struct tty *tty, const struct winsize *size)
{
	SPIN_IRQ_GUARD(&tty->uart->lock);

	tty->size = *size;
}

void tty_size(const struct tty *tty, unsigned *columns, unsigned *rows)
{
	struct winsize size = tty_get_size((struct tty *)tty);

	*columns = size.columns;
	*rows = size.rows;
}

bool tty_utf8(const struct tty *tty)
{
	return !tty->uart->display.no_utf8;
}

const char *tty_name(const struct tty *tty)
{
	return tty->uart->name;
}

void tty_set_interrupt(struct tty *tty, void (*handler)(void *context), void *context)
{
	SPIN_IRQ_GUARD(&tty->interrupt_lock);

	tty->interrupt = handler;
	tty->interrupt_context = context;
}

struct tty *tty_find(const char *name)
{
	for (unsigned i = 0; i < tty_count; i++) {
		if (ttys[i].started && strcmp(ttys[i].uart->name, name) == 0)
			return &ttys[i];
	}
	return NULL;
}

struct tty *tty_console(void)
{
	const char *name = console_name();

	return name ? tty_find(name) : NULL;
}

/* A port came up: from now on the log may use it. */
static void tty_add(struct uart *uart)
{
	struct tty *tty = &ttys[tty_count];

	if (tty_count == TTY_MAX)
		return;
	tty_count++;
	tty->uart = uart;
	output_init(&tty->output, uart);
	console_offer(&tty->output);
}

static int tty_watch(void)
{
	uart_watch(tty_add);
	return 0;
}
INIT(INIT_CONSOLE, tty_watch);

/* The port's users so far were the log's records; now input comes too. */
static void attach(struct tty *tty)
{
	const struct uart_display *display = &tty->uart->display;
	bool cable = display->columns == 0;

	ldisc_init(&tty->ldisc, tty->memory, &tty->output.bytes);
	tty->ldisc.termios.iflag |= cable ? IXOFF : 0;
	tty->size = (struct winsize){
		.columns = (uint16_t)(cable ? 80 : display->columns),
		.rows = (uint16_t)(cable ? 24 : display->rows),
	};
	tty->client =
		(struct uart_client){ client_receive, client_next_tx, client_sent, tty };
	tty->started = true;
	SPIN_IRQ_GUARD(&tty->uart->lock);
	tty->uart->client = &tty->client;
	tty->uart->ops->throttle(tty->uart, false);
}

int tty_start(struct tty *tty)
{
	tty->memory = kmalloc(sizeof(*tty->memory), GFP_KERNEL);
	if (!tty->memory || output_start(&tty->output)) {
		kfree(tty->memory);
		return -ENOMEM;
	}
	mutex_init(&tty->read_lock, &read_class);
	mutex_init(&tty->write_lock, &write_class);
	waitq_init(&tty->readers);
	waitq_init(&tty->writers);
	spin_init(&tty->interrupt_lock, &interrupt_class);
	attach(tty);
	return 0;
}

void tty_stop(struct tty *tty)
{
	uint64_t flags = spin_lock_irq(&tty->uart->lock);

	tty->uart->ops->throttle(tty->uart, true);
	tty->uart->client = NULL;
	spin_unlock_irq(&tty->uart->lock, flags);
	tty->started = false;
	output_stop(&tty->output);
	kfree(tty->memory);
}

static int start_device(struct tty *tty)
{
	int error = tty_start(tty);

	if (error)
		return error;
	tty->device = (struct chardev){
		.name = tty->uart->name,
		.major = 4,
		.minor = tty->uart->minor,
		.mode = 0620,
		.ops = &tty_device_ops,
		.context = tty,
	};
	return chardev_register(&tty->device);
}

static int tty_start_all(void)
{
	int result = 0, error;

	for (unsigned i = 0; i < tty_count; i++) {
		error = start_device(&ttys[i]);
		result = error ? error : result;
	}
	if (!tty_console())
		return result ? result : -ENODEV;
	/* Also when another terminal could not be started. */
	error = chardev_register(&console_device);
	if (!error)
		error = chardev_register(&tty_device);
	return error ? error : result;
}
INIT(INIT_DEVICE, tty_start_all);
