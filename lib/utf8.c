/*
 * utf8.c: an incremental decoder after table 3-7 of Unicode 15: the first byte
 * tells how many follow and in which range the second one must be; so whatever a
 * byte completes is well-formed, and the byte that does not fit starts anew.
 */
#include "lib/utf8.h"
#include "lib/utf8_width.h"

/* A byte where a character starts. Returns the number of code points, 0 or 1. */
static unsigned start(struct utf8_decoder *d, uint8_t byte, uint32_t *out)
{
	*d = (struct utf8_decoder){ .low = 0x80, .high = 0xbf };
	if (byte < 0x80) {
		*out = byte;
		return 1;
	}
	if (byte < 0xc2 || byte > 0xf4) {
		*out = UTF8_REPLACEMENT;
		return 1;
	}
	if (byte < 0xe0) {
		d->need = 1;
		d->code = byte & 0x1f;
	} else if (byte < 0xf0) {
		d->need = 2;
		d->code = byte & 0x0f;
	} else {
		d->need = 3;
		d->code = byte & 0x07;
	}
	/* No overlong forms, no surrogates, nothing beyond U+10FFFF. */
	if (byte == 0xe0)
		d->low = 0xa0;
	else if (byte == 0xed)
		d->high = 0x9f;
	else if (byte == 0xf0)
		d->low = 0x90;
	else if (byte == 0xf4)
		d->high = 0x8f;
	return 0;
}

unsigned utf8_decode(struct utf8_decoder *d, uint8_t byte, uint32_t out[2])
{
	if (d->need == 0)
		return start(d, byte, &out[0]);
	if (byte < d->low || byte > d->high) {
		out[0] = UTF8_REPLACEMENT;
		return 1 + start(d, byte, &out[1]);
	}
	d->code = d->code << 6 | (byte & 0x3f);
	d->low = 0x80;
	d->high = 0xbf;
	if (--d->need)
		return 0;
	out[0] = d->code;
	return 1;
}

bool utf8_end(struct utf8_decoder *d)
{
	bool cut = d->need != 0;

	*d = (struct utf8_decoder){ 0 };
	return cut;
}

size_t utf8_encode(uint32_t code, char buf[UTF8_MAX_BYTES])
{
	if (code > UNICODE_MAX || (code >= 0xd800 && code <= 0xdfff))
		code = UTF8_REPLACEMENT;
	if (code < 0x80) {
		buf[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		buf[0] = (char)(0xc0 | code >> 6);
		buf[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		buf[0] = (char)(0xe0 | code >> 12);
		buf[1] = (char)(0x80 | (code >> 6 & 0x3f));
		buf[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	buf[0] = (char)(0xf0 | code >> 18);
	buf[1] = (char)(0x80 | (code >> 12 & 0x3f));
	buf[2] = (char)(0x80 | (code >> 6 & 0x3f));
	buf[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static bool is_in(const struct width_range *ranges, size_t n, uint32_t low16)
{
	size_t from = 0;

	while (from < n) {
		size_t middle = from + (n - from) / 2;

		if (low16 > ranges[middle].last)
			from = middle + 1;
		else if (low16 < ranges[middle].first)
			n = middle;
		else
			return true;
	}
	return false;
}

unsigned utf8_width(uint32_t code)
{
	uint32_t low16 = code & 0xffff;

	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return 0;
	if (code < 0x300)
		return 1;
	switch (code >> 16) {
	case 0:
		if (is_in(zero_width_0, ARRAY_SIZE(zero_width_0), low16))
			return 0;
		return is_in(double_width_0, ARRAY_SIZE(double_width_0), low16) ? 2 : 1;
	case 1:
		if (is_in(zero_width_1, ARRAY_SIZE(zero_width_1), low16))
			return 0;
		return is_in(double_width_1, ARRAY_SIZE(double_width_1), low16) ? 2 : 1;
	case 2:
	case 3: /* ideographs, all of them */
		return 2;
	case 14: /* tags and variation selectors, which are not drawn */
		return 0;
	}
	return 1;
}
