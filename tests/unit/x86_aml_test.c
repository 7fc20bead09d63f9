/*
 * x86_aml_test.c: the power-off value is found in byte code, and damaged byte code is
 * neither believed nor read beyond its end.
 */
// link: kernel/x86/aml.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/x86/aml.h"

/* Looks in a table of exactly these bytes behind its header. */
static bool find(const void *code, size_t size, uint8_t types[2])
{
	struct acpi_header *dsdt = calloc(1, sizeof(*dsdt) + size);
	bool found;

	assert_non_null(dsdt);
	dsdt->length = sizeof(*dsdt) + size;
	memcpy(dsdt + 1, code, size);
	found = aml_find_s5(dsdt, &types[0], &types[1]);
	free(dsdt);
	return found;
}

#define FIND(code, types) find(code, sizeof(code) - 1, types)

static void test_forms(void **state)
{
	uint8_t t[2] = { 99, 99 };

	assert_true(FIND("xx\x08_S5_\x12\x06\x04\x00\x00\x00\x00", t));
	assert_int_equal(t[0], 0);
	assert_int_equal(t[1], 0);
	assert_true(FIND("\x08\\_S5_\x12\x0a\x04\x0a\x05\x0a\x07\x00\x00", t));
	assert_int_equal(t[0], 5);
	assert_int_equal(t[1], 7);
	/* A length of two bytes, a word, ones. */
	assert_true(FIND("\x08_S5_\x12\x4a\x01\x02\x0b\x03\x00\xff", t));
	assert_int_equal(t[0], 3);
	assert_int_equal(t[1], 0xff);
	/* The name as part of something else first. */
	assert_true(FIND("\x0d_S5_\x00\x08_S5_\x12\x04\x02\x01\x01", t));
	assert_int_equal(t[0], 1);
}

static void test_not_found(void **state)
{
	uint8_t t[2];

	assert_false(FIND("", t));
	assert_false(FIND("_S5_", t));
	assert_false(FIND("\x08_S4_\x12\x04\x02\x01\x01", t));
	assert_false(FIND("\x08_S5_\x11\x04\x02\x01\x01", t));
	assert_false(FIND("\x08_S5_\x12\x04\x01\x01\x01", t));
	assert_false(FIND("\x08_S5_\x12\x04\x02\x70\x01", t));
}

/* Cut anywhere before its last needed byte, it is not found. */
static void test_cut(void **state)
{
	static const char code[] =
		"\x08_S5_\x12\x4a\x01\x02\x0b\x03\x00\x0c\x05\x00\x00\x00";
	uint8_t t[2];

	assert_true(find(code, sizeof(code) - 1, t));
	for (size_t n = 0; n < sizeof(code) - 1; n++)
		assert_false(find(code, n, t));
}

static void test_random(void **state)
{
	uint8_t t[2];

	srand(3);
	for (unsigned round = 0; round < 20000; round++) {
		char code[] = "\x08\\_S5_\x12\x0a\x04\x0a\x05\x0a\x07\x00\x00";
		size_t size = 1 + rand() % (sizeof(code) - 1);

		for (unsigned i = 0; i < 3; i++)
			code[rand() % size] = rand();
		(void)find(code, size, t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
