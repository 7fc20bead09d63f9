/*
 * tty_device.c: terminals as character devices: /dev/ttyS0, tty1, console and tty. The
 * ioctls are those of ioctl_tty(2) that need no sessions or process groups.
 */
#include "kernel/tty/internal.h"

/* bit/s by the CBAUD code; codes from 0x1001 on continue after 38400. */
static const uint32_t speeds[] = { 0,	 50,   75,    110,   134,   150,
				   200,	 300,  600,   1200,  1800,  2400,
				   4800, 9600, 19200, 38400, 57600, 115200 };

static struct tty *tty_of(const struct chardev *device)
{
	return device->context ? device->context : tty_console();
}

static int device_open(struct chardev *device, unsigned flags, void **session)
{
	*session = tty_of(device);
	return *session ? 0 : -ENXIO;
}

static ssize_t device_read(struct chardev *device, void *session, struct iter *to,
			   unsigned flags, off_t *position)
{
	return tty_read(session, to, flags);
}

static ssize_t device_write(struct chardev *device, void *session, struct iter *from,
			    unsigned flags, off_t *position)
{
	return tty_write(session, from, flags);
}

static unsigned device_poll(struct chardev *device, void *session,
			    struct poll_table *table)
{
	return tty_poll(session, table);
}

/* The speed that a setting asks for; 0: none that we know, or hang up. */
static uint32_t speed_of(const struct termios *termios)
{
	uint32_t code = termios->cflag & CBAUD;
	uint32_t index = code < 16 ? code : (code & 15) + 15;

	return index < ARRAY_SIZE(speeds) ? speeds[index] : 0;
}

/* A speed that the port cannot do leaves it as it was, as tcsetattr(3) allows. */
static void apply_speed(struct tty *tty, struct termios *termios)
{
	struct termios now;

	tty_get_termios(tty, &now);
	if ((now.cflag & CBAUD) == (termios->cflag & CBAUD))
		return;
	if (tty->uart->ops->set_speed(tty->uart, speed_of(termios)))
		termios->cflag =
			(termios->cflag & ~(uint32_t)CBAUD) | (now.cflag & CBAUD);
}

static int set_termios(struct tty *tty, unsigned command, struct argument argument)
{
	struct termios termios;
	int error = argument_get(argument, &termios, sizeof(termios));

	if (error)
		return error;
	if (command != TCSETS)
		tty_drain(tty);
	if (command == TCSETSF)
		error = tty_flush(tty, TCIFLUSH);
	apply_speed(tty, &termios);
	tty_set_termios(tty, &termios);
	return error;
}

static int get_termios(struct tty *tty, struct argument argument)
{
	struct termios termios;

	tty_get_termios(tty, &termios);
	return argument_put(argument, &termios, sizeof(termios));
}

static int set_size(struct tty *tty, struct argument argument)
{
	struct winsize size;
	int error = argument_get(argument, &size, sizeof(size));

	if (!error)
		tty_set_size(tty, &size);
	return error;
}

static int get_size(struct tty *tty, struct argument argument)
{
	struct winsize size = tty_get_size(tty);

	return argument_put(argument, &size, sizeof(size));
}

static int put_count(size_t count, struct argument argument)
{
	int32_t n = (int32_t)count;

	return argument_put(argument, &n, sizeof(n));
}

static int device_ioctl(struct chardev *device, void *session, unsigned command,
			struct argument argument)
{
	struct tty *tty = session;

	switch (command) {
	case TCGETS:
		return get_termios(tty, argument);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(tty, command, argument);
	case TCSBRK: /* 0 would send a break, which nothing here listens to */
	case TCSBRKP:
		tty_drain(tty);
		return 0;
	case TCXONC:
		return tty_flow(tty, argument.value);
	case TCFLSH:
		return tty_flush(tty, argument.value);
	case TIOCOUTQ:
		return put_count(tty_unsent(tty), argument);
	case FIONREAD:
		return put_count(tty_pending(tty), argument);
	case TIOCGWINSZ:
		return get_size(tty, argument);
	case TIOCSWINSZ:
		return set_size(tty, argument);
	default:
		return -ENOTTY;
	}
}

const struct chardev_ops tty_device_ops = {
	.open = device_open,
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.ioctl = device_ioctl,
};
