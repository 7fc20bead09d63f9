/*
 * history.h: the lines that were typed before, in bounded storage within the
 * struct; the oldest make room. Pure; the caller's lock protects it.
 */
#ifndef LIB_HISTORY_H
#define LIB_HISTORY_H

#include "lib/base.h"

#define HISTORY_SIZE 4096

/* Empty when all is zero. */
struct history {
	char text[HISTORY_SIZE]; /* the lines, oldest first, each with its NUL */
	size_t used;
};

/*
 * Adds a line; an empty one, the same as the last one, and one longer than all the
 * storage are not worth keeping.
 */
void history_add(struct history *history, const char *line);

/*
 * The line before pos (or after it); *pos is 0 to history->used, starts at the
 * latter, which stands for "newer than all", and moves. NULL when there is none:
 * history_next has then moved *pos to history->used.
 */
const char *history_previous(const struct history *history, size_t *pos);
const char *history_next(const struct history *history, size_t *pos);

#endif
