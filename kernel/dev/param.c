/*
 * param.c: hands each word of the command line to the one that declared it. What is
 * left over, or refused, is kept by its place in the line until the log can say so.
 */
#include "kernel/dev/param.h"

#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

enum { COMPLAINTS_MAX = 16 };

struct complaint {
	const char *word;
	const char *what;
};

extern const struct param *const table_param_start[], *const table_param_end[];

static char
	words[BOOT_CMDLINE_MAX]; /* the line, cut into words; handlers keep pointers */
static struct complaint complaints[COMPLAINTS_MAX];
static unsigned complaint_count;

static void complain(const char *word, const char *what)
{
	if (complaint_count < COMPLAINTS_MAX)
		complaints[complaint_count] = (struct complaint){ word, what };
	complaint_count++;
}

static const struct param *param_find(const char *key, const char **rest)
{
	for (const struct param *const *p = table_param_start; p < table_param_end; p++) {
		size_t n = strlen((*p)->name);
		bool prefix = (*p)->name[n - 1] == '.';

		if (strncmp(key, (*p)->name, n) != 0 || (!prefix && key[n]))
			continue;
		*rest = key + n;
		return *p;
	}
	return NULL;
}

static void param_take(const struct parse_param *word)
{
	const char *rest;
	const struct param *param = param_find(word->key, &rest);

	if (!param)
		complain(word->key, "unknown parameter");
	else if (param->set(rest, word->value))
		complain(word->key, "bad value of parameter");
}

/*
 * A parameter whose quote is not closed has no value that could be trusted; the one that
 * it names still hears of it, since a script that cannot be read must not become a game.
 */
static void param_take_broken(const char *text)
{
	static char key[32];
	struct parse_param word = { .key = key };
	size_t length = 0;

	while (*text && strchr(" \t\"'", *text))
		text++;
	while (length < sizeof(key) - 1 && text[length] &&
	       !strchr("= \t\"'", text[length]))
		length++;
	memcpy(key, text, length);
	complain(key, "a quote is not closed in parameter");
	param_take(&word);
}

void param_parse(const char *cmdline)
{
	struct parse_param word;
	char *cursor = words;
	size_t before;
	int got;

	if (str_copy(words, cmdline, sizeof(words)) < 0)
		complain("the command line", "too long, cut:");
	do {
		before = (size_t)(cursor - words);
		got = parse_next_param(&cursor, &word);
		if (got > 0)
			param_take(&word);
	} while (got > 0);
	if (got < 0)
		param_take_broken(cmdline + before);
}

void param_report(void)
{
	for (unsigned i = 0; i < MIN(complaint_count, (unsigned)COMPLAINTS_MAX); i++)
		log_warn("param: %s '%s'", complaints[i].what, complaints[i].word);
	if (complaint_count > COMPLAINTS_MAX)
		log_warn("param: and %u more", complaint_count - COMPLAINTS_MAX);
}

void param_visit(void (*visit)(const struct param *param, void *context), void *context)
{
	for (const struct param *const *p = table_param_start; p < table_param_end; p++)
		visit(*p, context);
}
