/*
 * ldisc.h: the line discipline (POSIX.1-2017 chapter 11, with Linux's N_TTY where that
 * is silent): what becomes of a byte between a terminal and a program. Pure logic: no
 * locks, no waiting; the caller's lock guards a struct ldisc and its output ring.
 *
 * Input has two stages: `line`, which canonical mode edits, and `ready`, which programs
 * read. ldisc_full tells when the sender must pause; until LDISC_RESERVE more bytes have
 * come, nothing is lost. A line that nobody ends is not the sender's fault: what goes
 * beyond LDISC_LINE bytes is dropped.
 */
#ifndef KERNEL_TTY_LDISC_H
#define KERNEL_TTY_LDISC_H

#include "kernel/tty/termios.h"
#include "lib/ring.h"
#include "lib/utf8.h"

enum {
	LDISC_READY = 8192,
	LDISC_ENDS = LDISC_READY / 8,
	LDISC_LINE = 4095, /* MAX_CANON, without the newline */
	LDISC_RESERVE = 256,
	LDISC_ECHO_ROOM = 256, /* of the output ring that writers leave to the echo */
};

struct ldisc_memory {
	uint8_t ready[LDISC_READY];
	uint8_t ends[LDISC_ENDS];
	uint8_t line[LDISC_LINE + 1];
};

struct ldisc {
	struct termios termios;
	struct ring *out; /* where echo and processed output go */
	struct ring ready;
	uint8_t *ends; /* a bit for each byte of ready: it ends a line */
	uint8_t *line;
	unsigned line_len;
	bool literal;		   /* VLNEXT came: the next byte is taken as it is */
	bool stopped;		   /* VSTOP came: output rests */
	unsigned column;	   /* of the cursor, as far as it can be known */
	unsigned line_column;	   /* where the line's first character was echoed */
	struct utf8_decoder shown; /* of output, for column */
};

/* What happened, for the owner to act on when it holds no lock. */
enum ldisc_event {
	LDISC_READABLE = 1 << 0,
	LDISC_INTERRUPT = 1 << 1,
	LDISC_QUIT = 1 << 2,
	LDISC_SUSPEND = 1 << 3,
	LDISC_ROOM = 1 << 4, /* out was emptied: writers have room */
	LDISC_FLOW = 1 << 5, /* stopped changed */
};

/* Sane settings (as stty(1) says): canonical, echo, signals, UTF-8. */
void ldisc_init(struct ldisc *ld, struct ldisc_memory *memory, struct ring *out);

/* Bytes from the terminal. LDISC_ events. Echo goes to out as far as it has room. */
unsigned ldisc_receive(struct ldisc *ld, const uint8_t *bytes, size_t len);

/* Whether the sender must pause; and whether it may go on. Between, neither. */
bool ldisc_full(const struct ldisc *ld);
bool ldisc_has_room(const struct ldisc *ld);

/* Whether a read has something to return (an end of file counts). */
bool ldisc_readable(const struct ldisc *ld);
/*
 * Takes up to max > 0 bytes for a reader; in canonical mode at most to the line's end.
 * *end: the read is complete, also with 0 bytes (end of file).
 */
size_t ldisc_read(struct ldisc *ld, uint8_t *bytes, size_t max, bool *end);
/* Bytes that reads would return: FIONREAD. */
size_t ldisc_pending(const struct ldisc *ld);

/* A program's output, processed, into out. How many of len bytes found room. */
size_t ldisc_write(struct ldisc *ld, const uint8_t *bytes, size_t len);
/* Whether out has room worth waking a writer for. */
bool ldisc_writable(const struct ldisc *ld);

/* LDISC_ events. Input typed so far stays and can be read in the new mode. */
unsigned ldisc_set_termios(struct ldisc *ld, const struct termios *termios);
void ldisc_flush_input(struct ldisc *ld);

/* Parts of ldisc_output.c, for ldisc.c. */
void ldisc_put(struct ldisc *ld, uint8_t byte);
void ldisc_echo(struct ldisc *ld, uint8_t byte);
void ldisc_echo_raw(struct ldisc *ld, const char *text);
void ldisc_unecho(struct ldisc *ld, unsigned from);

#endif
