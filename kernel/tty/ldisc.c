/*
 * ldisc.c: the line discipline's way in: from typed bytes to what programs read.
 *
 * Invariant: in canonical mode `ready` holds whole lines only, the last byte of each
 * marked in `ends`; a marked NUL stands for an end of file (or for a line that ended
 * without a character) and is never handed out. `ready` always has room for `line`:
 * ldisc_full asks the sender to pause LDISC_RESERVE bytes before it would not.
 */
#include "kernel/tty/ldisc.h"
#include "lib/string.h"

enum {
	DISABLED = 0, /* _POSIX_VDISABLE: a control character that is off */
	BELL = 0x07,
	UTF8_TAIL_MAX = UTF8_MAX_BYTES - 1,
};

/* stty(1)'s "sane", and UTF-8. */
static const struct termios sane = {
	.iflag = ICRNL | IXON | IMAXBEL | IUTF8,
	.oflag = OPOST | ONLCR,
	.cflag = B115200 | CS8 | CREAD | CLOCAL,
	.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.cc = {
		[VINTR] = 'C' & 0x1f,
		[VQUIT] = '\\' & 0x1f,
		[VERASE] = 0x7f,
		[VKILL] = 'U' & 0x1f,
		[VEOF] = 'D' & 0x1f,
		[VMIN] = 1,
		[VSTART] = 'Q' & 0x1f,
		[VSTOP] = 'S' & 0x1f,
		[VSUSP] = 'Z' & 0x1f,
		[VREPRINT] = 'R' & 0x1f,
		[VDISCARD] = 'O' & 0x1f,
		[VWERASE] = 'W' & 0x1f,
		[VLNEXT] = 'V' & 0x1f,
	},
};

void ldisc_init(struct ldisc *ld, struct ldisc_memory *memory, struct ring *out)
{
	*ld = (struct ldisc){
		.termios = sane,
		.out = out,
		.ends = memory->ends,
		.line = memory->line,
	};
	ring_init(&ld->ready, memory->ready, LDISC_READY);
	memset(memory->ends, 0, LDISC_ENDS);
}

static bool local(const struct ldisc *ld, uint32_t flags)
{
	return (ld->termios.lflag & flags) == flags;
}

static bool input(const struct ldisc *ld, uint32_t flag)
{
	return ld->termios.iflag & flag;
}

static bool is_cc(const struct ldisc *ld, enum termios_cc which, uint8_t byte)
{
	return byte != DISABLED && ld->termios.cc[which] == byte;
}

/* The bit of the ready ring's byte at a position that grows for ever. */
static bool end_at(const struct ldisc *ld, uint32_t position)
{
	uint32_t i = position % LDISC_READY;

	return ld->ends[i / 8] & 1u << i % 8;
}

static bool put_ready(struct ldisc *ld, uint8_t byte, bool end)
{
	uint32_t i = ld->ready.put % LDISC_READY;

	if (!ring_put_byte(&ld->ready, byte))
		return false;
	if (end)
		ld->ends[i / 8] |= (uint8_t)(1u << i % 8);
	else
		ld->ends[i / 8] &= (uint8_t) ~(1u << i % 8);
	return true;
}

/* Input is lost for want of room. */
static void too_much(struct ldisc *ld)
{
	if (input(ld, IMAXBEL))
		ldisc_echo_raw(ld, "\a");
}

/*
 * Hands the edited line to the readers; its last byte is `end`, NUL for none. A sender
 * that does not pause when it is asked to loses whole lines.
 */
static unsigned commit(struct ldisc *ld, uint8_t end)
{
	bool room = ring_space(&ld->ready) > ld->line_len;

	if (!room)
		too_much(ld);
	for (unsigned i = 0; i < ld->line_len && room; i++)
		(void)put_ready(ld, ld->line[i], false);
	if (room)
		(void)put_ready(ld, end, true);
	ld->line_len = 0;
	return LDISC_READABLE;
}

/* Where the line's last character starts; line_len > 0. */
static unsigned last_character(const struct ldisc *ld)
{
	unsigned last = ld->line_len - 1;
	unsigned start = last;
	struct utf8_decoder decoder = { 0 };
	uint32_t codes[2];
	unsigned n = 0;

	if (!input(ld, IUTF8))
		return last;
	while (start > 0 && last - start < UTF8_TAIL_MAX &&
	       utf8_is_continuation((char)ld->line[start]))
		start--;
	for (unsigned i = start; i <= last; i++)
		n += utf8_decode(&decoder, ld->line[i], codes);
	/* Bytes that are no character go one at a time. */
	return n == 1 || utf8_end(&decoder) ? start : last;
}

static void erase_last(struct ldisc *ld)
{
	unsigned start = last_character(ld);

	if (local(ld, ECHO | ECHOE))
		ldisc_unecho(ld, start);
	ld->line_len = start;
}

static void erase(struct ldisc *ld, uint8_t byte)
{
	if (ld->line_len == 0)
		return;
	erase_last(ld);
	if (local(ld, ECHO) && !local(ld, ECHOE))
		ldisc_echo(ld, byte);
}

static bool is_word(uint8_t byte)
{
	uint8_t lower = byte | 0x20;

	return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') ||
	       byte == '_' || byte >= 0x80;
}

/* Blanks and punctuation at the end, then the word before them. */
static void erase_word(struct ldisc *ld, uint8_t byte)
{
	bool seen = false;

	if (ld->line_len == 0)
		return;
	while (ld->line_len > 0) {
		bool word = is_word(ld->line[ld->line_len - 1]);

		if (seen && !word)
			break;
		seen |= word;
		erase_last(ld);
	}
	if (local(ld, ECHO) && !local(ld, ECHOE))
		ldisc_echo(ld, byte);
}

static void kill_line(struct ldisc *ld, uint8_t byte)
{
	if (ld->line_len == 0)
		return;
	if (local(ld, ECHO | ECHOK | ECHOKE | ECHOE)) {
		while (ld->line_len > 0)
			erase_last(ld);
		return;
	}
	ld->line_len = 0;
	if (!local(ld, ECHO))
		return;
	ldisc_echo(ld, byte);
	if (local(ld, ECHOK))
		ldisc_echo(ld, '\n');
}

static void reprint(struct ldisc *ld, uint8_t byte)
{
	ldisc_echo(ld, byte);
	ldisc_echo(ld, '\n');
	ld->line_column = ld->column;
	for (unsigned i = 0; i < ld->line_len; i++)
		ldisc_echo(ld, ld->line[i]);
}

static unsigned store(struct ldisc *ld, uint8_t byte)
{
	if (!local(ld, ICANON)) {
		if (!put_ready(ld, byte, false)) {
			too_much(ld);
			return 0;
		}
		if (local(ld, ECHO))
			ldisc_echo(ld, byte);
		return LDISC_READABLE;
	}
	if (ld->line_len == LDISC_LINE) {
		too_much(ld);
		return 0;
	}
	if (ld->line_len == 0)
		ld->line_column = ld->column;
	ld->line[ld->line_len++] = byte;
	if (local(ld, ECHO))
		ldisc_echo(ld, byte);
	return 0;
}

void ldisc_flush_input(struct ldisc *ld)
{
	(void)ring_skip(&ld->ready, ring_used(&ld->ready));
	ld->line_len = 0;
	ld->literal = false;
}

static unsigned flow(struct ldisc *ld, bool stop)
{
	if (ld->stopped == stop)
		return 0;
	ld->stopped = stop;
	return LDISC_FLOW;
}

/* INTR, QUIT and SUSP: what was typed and what was not yet shown are void. */
static unsigned signal(struct ldisc *ld, uint8_t byte, unsigned event)
{
	if (!local(ld, NOFLSH)) {
		ldisc_flush_input(ld);
		(void)ring_skip(ld->out, ring_used(ld->out));
		event |= LDISC_ROOM;
	}
	event |= flow(ld, false);
	if (local(ld, ECHO))
		ldisc_echo(ld, byte);
	return event;
}

/* Which signal a byte stands for, 0: none. */
static unsigned signal_of(const struct ldisc *ld, uint8_t byte)
{
	if (!local(ld, ISIG))
		return 0;
	if (is_cc(ld, VINTR, byte))
		return LDISC_INTERRUPT;
	if (is_cc(ld, VQUIT, byte))
		return LDISC_QUIT;
	return is_cc(ld, VSUSP, byte) ? LDISC_SUSPEND : 0;
}

/* The bytes that end a line. False: it is none of them. */
static bool line_end(struct ldisc *ld, uint8_t byte, unsigned *events)
{
	if (byte == '\n') {
		if (ld->termios.lflag & (ECHO | ECHONL))
			ldisc_echo(ld, byte);
		*events = commit(ld, byte);
		return true;
	}
	if (is_cc(ld, VEOF, byte)) {
		*events = commit(ld, DISABLED);
		return true;
	}
	if (is_cc(ld, VEOL, byte) || (local(ld, IEXTEN) && is_cc(ld, VEOL2, byte))) {
		if (local(ld, ECHO))
			ldisc_echo(ld, byte);
		*events = commit(ld, byte);
		return true;
	}
	return false;
}

/* Line editing and ends of lines. */
static unsigned receive_canonical(struct ldisc *ld, uint8_t byte)
{
	bool extended = local(ld, IEXTEN);
	unsigned events = 0;

	if (line_end(ld, byte, &events))
		return events;
	if (is_cc(ld, VERASE, byte)) {
		erase(ld, byte);
	} else if (is_cc(ld, VKILL, byte)) {
		kill_line(ld, byte);
	} else if (extended && is_cc(ld, VWERASE, byte)) {
		erase_word(ld, byte);
	} else if (extended && is_cc(ld, VREPRINT, byte) && local(ld, ECHO)) {
		reprint(ld, byte);
	} else if (extended && is_cc(ld, VLNEXT, byte)) {
		ld->literal = true;
		if (local(ld, ECHO | ECHOCTL))
			ldisc_echo_raw(ld, "^\b");
	} else {
		events = store(ld, byte);
	}
	return events;
}

static unsigned receive_byte(struct ldisc *ld, uint8_t byte)
{
	unsigned event;
	unsigned restart = 0;

	if (input(ld, ISTRIP))
		byte &= 0x7f;
	if (ld->literal) {
		ld->literal = false;
		return store(ld, byte);
	}
	if (input(ld, IXON)) {
		if (is_cc(ld, VSTART, byte))
			return flow(ld, false);
		if (is_cc(ld, VSTOP, byte))
			return flow(ld, true);
		if (input(ld, IXANY))
			restart = flow(ld, false);
	}
	event = signal_of(ld, byte);
	if (event)
		return signal(ld, byte, event | restart);
	if (byte == '\r' && input(ld, IGNCR))
		return restart;
	if (byte == '\r' && input(ld, ICRNL))
		byte = '\n';
	else if (byte == '\n' && input(ld, INLCR))
		byte = '\r';
	return restart |
	       (local(ld, ICANON) ? receive_canonical(ld, byte) : store(ld, byte));
}

unsigned ldisc_receive(struct ldisc *ld, const uint8_t *bytes, size_t len)
{
	unsigned events = 0;

	for (size_t i = 0; i < len; i++)
		events |= receive_byte(ld, bytes[i]);
	return events;
}

bool ldisc_full(const struct ldisc *ld)
{
	return ring_space(&ld->ready) < ld->line_len + LDISC_RESERVE;
}

bool ldisc_has_room(const struct ldisc *ld)
{
	return ring_space(&ld->ready) >= ld->line_len + LDISC_RESERVE + LDISC_READY / 4;
}

bool ldisc_readable(const struct ldisc *ld)
{
	return !ring_is_empty(&ld->ready);
}

/* The next byte is an end of file's mark. */
static bool at_mark(const struct ldisc *ld)
{
	uint8_t byte;

	return ring_peek(&ld->ready, 0, &byte, 1) == 1 && byte == DISABLED &&
	       end_at(ld, ld->ready.get);
}

size_t ldisc_read(struct ldisc *ld, uint8_t *bytes, size_t max, bool *end)
{
	size_t n = 0;

	*end = false;
	if (!local(ld, ICANON))
		return ring_get(&ld->ready, bytes, max);
	while (n < max && !*end && !ring_is_empty(&ld->ready) && !at_mark(ld)) {
		*end = end_at(ld, ld->ready.get);
		(void)ring_get_byte(&ld->ready, &bytes[n++]);
	}
	/* A mark right behind the bytes is theirs, not an end of file of its own. */
	if (!*end && at_mark(ld)) {
		(void)ring_skip(&ld->ready, 1);
		*end = true;
	}
	return n;
}

size_t ldisc_pending(const struct ldisc *ld)
{
	size_t n = ring_used(&ld->ready);
	uint8_t byte;

	if (!local(ld, ICANON))
		return n;
	for (uint32_t i = ld->ready.get; i != ld->ready.put; i++) {
		(void)ring_peek(&ld->ready, i - ld->ready.get, &byte, 1);
		n -= byte == DISABLED && end_at(ld, i);
	}
	return n;
}

unsigned ldisc_set_termios(struct ldisc *ld, const struct termios *termios)
{
	bool was_canonical = local(ld, ICANON);
	unsigned events = 0;

	ld->termios = *termios;
	if (was_canonical && !local(ld, ICANON)) {
		for (unsigned i = 0; i < ld->line_len; i++)
			(void)put_ready(ld, ld->line[i], false);
		ld->line_len = 0;
		ld->literal = false;
	} else if (!was_canonical && local(ld, ICANON) && !ring_is_empty(&ld->ready)) {
		/* What raw mode left is a line, its last byte the end if need be. */
		if (!put_ready(ld, DISABLED, true)) {
			uint32_t i = (ld->ready.put - 1) % LDISC_READY;

			ld->ends[i / 8] |= (uint8_t)(1u << i % 8);
		}
	}
	if (!ring_is_empty(&ld->ready))
		events |= LDISC_READABLE;
	if (!input(ld, IXON))
		events |= flow(ld, false);
	return events;
}
