/*
 * quarto_options_test.c: every option in both spellings, every way to be wrong.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "programs/quarto/options.h"
#include "tests/unit/quarto_port.h"
// link: tests/unit/quarto_port.c

static int parse(struct options *options, const char *one, const char *two, char *error)
{
	char a[128], b[128];
	char *argv[] = { (char *)"quarto", a, b, NULL };

	strcpy(a, one);
	strcpy(b, two != NULL ? two : "");
	error[0] = '\0';
	return options_parse(options, two != NULL ? 3 : 2, argv, error, 160);
}

static struct options good(const char *one, const char *two)
{
	struct options options;
	char error[160];

	assert_int_equal(parse(&options, one, two, error), 0);
	assert_string_equal(error, "");
	return options;
}

static void test_switches(void **state)
{
	assert_true(good("-q", NULL).square_mode);
	assert_true(good("--square-mode", NULL).square_mode);
	assert_true(good("-0", NULL).base0);
	assert_true(good("--base0", NULL).base0);
	assert_true(good("-r", NULL).reasoning);
	assert_true(good("--ai-reasoning", NULL).reasoning);
	assert_true(good("-p", NULL).pvp);
	assert_true(good("--pvp", NULL).pvp);
	assert_true(good("--ascii", NULL).ascii);
	assert_true(good("-h", NULL).help);
	assert_true(good("--help", NULL).help);
	assert_true(good("-m", "-a").moves);
	assert_true(good("--moves", "--ai-simulation").moves);
}

static void test_defaults(void **state)
{
	struct options options = good("-q", NULL);

	assert_false(options.base0 || options.reasoning || options.moves || options.pvp ||
		     options.ascii || options.help || options.seeded);
	assert_int_equal(options.games, 0);
	assert_int_equal(options.level, LEVEL_SIMPLE);
}

static void test_values(void **state)
{
	assert_int_equal(good("-a", NULL).games, 100);
	assert_int_equal(good("--ai-simulation", NULL).games, 100);
	assert_int_equal(good("-a=1", NULL).games, 1);
	assert_int_equal(good("--ai-simulation=1000000", NULL).games, 1000000);
	assert_true(good("-s=0", NULL).seeded);
	assert_int_equal(good("-s=42", NULL).seed, 42);
	assert_true(good("--seed=18446744073709551615", NULL).seed == UINT64_MAX);
	assert_int_equal(good("-l=strong", NULL).level, LEVEL_STRONG);
	assert_int_equal(good("--level=simple", NULL).level, LEVEL_SIMPLE);
	assert_int_equal(good("-s=1", "-s=2").seed, 2);
}

/* Each is refused, with a line that says why. */
static void test_errors(void **state)
{
	static const char *const cases[][3] = {
		{ "-x", NULL, "'-x' is not an option" },
		{ "", NULL, "'' is not an option" },
		{ "-", NULL, "is not an option" },
		{ "--", NULL, "is not an option" },
		{ "42", NULL, "'42' is not an option" },
		{ "-qr", NULL, "'-qr' is not an option" },
		{ "--square", NULL, "is not an option" },
		{ "-q=1", NULL, "'-q=1' takes no value" },
		{ "--ascii=", NULL, "takes no value" },
		{ "-s", NULL, "'-s' needs a value" },
		{ "-s=", NULL, "'-s=' needs a number" },
		{ "-s=abc", NULL, "needs a number" },
		{ "-s=-1", NULL, "needs a number" },
		{ "-s=1.5", NULL, "needs a number" },
		{ "-s=18446744073709551616", NULL, "needs a number" },
		{ "-a=", NULL, "needs a number of games" },
		{ "-a=0", NULL, "needs a number of games" },
		{ "-a=1000001", NULL, "needs a number of games" },
		{ "-a=ten", NULL, "needs a number of games" },
		{ "-l", NULL, "needs a value" },
		{ "-l=", NULL, "needs simple or strong" },
		{ "-l=Strong", NULL, "needs simple or strong" },
		{ "-p", "-a", "contradict" },
		{ "-a=5", "--pvp", "contradict" },
		{ "-m", NULL, "-m needs -a" },
		{ "-\033[2J\n\xff", NULL, "'-?[2J?\?' is not an option" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct options options;
		char error[160];

		assert_int_equal(parse(&options, cases[i][0], cases[i][1], error),
				 -EINVAL);
		if (strstr(error, cases[i][2]) == NULL)
			fail_msg("%s: %s", cases[i][0], error);
		assert_null(strchr(error, '\n'));
	}
}

static void test_long_option_is_cut(void **state)
{
	struct options options;
	char name[100], error[160];

	memset(name, 'z', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(parse(&options, name, NULL, error), -EINVAL);
	assert_true(strlen(error) < 80);
}

/* Help is given whatever contradicts; what stands before it must be right. */
static void test_help(void **state)
{
	struct port port = { 0 };

	assert_int_equal(port_run(&port, "-p -h -a -x", ""), PORT_EXIT_SUCCESS);
	assert_true(port_said(&port, "--ai-simulation[=N]"));
	assert_true(port_said(&port, "tall or short"));
	assert_int_equal(port_run(&port, "-x -h", ""), PORT_EXIT_USAGE);
	port_close(&port);
}

static void test_status_and_line(void **state)
{
	struct port port = { 0 };

	assert_int_equal(port_run(&port, "-p -a", ""), PORT_EXIT_USAGE);
	assert_string_equal(port.output, "quarto: -p and -a contradict each other: two "
					 "people or none\n");
	assert_int_equal(port_run(&port, "--bogus", ""), PORT_EXIT_USAGE);
	assert_string_equal(port.output,
			    "quarto: '--bogus' is not an option (-h lists them)\n");
	port_close(&port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_long_option_is_cut),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_status_and_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
