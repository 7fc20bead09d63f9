/*
 * parse.c: numbers, words, segments and boot parameters. One reader of quoted
 * text, quote_step, serves everything that splits; a word is unquoted in place,
 * which never makes it longer.
 */
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

#define NO_DIGIT 255

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return NO_DIGIT;
}

/* Reads digits from *s on and moves it to what follows them. */
static int parse_digits(const char **s, unsigned base, uint64_t *out)
{
	const char *p = *s;
	uint64_t value = 0;
	bool overflow = false;

	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		base = 16;
	}
	if (base == 0)
		base = 10;
	if (digit_value(*p) >= base)
		return -EINVAL;
	for (; digit_value(*p) < base; p++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_value(*p), &value))
			overflow = true;
	}
	*s = p;
	*out = value;
	return overflow ? -ERANGE : 0;
}

int parse_u64(const char *s, unsigned base, uint64_t *out)
{
	uint64_t value;
	int err;

	if (base == 1 || base > 36)
		return -EINVAL;
	err = parse_digits(&s, base, &value);
	if (err == -EINVAL || *s)
		return -EINVAL;
	if (err)
		return err;
	*out = value;
	return 0;
}

static unsigned suffix_shift(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	}
	return 0;
}

int parse_size(const char *s, uint64_t *out)
{
	uint64_t value;
	unsigned shift;
	int err = parse_digits(&s, 0, &value);

	if (err == -EINVAL)
		return err;
	shift = suffix_shift(*s);
	if (shift)
		s++;
	if (*s)
		return -EINVAL;
	if (err || value > UINT64_MAX >> shift)
		return -ERANGE;
	*out = value << shift;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/*
 * Takes one step through quoted text at *p, before its NUL, and moves *p behind
 * what was read; *quote is the open quote or 0. Returns the character meant,
 * STEP_QUOTE for a quote that opened or closed, or -EINVAL for a backslash that
 * ends the text. *literal: the character does not separate anything.
 */
#define STEP_QUOTE (-1)

static int quote_step(char **p, char *quote, bool *literal)
{
	char c = *(*p)++;

	*literal = *quote != 0;
	if (c == '\\' && *quote != '\'') {
		char next = **p;

		if (!next)
			return -EINVAL;
		if (*quote && next != '"' && next != '\'' && next != '\\')
			return c;
		(*p)++;
		*literal = true;
		return (unsigned char)next;
	}
	if (*quote ? c == *quote : c == '"' || c == '\'') {
		*quote = *quote ? 0 : c;
		*literal = true;
		return STEP_QUOTE;
	}
	return (unsigned char)c;
}

/*
 * Unquotes the word at *cursor, which is no blank, in place, and moves behind it
 * and the blank that ends it; at an error, to the end of the text.
 */
static int take_word(char **cursor)
{
	char *p = *cursor, *to = p;
	char quote = 0;
	int c = 0;

	while (*p) {
		bool literal;

		c = quote_step(&p, &quote, &literal);
		if (c == -EINVAL || (!literal && is_blank((char)c)))
			break;
		if (c != STEP_QUOTE)
			*to++ = (char)c;
	}
	*cursor = p;
	*to = '\0';
	return quote || c == -EINVAL ? -EINVAL : 0;
}

int parse_words(char *line, char **words, size_t max)
{
	size_t n = 0;

	for (line = skip_blanks(line); *line; line = skip_blanks(line)) {
		char *word = line;
		int err = take_word(&line);

		if (err)
			return err;
		if (n == max || n == INT32_MAX)
			return -E2BIG;
		words[n++] = word;
	}
	return (int)n;
}

/*
 * Finds the end of the segment at *cursor and moves behind its semicolon; *end is
 * where its last character that is no blank ends. The text stays as it is.
 */
static int skip_segment(char **cursor, char **end)
{
	char *p = *cursor;
	char quote = 0;
	int c = 0;

	*end = p;
	while (*p) {
		bool literal;

		c = quote_step(&p, &quote, &literal);
		if (c == -EINVAL || (!literal && c == ';'))
			break;
		if (literal || !is_blank((char)c))
			*end = p;
	}
	*cursor = p;
	return quote || c == -EINVAL ? -EINVAL : 0;
}

int parse_next_segment(char **cursor, char **segment)
{
	for (;;) {
		char *start = skip_blanks(*cursor);
		char *end;
		int err;

		*cursor = start;
		if (!*start)
			return 0;
		err = skip_segment(cursor, &end);
		if (err)
			return err;
		if (end == start)
			continue;
		*end = '\0';
		*segment = start;
		return 1;
	}
}

int parse_next_param(char **cursor, struct parse_param *param)
{
	char *word, *equals;
	int err;

	word = skip_blanks(*cursor);
	*cursor = word;
	if (!*word)
		return 0;
	err = take_word(cursor);
	if (err)
		return err;
	equals = strchr(word, '=');
	param->key = word;
	param->value = equals ? equals + 1 : NULL;
	if (equals)
		*equals = '\0';
	return 1;
}
