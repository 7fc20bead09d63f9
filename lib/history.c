/*
 * history.c: a list of lines, packed one behind the other, so that many short ones
 * fit; adding moves what is kept to the front, which is a copy of 4 KiB at most for
 * a line that a person typed.
 */
#include "lib/history.h"
#include "lib/string.h"

static const char *line_before(const struct history *history, size_t pos)
{
	const char *p = history->text + pos - 1;

	while (p > history->text && p[-1])
		p--;
	return p;
}

void history_add(struct history *history, const char *line)
{
	size_t size = strnlen(line, HISTORY_SIZE) + 1;
	size_t drop = 0;

	if (size == 1 || size > HISTORY_SIZE)
		return;
	if (history->used && strcmp(line_before(history, history->used), line) == 0)
		return;
	while (history->used - drop + size > HISTORY_SIZE)
		drop += strlen(history->text + drop) + 1;
	history->used -= drop;
	memmove(history->text, history->text + drop, history->used);
	memcpy(history->text + history->used, line, size);
	history->used += size;
}

const char *history_previous(const struct history *history, size_t *pos)
{
	const char *line;

	if (*pos == 0)
		return NULL;
	line = line_before(history, *pos);
	*pos = (size_t)(line - history->text);
	return line;
}

const char *history_next(const struct history *history, size_t *pos)
{
	if (*pos < history->used)
		*pos += strlen(history->text + *pos) + 1;
	return *pos < history->used ? history->text + *pos : NULL;
}
