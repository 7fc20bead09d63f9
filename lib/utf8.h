/*
 * utf8.h: UTF-8 (Unicode 15, section 3.9), byte by byte. What is ill-formed becomes
 * U+FFFD, one for each maximal subpart as table 3-8 recommends, and never an error.
 */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include "lib/base.h"

#define UTF8_REPLACEMENT 0xfffdU
#define UTF8_MAX_BYTES 4
#define UNICODE_MAX 0x10ffffU

/* Between two characters when all is zero, as at the start. */
struct utf8_decoder {
	uint32_t code; /* of the bytes so far */
	uint8_t need;  /* how many bytes are missing */
	uint8_t low;   /* the next one's range */
	uint8_t high;
};

/*
 * Takes one byte and puts the code points that are complete with it into out;
 * returns how many: 0, 1, or 2 when the byte both cut a sequence short and is a
 * character itself.
 */
unsigned utf8_decode(struct utf8_decoder *decoder, uint8_t byte, uint32_t out[2]);

/* The input ends: true when it was in a sequence, which is one UTF8_REPLACEMENT. */
bool utf8_end(struct utf8_decoder *decoder);

/*
 * Writes the 1 to 4 bytes of a code point, those of U+FFFD for what is none (a
 * surrogate, or beyond U+10FFFF); returns how many.
 */
size_t utf8_encode(uint32_t code, char buf[UTF8_MAX_BYTES]);

/* A byte that continues a character rather than starting one. */
static inline bool utf8_is_continuation(char byte)
{
	return ((uint8_t)byte & 0xc0) == 0x80;
}

/*
 * The columns of a terminal that a code point takes: 0 for control characters and
 * what combines with the character before it, 2 for wide East Asian characters and
 * pictures, else 1.
 */
unsigned utf8_width(uint32_t code);

#endif
