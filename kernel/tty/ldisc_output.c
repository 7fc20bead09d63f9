/*
 * ldisc_output.c: the line discipline's way out: output processing (OPOST), echo, and
 * taking back what was echoed. It keeps track of the cursor's column, which tabs and the
 * erasing of tabs need.
 *
 * Echo is dropped when the output ring is full (a stopped terminal): input must never
 * wait for it. Each echoed thing is put wholly or not at all.
 */
#include "kernel/tty/ldisc.h"
#include "lib/string.h"

enum {
	TAB_COLUMNS = 8,
	MAX_EXPANSION = TAB_COLUMNS, /* of one byte by output processing */
	DEL = 0x7f,
};

static bool is_control(uint8_t byte)
{
	return byte < 0x20 || byte == DEL;
}

/* A byte that is shown as it is moves the cursor once its character is complete. */
static void advance(struct ldisc *ld, uint8_t byte)
{
	uint32_t codes[2];
	unsigned n;

	if (byte < 0x80 || !(ld->termios.iflag & IUTF8)) {
		ld->shown = (struct utf8_decoder){ 0 };
		ld->column += !is_control(byte);
		return;
	}
	n = utf8_decode(&ld->shown, byte, codes);
	for (unsigned i = 0; i < n; i++)
		ld->column += utf8_width(codes[i]);
}

static void put_raw(struct ldisc *ld, uint8_t byte)
{
	(void)ring_put_byte(ld->out, byte);
}

static void put_newline(struct ldisc *ld)
{
	if (ld->termios.oflag & ONLCR)
		put_raw(ld, '\r');
	if (ld->termios.oflag & (ONLCR | ONLRET))
		ld->column = 0;
	put_raw(ld, '\n');
}

static void put_return(struct ldisc *ld)
{
	if ((ld->termios.oflag & ONOCR) && ld->column == 0)
		return;
	ld->column = 0;
	put_raw(ld, ld->termios.oflag & OCRNL ? '\n' : '\r');
}

static void put_tab(struct ldisc *ld)
{
	unsigned n = TAB_COLUMNS - ld->column % TAB_COLUMNS;

	ld->column += n;
	if ((ld->termios.oflag & TABDLY) != XTABS) {
		put_raw(ld, '\t');
		return;
	}
	while (n-- > 0)
		put_raw(ld, ' ');
}

/* One byte through output processing. out has room for MAX_EXPANSION bytes. */
void ldisc_put(struct ldisc *ld, uint8_t byte)
{
	if (!(ld->termios.oflag & OPOST)) {
		put_raw(ld, byte);
		return;
	}
	switch (byte) {
	case '\n':
		put_newline(ld);
		break;
	case '\r':
		put_return(ld);
		break;
	case '\t':
		put_tab(ld);
		break;
	case '\b':
		ld->column -= ld->column > 0;
		put_raw(ld, byte);
		break;
	default:
		advance(ld, byte);
		put_raw(ld, byte);
	}
}

/* How many of the bytes are shown as they are, one column each. */
static size_t plain_run(const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] >= 0x20 && bytes[n] < DEL)
		n++;
	return n;
}

/* As ldisc_put for each of the bytes. */
static void put_plain(struct ldisc *ld, const uint8_t *bytes, size_t n)
{
	(void)ring_put(ld->out, bytes, n);
	ld->column += (unsigned)n;
	ld->shown = (struct utf8_decoder){ 0 };
}

size_t ldisc_write(struct ldisc *ld, const uint8_t *bytes, size_t len)
{
	size_t room = ring_space(ld->out);
	size_t done = 0;

	if (room <= LDISC_ECHO_ROOM)
		return 0;
	if (!(ld->termios.oflag & OPOST))
		return ring_put(ld->out, bytes, MIN(len, room - LDISC_ECHO_ROOM));
	while (done < len && ring_space(ld->out) > LDISC_ECHO_ROOM) {
		size_t most = MIN(len - done, ring_space(ld->out) - LDISC_ECHO_ROOM);
		size_t plain = plain_run(bytes + done, most);

		put_plain(ld, bytes + done, plain);
		done += plain;
		if (plain < most)
			ldisc_put(ld, bytes[done++]);
	}
	return done;
}

bool ldisc_writable(const struct ldisc *ld)
{
	return ring_space(ld->out) >= ld->out->size / 2;
}

void ldisc_echo_raw(struct ldisc *ld, const char *text)
{
	size_t len = strlen(text);

	if (ring_space(ld->out) < len * MAX_EXPANSION)
		return;
	for (size_t i = 0; i < len; i++)
		ldisc_put(ld, (uint8_t)text[i]);
}

/* Tab and newline do what they do; other control characters show as ^X. */
void ldisc_echo(struct ldisc *ld, uint8_t byte)
{
	if (ring_space(ld->out) < MAX_EXPANSION)
		return;
	if (is_control(byte) && byte != '\t' && byte != '\n' &&
	    (ld->termios.lflag & ECHOCTL)) {
		ldisc_put(ld, '^');
		byte ^= 0x40;
	}
	ldisc_put(ld, byte);
}

/* The columns that the line's bytes from..to take, when the cursor starts at column. */
static unsigned measure(const struct ldisc *ld, unsigned from, unsigned to,
			unsigned column)
{
	struct utf8_decoder decoder = { 0 };
	unsigned start = column;

	for (unsigned i = from; i < to; i++) {
		uint8_t byte = ld->line[i];
		uint32_t codes[2] = { byte };
		unsigned n = 1;

		if (byte == '\t') {
			column += TAB_COLUMNS - column % TAB_COLUMNS;
			continue;
		}
		if (is_control(byte)) {
			column += ld->termios.lflag & ECHOCTL ? 2 : 0;
			continue;
		}
		if (ld->termios.iflag & IUTF8)
			n = utf8_decode(&decoder, byte, codes);
		for (unsigned j = 0; j < n; j++)
			column += ld->termios.iflag & IUTF8 ? utf8_width(codes[j]) : 1;
	}
	column += utf8_end(&decoder);
	return column - start;
}

/*
 * The column, but for whole tabs, where the line's byte `to` was echoed. It goes back to
 * the tab before and no further, so that taking a line of them back stays linear.
 */
static unsigned column_of(const struct ldisc *ld, unsigned to)
{
	unsigned from = to, column;

	while (from > 0 && ld->line[from - 1] != '\t')
		from--;
	column = from ? 0 : ld->line_column;
	return column + measure(ld, from, to, column);
}

/* Takes the line's last character, bytes `from` to its end, off the screen. */
void ldisc_unecho(struct ldisc *ld, unsigned from)
{
	bool tab = ld->line[from] == '\t';
	unsigned n = measure(ld, from, ld->line_len, tab ? column_of(ld, from) : 0);

	if (ring_space(ld->out) < 3 * (size_t)n)
		return;
	for (unsigned i = 0; i < n; i++)
		ldisc_put(ld, '\b');
	for (unsigned i = 0; i < n && !tab; i++)
		ldisc_put(ld, ' ');
	for (unsigned i = 0; i < n && !tab; i++)
		ldisc_put(ld, '\b');
}
