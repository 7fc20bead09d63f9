/*
 * fs_path_test.c: cutting paths into components.
 */
// link: kernel/fs/path.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/fs/path.h"
#include "lib/errno.h"

/* The components, each with '/' where a slash follows and '.' at the last one. */
static void expect_parts(const char *path, const char *expected)
{
	struct path_part part;
	char found[256] = "";
	int more;

	while ((more = path_next(&path, &part)) > 0) {
		strcat(found, "[");
		strcat(found, part.name);
		strcat(found, "]");
		if (part.slash)
			strcat(found, "/");
		if (part.last)
			strcat(found, ".");
	}
	assert_int_equal(more, 0);
	assert_string_equal(found, expected);
}

static void test_components(void **state)
{
	expect_parts("", "");
	expect_parts("/", "");
	expect_parts("////", "");
	expect_parts("a", "[a].");
	expect_parts("/a", "[a].");
	expect_parts("a/", "[a]/.");
	expect_parts("a//", "[a]/.");
	expect_parts("//a///b", "[a]/[b].");
	expect_parts("/a/b/", "[a]/[b]/.");
	expect_parts("./../...", "[.]/[..]/[...].");
	expect_parts("/\xc3\xa4 \n/x", "[\xc3\xa4 \n]/[x].");
}

static void test_long_names(void **state)
{
	char path[NAME_MAX_BYTES + 8];
	const char *cursor = path;
	struct path_part part;

	memset(path, 'n', sizeof(path));
	path[NAME_MAX_BYTES] = 0;
	assert_int_equal(path_next(&cursor, &part), 1);
	assert_int_equal(strlen(part.name), NAME_MAX_BYTES);
	assert_true(part.last);
	assert_false(part.slash);
	path[NAME_MAX_BYTES] = 'n';
	path[NAME_MAX_BYTES + 1] = 0;
	cursor = path;
	assert_int_equal(path_next(&cursor, &part), -ENAMETOOLONG);
	memcpy(path, "ok/", 3);
	path[NAME_MAX_BYTES + 1] = 'n';
	path[NAME_MAX_BYTES + 4] = 0;
	cursor = path;
	assert_int_equal(path_next(&cursor, &part), 1);
	assert_int_equal(path_next(&cursor, &part), -ENAMETOOLONG);
}

static void test_check(void **state)
{
	char *path = malloc(PATH_MAX_BYTES + 1);

	assert_int_equal(path_check(""), -ENOENT);
	assert_int_equal(path_check("/"), 0);
	memset(path, '/', PATH_MAX_BYTES);
	path[PATH_MAX_BYTES - 1] = 0;
	assert_int_equal(path_check(path), 0);
	path[PATH_MAX_BYTES - 1] = '/';
	path[PATH_MAX_BYTES] = 0;
	assert_int_equal(path_check(path), -ENAMETOOLONG);
	free(path);
}

static void test_dots(void **state)
{
	assert_true(path_is_dot("."));
	assert_false(path_is_dot(".."));
	assert_false(path_is_dot(""));
	assert_true(path_is_dot_dot(".."));
	assert_false(path_is_dot_dot("..."));
	assert_false(path_is_dot_dot("."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
