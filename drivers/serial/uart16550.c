/*
 * uart16550.c: the PC's serial ports: NS16550A and its ancestors (National
 * Semiconductor, PC16550D data sheet, section 8).
 *
 * Invariant: every register that sending touches, and the interrupt-enable register,
 * change under the port's lock only. Receiving is done by the interrupt alone; a
 * throttled port has its receive interrupt off and leaves the bytes in the FIFO.
 *
 * Ports are found and usable polled at INIT_CONSOLE; interrupts come at INIT_DRIVER.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/uart.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"

/* Register offsets; DLL and DLM lie under the first two while LCR.DLAB is set. */
enum {
	REG_DATA = 0,
	REG_DIVISOR_LOW = 0,
	REG_IER = 1,
	REG_DIVISOR_HIGH = 1,
	REG_IIR = 2,
	REG_FCR = 2,
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_MSR = 6,
	REG_SCRATCH = 7,
};

enum {
	IER_RECEIVE = 0x01,
	IER_TRANSMIT = 0x02,
	IIR_NONE = 0x01,
	IIR_FIFO = 0xc0, /* both bits: a FIFO that works */
	FCR_ENABLE = 0x01,
	FCR_CLEAR = 0x06,
	FCR_TRIGGER_8 = 0x80,
	LCR_8N1 = 0x03,
	LCR_DLAB = 0x80,
	MCR_DTR = 0x01,
	MCR_RTS = 0x02,
	MCR_OUT2 = 0x08, /* lets the interrupt out to the bus */
	MCR_LOOP = 0x10,
	MSR_LOOP_MASK = 0xf0,
	LSR_DATA = 0x01,
	LSR_THR_EMPTY = 0x20,
};

enum {
	BASE_SPEED = 115200,
	FIFO_SIZE = 16,
	PORTS = 4,
	/* Reads of LSR until a stuck transmitter loses the rest; 30 ms at least. */
	POLL_LIMIT = 1000000,
	POLL_LIMIT_STUCK = 16,
	/* Rounds in one interrupt, of a port and of a line that several share; a chip
	 * that never calms down comes back later. */
	IRQ_ROUNDS = 256,
	/* FIFOs filled one after the other, where a virtual port sends at once. */
	PUMP_ROUNDS = 16,
};

struct port {
	struct uart uart;
	uint16_t base;
	uint8_t isa;
	uint8_t fifo_size; /* [I] 16, or 1 where the FIFO is missing or broken */
	bool present;	   /* [I] after INIT_CONSOLE */
	/* [uart.lock] */
	uint8_t ier;
	bool interrupts; /* its line is ours, so sending may be left to it */
	bool stuck;	 /* polling gave up; not yet seen ready since */
	bool throttled;
};

static struct port *port_of(struct uart *uart)
{
	return container_of(uart, struct port, uart);
}

static uint8_t reg_read(const struct port *port, unsigned reg)
{
	return in8((uint16_t)(port->base + reg));
}

static void reg_write(const struct port *port, unsigned reg, uint8_t value)
{
	out8((uint16_t)(port->base + reg), value);
}

/* Port locked. */
static void set_ier(struct port *port, uint8_t ier)
{
	if (port->ier == ier)
		return;
	port->ier = ier;
	reg_write(port, REG_IER, ier);
}

/* Fills the empty FIFO. Bytes; less than fit: there are no more. Port locked. */
static size_t fill_fifo(struct port *port)
{
	const struct uart_client *client = port->uart.client;
	uint8_t bytes[FIFO_SIZE];
	size_t n = 0, got;

	/* The client may give less than it has; only nothing means there is nothing. */
	do {
		got = client ? client->next_tx(client->context, bytes,
					       port->fifo_size - n)
			     : 0;
		for (size_t i = 0; i < got; i++)
			reg_write(port, REG_DATA, bytes[i]);
		n += got;
	} while (got > 0 && n < port->fifo_size);
	return n;
}

/*
 * Fills the FIFO while it is empty and there are bytes; what is left then an interrupt
 * asks for when it is empty again. Returns whether bytes were fetched. Port locked.
 */
static bool pump(struct port *port)
{
	bool any = false;

	for (unsigned i = 0; i < PUMP_ROUNDS; i++) {
		size_t n;

		if (!(reg_read(port, REG_LSR) & LSR_THR_EMPTY))
			break;
		port->stuck = false;
		n = fill_fifo(port);
		any |= n > 0;
		if (n < port->fifo_size) {
			set_ier(port, (uint8_t)(port->ier & ~IER_TRANSMIT));
			return any;
		}
	}
	set_ier(port, port->ier | IER_TRANSMIT);
	return any;
}

/* Waits until the FIFO is empty. False: the other end takes nothing. Port locked. */
static bool wait_empty(struct port *port)
{
	unsigned limit = port->stuck ? POLL_LIMIT_STUCK : POLL_LIMIT;

	for (unsigned i = 0; i < limit; i++) {
		if (reg_read(port, REG_LSR) & LSR_THR_EMPTY) {
			port->stuck = false;
			return true;
		}
	}
	port->stuck = true;
	return false;
}

static void port_write_polled(struct uart *uart, const char *bytes, size_t len)
{
	struct port *port = port_of(uart);
	size_t room = 0;

	for (size_t i = 0; i < len; i++) {
		if (room == 0) {
			if (!wait_empty(port))
				return;
			room = port->fifo_size;
		}
		reg_write(port, REG_DATA, (uint8_t)bytes[i]);
		room--;
	}
}

static void port_kick(struct uart *uart)
{
	struct port *port = port_of(uart);
	uint8_t bytes[FIFO_SIZE];
	size_t n;

	if (port->interrupts) {
		(void)pump(port);
		return;
	}
	do {
		n = uart->client->next_tx(uart->client->context, bytes, sizeof(bytes));
		port_write_polled(uart, (const char *)bytes, n);
	} while (n > 0);
}

static void port_throttle(struct uart *uart, bool stop)
{
	struct port *port = port_of(uart);

	port->throttled = stop;
	if (!port->interrupts)
		return;
	set_ier(port,
		stop ? (uint8_t)(port->ier & ~IER_RECEIVE) : port->ier | IER_RECEIVE);
}

static void set_divisor(const struct port *port, unsigned divisor)
{
	reg_write(port, REG_LCR, LCR_8N1 | LCR_DLAB);
	reg_write(port, REG_DIVISOR_LOW, (uint8_t)divisor);
	reg_write(port, REG_DIVISOR_HIGH, (uint8_t)(divisor >> 8));
	reg_write(port, REG_LCR, LCR_8N1);
}

static int port_set_speed(struct uart *uart, unsigned bits_per_second)
{
	struct port *port = port_of(uart);
	unsigned divisor;

	if (bits_per_second == 0 || bits_per_second > BASE_SPEED)
		return -EINVAL;
	divisor = BASE_SPEED / bits_per_second;
	if (divisor > UINT16_MAX || divisor * bits_per_second != BASE_SPEED)
		return -EINVAL;
	SPIN_IRQ_GUARD(&uart->lock);
	set_divisor(port, divisor);
	return 0;
}

static const struct uart_ops port_ops = {
	.kick = port_kick,
	.write_polled = port_write_polled,
	.throttle = port_throttle,
	.set_speed = port_set_speed,
};

static struct port ports[PORTS] = {
	{ .uart = { .name = "ttyS0", .minor = 64, .ops = &port_ops },
	  .base = 0x3f8,
	  .isa = 4 },
	{ .uart = { .name = "ttyS1", .minor = 65, .ops = &port_ops },
	  .base = 0x2f8,
	  .isa = 3 },
	{ .uart = { .name = "ttyS2", .minor = 66, .ops = &port_ops },
	  .base = 0x3e8,
	  .isa = 4 },
	{ .uart = { .name = "ttyS3", .minor = 67, .ops = &port_ops },
	  .base = 0x2e8,
	  .isa = 3 },
};

/* Takes what the FIFO holds, in bursts, for as long as the receiver has room. */
static void receive(struct port *port)
{
	const struct uart_client *client = port->uart.client;
	uint8_t bytes[UART_BURST];
	size_t n;

	do {
		uint64_t flags = spin_lock_irq(&port->uart.lock);

		n = 0;
		while (n < sizeof(bytes) && !port->throttled && client &&
		       (reg_read(port, REG_LSR) & LSR_DATA))
			bytes[n++] = reg_read(port, REG_DATA);
		spin_unlock_irq(&port->uart.lock, flags);
		if (n > 0)
			client->receive(client->context, bytes, n);
	} while (n == sizeof(bytes));
}

static bool transmit(struct port *port)
{
	SPIN_IRQ_GUARD(&port->uart.lock);

	return (port->ier & IER_TRANSMIT) && pump(port);
}

/* Whether the port had asked for anything. */
static bool port_interrupt(struct port *port)
{
	const struct uart_client *client = port->uart.client;
	bool sent = false;
	unsigned i;

	for (i = 0; i < IRQ_ROUNDS; i++) {
		if (reg_read(port, REG_IIR) & IIR_NONE)
			break;
		receive(port);
		sent |= transmit(port);
	}
	if (sent)
		/* calls: client_sent */
		client->sent(client->context);
	return i > 0;
}

/*
 * One line may serve two ports (COM1 and COM3). It is edge-triggered: it comes again only
 * if none asked at one moment, so all are looked at until none does.
 */
static void line_interrupt(void *context)
{
	const struct port *first = context;
	unsigned rounds = 0, served;
	bool busy;

	do {
		served = 0;
		busy = false;
		for (unsigned i = 0; i < PORTS; i++) {
			if (!ports[i].present || ports[i].isa != first->isa)
				continue;
			served++;
			busy |= port_interrupt(&ports[i]);
		}
	} while (busy && served > 1 && ++rounds < IRQ_ROUNDS);
}

/* Is there a chip at all? Reads of nothing give ones, and no step waits for anything. */
static bool probe(const struct port *port)
{
	uint8_t status;

	reg_write(port, REG_IER, 0);
	reg_write(port, REG_SCRATCH, 0x5a);
	if (reg_read(port, REG_SCRATCH) != 0x5a || reg_read(port, REG_IER) != 0)
		return false;
	reg_write(port, REG_SCRATCH, 0xa5);
	if (reg_read(port, REG_SCRATCH) != 0xa5)
		return false;
	/* In the loop, the outputs RTS and OUT2 come back as CTS and DCD. */
	reg_write(port, REG_MCR, MCR_LOOP | MCR_RTS | MCR_OUT2);
	status = reg_read(port, REG_MSR) & MSR_LOOP_MASK;
	reg_write(port, REG_MCR, MCR_DTR | MCR_RTS);
	return status == 0x90;
}

static void set_up(struct port *port)
{
	set_divisor(port, 1);
	reg_write(port, REG_FCR, FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_8);
	port->fifo_size =
		(reg_read(port, REG_IIR) & IIR_FIFO) == IIR_FIFO ? FIFO_SIZE : 1;
	if (port->fifo_size == 1)
		reg_write(port, REG_FCR, 0);
	reg_write(port, REG_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
	port->throttled = true;
	port->present = true;
}

static int uart16550_find(void)
{
	unsigned found = 0;
	int error;

	for (unsigned i = 0; i < PORTS; i++) {
		struct port *port = &ports[i];

		if (!probe(port))
			continue;
		set_up(port);
		error = uart_register(&port->uart);
		if (error)
			return error;
		found++;
		log_info("%s: 16550 at port 0x%x, interrupt %u", port->uart.name,
			 port->base, port->isa);
	}
	return found > 0 ? 0 : -ENODEV;
}
INIT(INIT_CONSOLE, uart16550_find);

/* From here on interrupts carry what polling did. */
static void go_live(unsigned isa)
{
	for (unsigned i = 0; i < PORTS; i++) {
		struct port *port = &ports[i];

		if (!port->present || port->isa != isa)
			continue;
		SPIN_IRQ_GUARD(&port->uart.lock);
		port->interrupts = true;
		if (!port->throttled)
			set_ier(port, port->ier | IER_RECEIVE);
	}
}

static int uart16550_start(void)
{
	uint16_t lines = 0;
	int result = 0;

	for (unsigned i = 0; i < PORTS; i++) {
		struct port *port = &ports[i];
		int error;

		if (!port->present || (lines & 1u << port->isa))
			continue;
		lines |= (uint16_t)(1u << port->isa);
		error = irq_request(port->isa, line_interrupt, port, port->uart.name);
		if (error) {
			log_err("%s: no interrupt %u (error %d), output only",
				port->uart.name, port->isa, -error);
			result = error;
			continue;
		}
		go_live(port->isa);
	}
	return result;
}
INIT(INIT_DRIVER, uart16550_start);
