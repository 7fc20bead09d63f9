/*
 * tty.h: a terminal: a line discipline between a device (UART, or screen and keyboard)
 * and its readers and writers. /dev/ttyS0, /dev/tty1, /dev/console and /dev/tty.
 *
 * Input is processed where it arrives (echo, editing, signals keep working while nobody
 * reads). Output goes to a buffer that the device drains.
 */
#ifndef KERNEL_TTY_TTY_H
#define KERNEL_TTY_TTY_H

#include "kernel/dev/chardev.h"

struct tty;
struct termios; /* kernel/tty/termios.h */

/* The terminal that console= (the last one) names: the kernel's, ttyS0 by default. */
struct tty *tty_console(void);
struct tty *tty_find(const char *name);

/* As on the device file; flags: O_NONBLOCK. Task context. */
MUST_CHECK ssize_t tty_read(struct tty *tty, struct iter *to, unsigned flags);
MUST_CHECK ssize_t tty_write(struct tty *tty, struct iter *from, unsigned flags);
void tty_get_termios(struct tty *tty, struct termios *termios);
void tty_set_termios(struct tty *tty, const struct termios *termios);
/* Waits until all output is with the device. */
void tty_drain(struct tty *tty);
bool tty_utf8(const struct tty *tty); /* whether its display draws UTF-8 */
void tty_size(const struct tty *tty, unsigned *columns, unsigned *rows);
const char *tty_name(const struct tty *tty);

/*
 * The interrupt character (^C) was typed: handler(context) is called, interrupts off.
 * One owner; NULL gives it up. Until process groups, this is who gets SIGINT.
 */
void tty_set_interrupt(struct tty *tty, void (*handler)(void *context), void *context);

#endif
