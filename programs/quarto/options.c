/*
 * options.c: one table of options, one function for those that take a value.
 *
 * A switch sets a flag; an option with a value is `-s=N` or `--seed=N`, never two
 * words. The last of several wins. Messages quote what was typed, made harmless.
 */
#include "programs/quarto/options.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"

/* What is wrong with the value, or NULL when it was taken. */
static const char *set_games(struct options *options, const char *value)
{
	uint64_t games = SIMULATION_GAMES;

	if (value != NULL && parse_u64(value, 10, &games) != 0)
		games = 0;
	if (games == 0 || games > SIMULATION_GAMES_MAX)
		return "needs a number of games from 1 to 1000000";
	options->games = (uint32_t)games;
	return NULL;
}

static const char *set_level(struct options *options, const char *value)
{
	if (strcmp(value, "simple") == 0)
		options->level = LEVEL_SIMPLE;
	else if (strcmp(value, "strong") == 0)
		options->level = LEVEL_STRONG;
	else
		return "needs simple or strong";
	return NULL;
}

static const char *set_seed(struct options *options, const char *value)
{
	if (parse_u64(value, 10, &options->seed) != 0)
		return "needs a number from 0 to 18446744073709551615";
	return NULL;
}

/* One option: a switch, which sets a flag, or one with a value, which set takes. */
struct option {
	const char *letter; /* NULL when it has only a name */
	const char *name;
	size_t flag; /* the offset of the bool that it sets; 0 for none */
	const char *(*set)(struct options *options, const char *value);
	bool value_optional; /* set may get NULL */
};

#define FLAG(field) offsetof(struct options, field)

static const struct option known[] = {
	{ "-q", "--square-mode", FLAG(square_mode), NULL, false },
	{ "-0", "--base0", FLAG(base0), NULL, false },
	{ "-r", "--ai-reasoning", FLAG(reasoning), NULL, false },
	{ "-m", "--moves", FLAG(moves), NULL, false },
	{ "-p", "--pvp", FLAG(pvp), NULL, false },
	{ "-h", "--help", FLAG(help), NULL, false },
	{ NULL, "--ascii", FLAG(ascii), NULL, false },
	{ "-a", "--ai-simulation", 0, set_games, true },
	{ "-s", "--seed", FLAG(seeded), set_seed, false },
	{ "-l", "--level", 0, set_level, false },
};

void quote_text(char *out, size_t size, const char *text)
{
	size_t i;

	for (i = 0; i + 1 < size && text[i] != '\0'; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

/* Whether arg, of which the first n characters stand before any '=', is this text. */
static bool is_spelled(const char *text, const char *arg, size_t n)
{
	return text != NULL && strlen(text) == n && strncmp(text, arg, n) == 0;
}

static const struct option *find_option(const char *arg, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (is_spelled(known[i].letter, arg, n) ||
		    is_spelled(known[i].name, arg, n))
			return &known[i];
	}
	return NULL;
}

/* Takes one argument; returns what is wrong with it, or NULL. */
static const char *take_option(struct options *options, const char *arg)
{
	const char *equals = strchr(arg, '=');
	size_t n = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
	const char *value = equals != NULL ? equals + 1 : NULL;
	const struct option *option = find_option(arg, n);

	if (option == NULL)
		return "is not an option (-h lists them)";
	if (option->set == NULL && value != NULL)
		return "takes no value";
	if (option->set != NULL && value == NULL && !option->value_optional)
		return "needs a value, as in -s=42 or -l=strong";
	if (option->flag != 0)
		*(bool *)((char *)options + option->flag) = true;
	return option->set == NULL ? NULL : option->set(options, value);
}

/* What contradicts what, or NULL. */
static const char *find_contradiction(const struct options *options)
{
	if (options->pvp && options->games != 0)
		return "-p and -a contradict each other: two people or none";
	if (options->moves && options->games == 0)
		return "-m needs -a: it writes the moves of simulated games";
	return NULL;
}

int options_parse(struct options *options, int argc, char **argv, char *error,
		  size_t size)
{
	const char *wrong;

	*options = (struct options){ .level = LEVEL_SIMPLE };
	for (int i = 1; i < argc && !options->help; i++) {
		wrong = take_option(options, argv[i]);
		if (wrong != NULL) {
			char quoted[40];

			quote_text(quoted, sizeof(quoted), argv[i]);
			fmt_snprintf(error, size, "'%s' %s", quoted, wrong);
			return -EINVAL;
		}
	}
	wrong = options->help ? NULL : find_contradiction(options);
	if (wrong == NULL)
		return 0;
	fmt_snprintf(error, size, "%s", wrong);
	return -EINVAL;
}
