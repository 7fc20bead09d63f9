/*
 * tty_test.c: a terminal on a port that is made up here: what the test types arrives at
 * readers, what is written arrives in `sent`, and the port may be as slow as it likes.
 */
#include "kernel/mm/fault_inject.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/tty/internal.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "tests/self/sched_helpers.h"

enum { SENT_SIZE = 8192, PASTE_SIZE = 65536, PASTE_LINE = 61 };

static struct uart port;
static struct tty tty;
/* [port.lock] */
static char sent[SENT_SIZE];
static size_t sent_len;
static bool closed; /* takes nothing but polled writes */
static bool throttled;
static unsigned throttles;

static void keep(const void *bytes, size_t len)
{
	len = MIN(len, SENT_SIZE - sent_len);
	memcpy(sent + sent_len, bytes, len);
	sent_len += len;
}

static void port_kick(struct uart *uart)
{
	uint8_t bytes[16];
	size_t n;

	do {
		n = closed ? 0 : uart->client->next_tx(uart->client->context, bytes, 16);
		keep(bytes, n);
	} while (n > 0);
}

static void port_write_polled(struct uart *uart, const char *bytes, size_t len)
{
	keep(bytes, len);
}

static void port_throttle(struct uart *uart, bool stop)
{
	throttled = stop;
	throttles += stop;
}

static int port_set_speed(struct uart *uart, unsigned bits_per_second)
{
	return -EINVAL;
}

static const struct uart_ops port_ops = {
	.kick = port_kick,
	.write_polled = port_write_polled,
	.throttle = port_throttle,
	.set_speed = port_set_speed,
};

LOCK_CLASS(port_class, "test port", RANK_CONSOLE_OUT, LOCK_IRQ);

static bool begin(void)
{
	port = (struct uart){ .name = "test", .ops = &port_ops };
	spin_init(&port.lock, &port_class);
	tty = (struct tty){ .uart = &port };
	output_init(&tty.output, &port);
	sent_len = 0;
	closed = false;
	throttles = 0;
	if (tty_start(&tty)) {
		self_fail(__FILE__, __LINE__, "no memory for a terminal");
		return false;
	}
	return true;
}

static void change(uint32_t lflag_off, uint8_t min, uint8_t time)
{
	struct termios termios;

	tty_get_termios(&tty, &termios);
	termios.lflag &= ~lflag_off;
	termios.cc[VMIN] = min;
	termios.cc[VTIME] = time;
	tty_set_termios(&tty, &termios);
}

/* As the port's interrupt would. */
static void type_bytes(const void *bytes, size_t len)
{
	uint64_t flags = irq_save();

	port.client->receive(port.client->context, bytes, len);
	irq_restore(flags);
}

static void type(const char *text)
{
	type_bytes(text, strlen(text));
}

static ssize_t read(void *bytes, size_t size, unsigned flags)
{
	struct iter to = iter_kernel(bytes, size);

	return tty_read(&tty, &to, flags);
}

static ssize_t write(const char *text, size_t len, unsigned flags)
{
	struct iter from = iter_kernel(text, len);

	return tty_write(&tty, &from, flags);
}

static void expect_sent(const char *expected)
{
	uint64_t flags = spin_lock_irq(&port.lock);
	size_t len = sent_len;
	bool same = memcmp(sent, expected, len) == 0;

	sent_len = 0;
	spin_unlock_irq(&port.lock, flags);
	EXPECT_EQ(len, strlen(expected));
	EXPECT(same);
}

/* The port takes what waits, as a transmit interrupt would ask it to. */
static void open_port(void)
{
	uint64_t flags = spin_lock_irq(&port.lock);

	closed = false;
	port_kick(&port);
	spin_unlock_irq(&port.lock, flags);
	flags = irq_save();
	port.client->sent(port.client->context);
	irq_restore(flags);
}

static struct task *start(int (*entry)(void *))
{
	struct task *task = NULL;

	if (task_create("tty test", entry, NULL, PRIORITY_NORMAL, &task))
		self_fail(__FILE__, __LINE__, "no memory for a task");
	return task;
}

SELF_TEST("tty.lines", test_lines)
{
	char line[32];

	if (!begin())
		return;
	EXPECT_EQ(read(line, sizeof(line), O_NONBLOCK), -EAGAIN);
	type("ab\x7f"
	     "c");
	EXPECT_EQ(read(line, sizeof(line), O_NONBLOCK), -EAGAIN);
	EXPECT_EQ(tty_poll(&tty, NULL), POLL_OUT | POLL_WRNORM);
	type("\rnext\r\x04");
	EXPECT(tty_poll(&tty, NULL) & POLL_IN);
	EXPECT_EQ(read(line, sizeof(line), 0), 3);
	EXPECT(memcmp(line, "ac\n", 3) == 0);
	EXPECT_EQ(read(line, 2, 0), 2);
	EXPECT_EQ(read(line, sizeof(line), 0), 3);
	EXPECT_EQ(read(line, sizeof(line), 0), 0);
	expect_sent("ab\b \bc\r\nnext\r\n");
	tty_stop(&tty);
}

static int read_one_line(void *unused)
{
	char line[32];

	return (int)read(line, sizeof(line), 0);
}

SELF_TEST("tty.reader_sleeps", test_reader)
{
	struct task *task;

	if (!begin())
		return;
	task = start(read_one_line);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	/* One reader at a time. */
	EXPECT_EQ(read(sent, 1, O_NONBLOCK), -EAGAIN);
	type("four\r");
	EXPECT_EQ(end_task(task), 5);
	task = start(read_one_line);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	if (task)
		task_kill(task);
	EXPECT_EQ(end_task(task), -EINTR);
	tty_stop(&tty);
}

static uint8_t pasted(size_t i)
{
	return i % PASTE_LINE == PASTE_LINE - 1 || i == PASTE_SIZE - 1 ? '\n'
								       : 'a' + i % 23;
}

static int paste(void *unused)
{
	uint8_t bytes[UART_BURST];
	size_t i = 0;

	while (i < PASTE_SIZE) {
		size_t n = 0;

		if (throttled) {
			task_yield();
			continue;
		}
		while (n < sizeof(bytes) && i < PASTE_SIZE)
			bytes[n++] = pasted(i++);
		type_bytes(bytes, n);
	}
	return 0;
}

SELF_TEST("tty.paste", test_paste)
{
	struct task *task;
	size_t at = 0, wrong = 0;

	if (!begin())
		return;
	pin(); /* so that the reader is too slow */
	task = start(paste);
	while (task && throttles == 0)
		task_yield();
	while (task && at < PASTE_SIZE) {
		uint8_t bytes[100] = { 0 };
		ssize_t n = read(bytes, sizeof(bytes), 0);

		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			wrong += bytes[i] != pasted(at++);
	}
	EXPECT_EQ(end_task(task), 0);
	EXPECT_EQ(at, PASTE_SIZE);
	EXPECT_EQ(wrong, 0);
	EXPECT(throttles > 0);
	tty_stop(&tty);
	unpin();
}

SELF_TEST("tty.flow_control", test_flow_control)
{
	static char bytes[4096];
	unsigned total = 0;

	if (!begin())
		return;
	change(ICANON | ECHO, 1, 0);
	while (!throttled && total < 4 * LDISC_READY) {
		type("0123456789abcdef");
		total += 16;
	}
	EXPECT(throttled && total <= LDISC_READY);
	expect_sent("\x13");
	EXPECT_EQ(tty_pending(&tty), total);
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), sizeof(bytes));
	EXPECT(!throttled);
	expect_sent("\x11");
	tty_stop(&tty);
}

/* Who takes IXOFF away is the last who could tell the sender to go on. */
SELF_TEST("tty.flow_control_ends", test_flow_control_ends)
{
	struct termios termios;

	if (!begin())
		return;
	change(ICANON | ECHO, 1, 0);
	for (unsigned total = 0; !throttled && total < 4 * LDISC_READY; total += 16)
		type("0123456789abcdef");
	expect_sent("\x13");
	tty_get_termios(&tty, &termios);
	termios.iflag &= ~(uint32_t)IXOFF;
	tty_set_termios(&tty, &termios);
	EXPECT(throttled);
	expect_sent("\x11");
	tty_stop(&tty);
}

SELF_TEST("tty.raw_times", test_raw)
{
	char bytes[16];
	uint64_t before;

	if (!begin())
		return;
	change(ICANON | ECHO, 0, 0);
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), 0);
	change(0, 0, 1);
	before = clock_monotonic();
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), 0);
	EXPECT(clock_monotonic() - before >= 100 * NSEC_PER_MSEC);
	type("xy");
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), 2);
	/* Three are wanted, two come, and the time between two bytes is up. */
	change(0, 3, 1);
	type("xy");
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), 2);
	type("xyz");
	EXPECT_EQ(read(bytes, 2, 0), 2);
	change(0, 3, 0);
	EXPECT_EQ(tty_poll(&tty, NULL) & POLL_IN, 0);
	type("12");
	EXPECT_EQ(tty_poll(&tty, NULL) & POLL_IN, POLL_IN);
	EXPECT_EQ(read(bytes, sizeof(bytes), 0), 3);
	tty_stop(&tty);
}

static int write_much(void *unused)
{
	static const char much[3 * OUTPUT_SIZE];

	return write(much, sizeof(much), 0) == sizeof(much) ? 0 : -EIO;
}

SELF_TEST("tty.writer_sleeps", test_writer)
{
	struct task *task;

	if (!begin())
		return;
	closed = true;
	task = start(write_much);
	for (unsigned i = 0; tty_poll(&tty, NULL) & POLL_OUT && i < 10000; i++)
		EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	EXPECT_EQ(tty_poll(&tty, NULL) & POLL_OUT, 0);
	EXPECT_EQ(write("x", 1, O_NONBLOCK), -EAGAIN);
	EXPECT(tty_unsent(&tty) >= OUTPUT_SIZE - 2 * LDISC_ECHO_ROOM);
	open_port();
	EXPECT_EQ(end_task(task), 0);
	tty_drain(&tty);
	EXPECT_EQ(tty_unsent(&tty), 0);
	tty_stop(&tty);
}

/* A vector goes out in its order, also where it takes more than one turn. */
SELF_TEST("tty.write_vector", test_vector)
{
	static char first[300], second[300];
	const struct iter_segment segments[] = {
		{ (uint64_t)first, sizeof(first) },
		{ (uint64_t)second, sizeof(second) },
	};
	struct iter from = iter_segments(false, segments, 600);

	if (!begin())
		return;
	memset(first, 'a', sizeof(first));
	memset(second, 'b', sizeof(second));
	EXPECT_EQ(tty_write(&tty, &from, 0), 600);
	EXPECT_EQ(from.left, 0);
	EXPECT_EQ(sent_len, 600);
	EXPECT(memcmp(sent, first, 300) == 0 && memcmp(sent + 300, second, 300) == 0);
	tty_stop(&tty);
}

static int drain(void *unused)
{
	tty_drain(&tty);
	return (int)tty_unsent(&tty);
}

/* The last bytes leave in an interrupt of the receiver, not of the transmitter. */
SELF_TEST("tty.drain", test_drain)
{
	struct task *task;

	if (!begin())
		return;
	closed = true;
	EXPECT_EQ(write("last", 4, 0), 4);
	task = start(drain);
	EXPECT_EQ(task_sleep(NSEC_PER_MSEC), 0);
	closed = false;
	type("x");
	EXPECT_EQ(end_task(task), 0);
	expect_sent("lastx");
	/* What the user stopped waits until it goes on. */
	type("\x13");
	EXPECT_EQ(write("stopped", 7, 0), 7);
	expect_sent("");
	task = start(drain);
	type("\x11");
	EXPECT_EQ(end_task(task), 0);
	expect_sent("stopped");
	tty_stop(&tty);
}

static void count(void *context)
{
	(*(unsigned *)context)++;
}

SELF_TEST("tty.interrupt", test_interrupt)
{
	unsigned interrupts = 0;

	if (!begin())
		return;
	tty_set_interrupt(&tty, count, &interrupts);
	type("lost");
	type("\x03");
	EXPECT_EQ(interrupts, 1);
	EXPECT_EQ(tty_pending(&tty), 0);
	expect_sent("lost^C");
	tty_set_interrupt(&tty, NULL, NULL);
	type("\x03");
	EXPECT_EQ(interrupts, 1);
	tty_stop(&tty);
}

static void record(const char *text)
{
	tty.output.sink.write(&tty.output.sink, text, strlen(text));
}

SELF_TEST("tty.log_keeps_lines", test_log)
{
	if (!begin())
		return;
	record("first\n");
	EXPECT_EQ(write("prompt> ", 8, 0), 8);
	record("second\n");
	expect_sent("first\r\nprompt> \r\nsecond\r\n");
	/* A line on its way is not cut, the next one is not begun before the record. */
	EXPECT_EQ(write("ha", 2, 0), 2);
	closed = true;
	EXPECT_EQ(write("lf\nnext\n", 8, 0), 8);
	record("third\n");
	record("fourth\n");
	open_port();
	expect_sent("half\r\nthird\r\nfourth\r\nnext\r\n");
	/* What the user stopped does not stop the log. */
	type("\x13");
	EXPECT_EQ(write("later\n", 6, 0), 6);
	record("now\n");
	type("\x11");
	expect_sent("now\r\nlater\r\n");
	tty_stop(&tty);
}

SELF_TEST("tty.no_memory", test_no_memory)
{
	unsigned n = 0;
	int error;

	do {
		port = (struct uart){ .name = "test", .ops = &port_ops };
		spin_init(&port.lock, &port_class);
		tty = (struct tty){ .uart = &port };
		output_init(&tty.output, &port);
		fault_inject_arm(++n, cpu_task());
		error = tty_start(&tty);
		EXPECT(fault_inject_disarm() == (error != 0));
		EXPECT(!error || error == -ENOMEM);
	} while (error && n < 10);
	EXPECT_EQ(n, 4);
	if (!error)
		tty_stop(&tty);
}

SELF_BENCH("tty.write_64", bench_write)
{
	static const char line[] =
		"sixty-four bytes of text, more or less, and a newline behind it\n";

	if (!begin())
		return;
	while (times-- > 0) {
		(void)!write(line, sizeof(line) - 1, 0);
		sent_len = 0;
	}
	tty_stop(&tty);
}
