/*
 * parse.h: numbers and words out of text that somebody typed. Strict: what is not
 * wholly understood is an error. Everything splits in place; nothing allocates.
 *
 * Quoting is the shell's, as far as it goes: '...' takes everything as it is,
 * "..." and no quotes at all let a backslash take the next character as it is
 * (within "..." only ", ' and \ need it and lose the backslash; GRUB writes its
 * command lines so). Quoted parts join with their neighbours into one word.
 */
#ifndef LIB_PARSE_H
#define LIB_PARSE_H

#include "lib/base.h"

/*
 * The whole of s as a number in a base of 2 to 36, or 0: 16 after "0x", else 10
 * (a leading zero means nothing). Base 16 may have the "0x" too. No sign, no
 * blanks. -EINVAL when it is no number, -ERANGE when it does not fit; *out is then
 * untouched.
 */
MUST_CHECK int parse_u64(const char *s, unsigned base, uint64_t *out);

/* A number as by base 0, and then K, M or G (either case) times 2^10, 2^20, 2^30. */
MUST_CHECK int parse_size(const char *s, uint64_t *out);

/*
 * Splits line in place at its blanks into at most max words, without their
 * quotes. Returns how many; -EINVAL when a quote is not closed or a backslash ends
 * the line, -E2BIG when there are more than max. The words point into line.
 */
MUST_CHECK int parse_words(char *line, char **words, size_t max);

/*
 * The next of the segments that unquoted semicolons separate (`a; b "x;y"` has
 * two). *cursor starts at the text, which is cut in place, and moves on; the
 * segment keeps its quotes, has no blanks around it and is never empty. Returns 1
 * with *segment, 0 at the end; -EINVAL when a quote is not closed, and then 0.
 */
MUST_CHECK int parse_next_segment(char **cursor, char **segment);

/* One of a boot command line's parameters: key=value, or key alone (value NULL). */
struct parse_param {
	char *key;
	char *value;
};

/*
 * The next parameter of a command line like `run="ls /dev; ps" quiet seed=5`, cut
 * in place as by parse_words; it is divided at its first '='. Returns 1 with
 * *param, 0 at the end; -EINVAL when a quote is not closed, and then 0.
 */
MUST_CHECK int parse_next_param(char **cursor, struct parse_param *param);

#endif
