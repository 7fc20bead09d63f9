/*
 * printf.c: formatted output to a sink. Each conversion is parsed into a struct
 * spec, rendered as (padding, prefix, zeros, body, padding), and put in pieces; so
 * nothing is buffered but the digits of one number.
 */
#include "lib/printf.h"
#include "lib/string.h"

/* C11 7.21.6.1 paragraph 15: what any conversion must at least be able to give. */
#define FIELD_MAX 4095
/* A 64-bit number in octal. */
#define DIGITS_MAX 22

enum length { LEN_CHAR, LEN_SHORT, LEN_INT, LEN_LONG };

struct spec {
	bool left, zero, plus, space, alt;
	unsigned width;
	bool has_precision;
	unsigned precision;
	enum length length;
};

struct output {
	struct fmt_sink *sink;
	size_t count;
	va_list args;
};

static void emit(struct output *out, const char *text, size_t n)
{
	if (n == 0)
		return;
	out->sink->put(out->sink, text, n);
	out->count += n;
}

static void emit_repeated(struct output *out, bool zeros, size_t n)
{
	const char *chunk = zeros ? "0000000000000000" : "                ";

	for (; n > 16; n -= 16)
		emit(out, chunk, 16);
	emit(out, chunk, n);
}

/* A field of text, padded to the width: prefix and zeros come before the body. */
static void emit_field(struct output *out, const struct spec *spec, const char *prefix,
		       size_t zeros, const char *body, size_t n)
{
	size_t len = strlen(prefix) + zeros + n;
	size_t pad = len < spec->width ? spec->width - len : 0;

	if (!spec->left)
		emit_repeated(out, false, pad);
	emit(out, prefix, strlen(prefix));
	emit_repeated(out, true, zeros);
	emit(out, body, n);
	if (spec->left)
		emit_repeated(out, false, pad);
}

/* The number's digits end at end; returns where they begin (at end for 0). */
static char *render_digits(char *end, uint64_t value, unsigned base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; value; value /= base)
		*--end = digits[value % base];
	return end;
}

static void emit_number(struct output *out, const struct spec *spec, const char *prefix,
			uint64_t value, unsigned base, bool upper)
{
	char buf[DIGITS_MAX];
	char *end = buf + sizeof(buf);
	char *digits = render_digits(end, value, base, upper);
	size_t n = (size_t)(end - digits);
	size_t least = spec->has_precision ? spec->precision : 1;
	size_t zeros;

	/* '#' raises the precision of an octal number until it begins with a zero. */
	if (base == 8 && spec->alt && least <= n)
		least = n + 1;
	if (spec->zero && !spec->left && !spec->has_precision &&
	    spec->width > strlen(prefix))
		least = MAX(least, spec->width - strlen(prefix));
	zeros = least > n ? least - n : 0;
	emit_field(out, spec, prefix, zeros, digits, n);
}

static int64_t next_signed(struct output *out, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (signed char)va_arg(out->args, int);
	case LEN_SHORT:
		return (short)va_arg(out->args, int);
	case LEN_INT:
		return va_arg(out->args, int);
	case LEN_LONG:
		break;
	}
	return va_arg(out->args, int64_t);
}

static uint64_t next_unsigned(struct output *out, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (unsigned char)va_arg(out->args, unsigned);
	case LEN_SHORT:
		return (unsigned short)va_arg(out->args, unsigned);
	case LEN_INT:
		return va_arg(out->args, unsigned);
	case LEN_LONG:
		break;
	}
	return va_arg(out->args, uint64_t);
}

static void print_signed(struct output *out, const struct spec *spec)
{
	int64_t value = next_signed(out, spec->length);
	const char *sign = value < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";

	emit_number(out, spec, sign, value < 0 ? 0 - (uint64_t)value : (uint64_t)value,
		    10, false);
}

static void print_unsigned(struct output *out, const struct spec *spec, char conversion)
{
	uint64_t value = next_unsigned(out, spec->length);

	switch (conversion) {
	case 'u':
		emit_number(out, spec, "", value, 10, false);
		break;
	case 'o':
		emit_number(out, spec, "", value, 8, false);
		break;
	case 'x':
		emit_number(out, spec, spec->alt && value ? "0x" : "", value, 16, false);
		break;
	case 'X':
		emit_number(out, spec, spec->alt && value ? "0X" : "", value, 16, true);
		break;
	}
}

static void print_string(struct output *out, const struct spec *spec)
{
	const char *s = va_arg(out->args, const char *);
	size_t n;

	if (!s)
		s = "(null)";
	n = spec->has_precision ? strnlen(s, spec->precision) : strlen(s);
	emit_field(out, spec, "", 0, s, n);
}

/* Prints one conversion; false when there is none of that letter. */
static bool print_conversion(struct output *out, struct spec *spec, char conversion)
{
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		print_signed(out, spec);
		return true;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		print_unsigned(out, spec, conversion);
		return true;
	case 'c':
		c = (char)va_arg(out->args, int);
		emit_field(out, spec, "", 0, &c, 1);
		return true;
	case 's':
		print_string(out, spec);
		return true;
	case 'p':
		emit_number(out, spec, "0x", (uintptr_t)va_arg(out->args, void *), 16,
			    false);
		return true;
	case '%':
		emit(out, "%", 1);
		return true;
	}
	return false;
}

static const char *parse_flags(const char *p, struct spec *spec)
{
	for (;; p++) {
		switch (*p) {
		case '-':
			spec->left = true;
			break;
		case '0':
			spec->zero = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alt = true;
			break;
		default:
			return p;
		}
	}
}

/* A decimal number or '*'; one that is too big for an int becomes INT32_MAX. */
static const char *parse_count(const char *p, struct output *out, int *value)
{
	int64_t n = 0;

	if (*p == '*') {
		*value = va_arg(out->args, int);
		return p + 1;
	}
	for (; *p >= '0' && *p <= '9'; p++)
		n = MIN(n * 10 + (*p - '0'), INT32_MAX);
	*value = (int)n;
	return p;
}

static const char *parse_length(const char *p, struct spec *spec)
{
	spec->length = LEN_INT;
	switch (*p) {
	case 'h':
		spec->length = p[1] == 'h' ? LEN_CHAR : LEN_SHORT;
		return p + (p[1] == 'h' ? 2 : 1);
	case 'l':
		spec->length = LEN_LONG;
		return p + (p[1] == 'l' ? 2 : 1);
	case 'z':
	case 't':
	case 'j':
		spec->length = LEN_LONG;
		return p + 1;
	}
	return p;
}

/* Parses what stands between '%' and the letter; returns where the letter is. */
static const char *parse_spec(const char *p, struct output *out, struct spec *spec)
{
	int value = 0;

	*spec = (struct spec){ 0 };
	p = parse_flags(p, spec);
	p = parse_count(p, out, &value);
	if (value < 0) {
		spec->left = true;
		value = value == INT32_MIN ? INT32_MAX : -value;
	}
	spec->width = MIN((unsigned)value, FIELD_MAX);
	if (*p == '.') {
		p = parse_count(p + 1, out, &value);
		spec->has_precision = value >= 0;
		spec->precision = value >= 0 ? (unsigned)value : 0;
	}
	p = parse_length(p, spec);
	if (*p != 's')
		spec->precision = MIN(spec->precision, FIELD_MAX);
	return p;
}

static void print_all(struct output *out, const char *fmt)
{
	struct spec spec;

	for (;;) {
		const char *letter, *percent = strchr(fmt, '%');

		if (!percent) {
			emit(out, fmt, strlen(fmt));
			return;
		}
		emit(out, fmt, (size_t)(percent - fmt));
		letter = parse_spec(percent + 1, out, &spec);
		if (!print_conversion(out, &spec, *letter)) {
			emit(out, percent, strlen(percent));
			return;
		}
		fmt = letter + 1;
	}
}

int fmt_vprint(struct fmt_sink *sink, const char *fmt, va_list args)
{
	struct output out = { .sink = sink };

	va_copy(out.args, args);
	print_all(&out, fmt);
	va_end(out.args);
	return (int)MIN(out.count, (size_t)INT32_MAX);
}

int fmt_print(struct fmt_sink *sink, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = fmt_vprint(sink, fmt, args);
	va_end(args);
	return n;
}

/* A buffer that keeps what fits. */
struct buffer_sink {
	struct fmt_sink sink;
	char *pos;
	size_t left;
};

static void buffer_put(struct fmt_sink *sink, const char *text, size_t n)
{
	struct buffer_sink *buffer = container_of(sink, struct buffer_sink, sink);

	n = MIN(n, buffer->left);
	if (n == 0)
		return;
	memcpy(buffer->pos, text, n);
	buffer->pos += n;
	buffer->left -= n;
}

/* stack: below fmt_vsnprintf, put is lib/printf.c:buffer_put */
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer_sink buffer = {
		.sink = { .put = buffer_put },
		.pos = buf,
		.left = size ? size - 1 : 0,
	};
	int n = fmt_vprint(&buffer.sink, fmt, args);

	if (size > 0)
		*buffer.pos = '\0';
	return n;
}

int fmt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = fmt_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
