/*
 * boot_info_test.c: memory maps in any order and state become sorted ones without
 * overlaps, where the least usable type wins; command lines are cut, not overrun.
 */
// link: boot/info.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"

static struct boot_info info;

static int setup(void **state)
{
	memset(&info, 0, sizeof(info));
	return 0;
}

static void add(uint64_t base, uint64_t size, uint32_t type)
{
	assert_null(boot_add_memory(&info, base, size, type));
}

static void expect(unsigned at, uint64_t base, uint64_t size, enum boot_memory_type type)
{
	assert_true(at < info.memory_count);
	assert_int_equal(info.memory[at].base, base);
	assert_int_equal(info.memory[at].size, size);
	assert_int_equal(info.memory[at].type, type);
}

static void test_sorts_and_joins(void **state)
{
	add(0x3000, 0x1000, BOOT_MEMORY_RAM);
	add(0x1000, 0x1000, BOOT_MEMORY_RAM);
	add(0x2000, 0x1000, BOOT_MEMORY_RAM);
	add(0x9000, 0x1000, BOOT_MEMORY_ACPI);
	add(0x8000, 0, BOOT_MEMORY_RAM);
	assert_null(boot_finish_memory(&info));
	assert_int_equal(info.memory_count, 2);
	expect(0, 0x1000, 0x3000, BOOT_MEMORY_RAM);
	expect(1, 0x9000, 0x1000, BOOT_MEMORY_ACPI);
}

static void test_reserved_wins(void **state)
{
	add(0, 0x10000, BOOT_MEMORY_RAM);
	add(0x4000, 0x1000, BOOT_MEMORY_RESERVED);
	add(0x8000, 0x2000, BOOT_MEMORY_ACPI);
	add(0x9000, 0x8000, BOOT_MEMORY_BAD);
	assert_null(boot_finish_memory(&info));
	assert_int_equal(info.memory_count, 5);
	expect(0, 0, 0x4000, BOOT_MEMORY_RAM);
	expect(1, 0x4000, 0x1000, BOOT_MEMORY_RESERVED);
	expect(2, 0x5000, 0x3000, BOOT_MEMORY_RAM);
	expect(3, 0x8000, 0x1000, BOOT_MEMORY_ACPI);
	expect(4, 0x9000, 0x8000, BOOT_MEMORY_BAD);
}

static void test_odd_values(void **state)
{
	add(0x1000, UINT64_MAX, BOOT_MEMORY_RAM);
	add(1ULL << 52, 0x1000, BOOT_MEMORY_RAM);
	add(0x5000, 0x1000, 77);
	add(0x6000, 0x1000, 0);
	assert_null(boot_finish_memory(&info));
	assert_int_equal(info.memory_count, 3);
	expect(0, 0x1000, 0x4000, BOOT_MEMORY_RAM);
	expect(1, 0x5000, 0x2000, BOOT_MEMORY_RESERVED);
	expect(2, 0x7000, (1ULL << 52) - 0x7000, BOOT_MEMORY_RAM);
}

static void test_too_many(void **state)
{
	for (unsigned i = 0; i < BOOT_MEMORY_MAX; i++)
		add(i * 0x2000ULL, 0x1000, BOOT_MEMORY_RAM);
	assert_non_null(boot_add_memory(&info, 0, 1, BOOT_MEMORY_RAM));
	assert_null(boot_finish_memory(&info));
	assert_int_equal(info.memory_count, BOOT_MEMORY_MAX);

	/* One range over all of them makes more pieces than there is room for. */
	info.memory[0] = (struct boot_memory){ 0, 1ULL << 40, BOOT_MEMORY_RESERVED };
	for (unsigned i = 1; i < BOOT_MEMORY_MAX; i++)
		info.memory[i].type = BOOT_MEMORY_BAD;
	assert_non_null(boot_finish_memory(&info));
}

/* Any map: the result is sorted and disjoint, and each byte has its worst type. */
static void test_random_maps(void **state)
{
	enum { SPACE = 64 };

	srand(1);
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t worst[SPACE] = { 0 };
		static const uint8_t weight[] = { 0, 1, 4, 2, 3, 5 };
		unsigned n = rand() % 20;

		memset(&info, 0, sizeof(info));
		for (unsigned i = 0; i < n; i++) {
			unsigned base = rand() % SPACE, size = rand() % (SPACE - base);
			unsigned type = 1 + rand() % 5;

			add(base, size, type);
			for (unsigned at = base; at < base + size; at++)
				if (weight[type] > weight[worst[at]])
					worst[at] = type;
		}
		assert_null(boot_finish_memory(&info));
		for (unsigned i = 0; i < info.memory_count; i++) {
			const struct boot_memory *m = &info.memory[i];

			assert_true(m->size > 0);
			if (i > 0)
				assert_true(m[-1].base + m[-1].size <= m->base);
			for (uint64_t at = m->base; at < m->base + m->size; at++) {
				assert_int_equal(worst[at], m->type);
				worst[at] = 0;
			}
		}
		for (unsigned at = 0; at < SPACE; at++)
			assert_int_equal(worst[at], 0);
	}
}

static void test_enough(void **state)
{
	assert_string_equal(boot_check_memory(&info), "the loader gave no memory map");
	add(0, 2 * MIB, BOOT_MEMORY_RAM);
	add(16 * MIB, 64 * MIB, BOOT_MEMORY_RESERVED);
	assert_non_null(strstr(boot_check_memory(&info), "too little memory: 2048 KiB"));
	add(8 * MIB, MIB, BOOT_MEMORY_RAM);
	assert_null(boot_check_memory(&info));
}

static void test_modules(void **state)
{
	struct boot_module *module = &info.modules[0];

	add(MIB, 7 * MIB, BOOT_MEMORY_RAM);
	add(16 * MIB, MIB, BOOT_MEMORY_RESERVED);
	assert_null(boot_check_modules(&info));
	info.module_count = 1;
	*module = (struct boot_module){ .base = MIB, .size = 7 * MIB };
	assert_null(boot_check_modules(&info));
	module->size++;
	assert_non_null(boot_check_modules(&info));
	*module = (struct boot_module){ .base = 16 * MIB, .size = 1 };
	assert_non_null(boot_check_modules(&info));
	*module = (struct boot_module){ .base = UINT64_MAX - 1, .size = 1 };
	assert_non_null(boot_check_modules(&info));
}

static void test_cmdline(void **state)
{
	char text[BOOT_CMDLINE_MAX + 10];

	boot_set_cmdline(&info, "run=x quiet", 100);
	assert_string_equal(info.cmdline, "run=x quiet");
	boot_set_cmdline(&info, "run=x quiet", 5);
	assert_string_equal(info.cmdline, "run=x");
	assert_false(info.cmdline_cut);
	memset(text, 'a', sizeof(text));
	boot_set_cmdline(&info, text, sizeof(text));
	assert_int_equal(strlen(info.cmdline), BOOT_CMDLINE_MAX - 1);
	assert_true(info.cmdline_cut);
	text[BOOT_CMDLINE_MAX - 1] = '\0';
	boot_set_cmdline(&info, text, sizeof(text));
	assert_int_equal(strlen(info.cmdline), BOOT_CMDLINE_MAX - 1);
	assert_false(info.cmdline_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sorts_and_joins, setup),
		cmocka_unit_test_setup(test_reserved_wins, setup),
		cmocka_unit_test_setup(test_odd_values, setup),
		cmocka_unit_test_setup(test_too_many, setup),
		cmocka_unit_test_setup(test_random_maps, setup),
		cmocka_unit_test_setup(test_enough, setup),
		cmocka_unit_test_setup(test_modules, setup),
		cmocka_unit_test_setup(test_cmdline, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
