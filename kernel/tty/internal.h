/*
 * internal.h: a terminal as its own folder sees it.
 *
 * The port's lock (innermost, interrupts off) guards the line discipline and the output,
 * so that echo, editing and drawing happen where input arrives. What must not be done
 * under it, waking and signalling, is collected as ldisc events and done after.
 */
#ifndef KERNEL_TTY_INTERNAL_H
#define KERNEL_TTY_INTERNAL_H

#include "kernel/dev/uart.h"
#include "kernel/sched/mutex.h"
#include "kernel/tty/ldisc.h"
#include "kernel/tty/output.h"
#include "kernel/tty/tty.h"

enum { TTY_MAX = 5 }; /* four serial ports and the screen */

struct tty {
	struct uart *uart;	     /* [I] */
	struct uart_client client;   /* [I] */
	struct chardev device;	     /* [I] */
	bool started;		     /* [I] after INIT_DEVICE: there was memory for it */
	struct ldisc_memory *memory; /* [I] */
	struct mutex read_lock;	     /* one reader */
	struct mutex write_lock;     /* one writer */
	struct waitq readers, writers;
	/* [uart->lock] */
	struct output output;
	struct ldisc ldisc;
	struct winsize size;
	bool throttled;
	/* [interrupt_lock] held while the handler runs */
	struct spinlock interrupt_lock;
	void (*interrupt)(void *context);
	void *interrupt_context;
};

/*
 * Gives a terminal whose uart and output are set its buffers and its port's input.
 * -ENOMEM.
 */
MUST_CHECK int tty_start(struct tty *tty);
/* Takes them away; nobody uses the terminal and no interrupt of its port runs. */
void tty_stop(struct tty *tty);

/* The operations of every terminal's device file; context NULL is the console. */
extern const struct chardev_ops tty_device_ops;

unsigned tty_poll(struct tty *tty, struct poll_table *table);
/* TCFLSH: TCIFLUSH, TCOFLUSH, TCIOFLUSH; -EINVAL for others. */
MUST_CHECK int tty_flush(struct tty *tty, uint64_t what);
/* TCXONC: TCOOFF, TCOON, TCIOFF, TCION; -EINVAL for others. */
MUST_CHECK int tty_flow(struct tty *tty, uint64_t what);
size_t tty_pending(struct tty *tty); /* FIONREAD */
size_t tty_unsent(struct tty *tty);  /* TIOCOUTQ */
struct winsize tty_get_size(struct tty *tty);
void tty_set_size(struct tty *tty, const struct winsize *size);

#endif
