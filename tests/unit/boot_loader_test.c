/*
 * boot_loader_test.c: multiboot2 and PVH structures, whole and damaged. A damaged one
 * is refused with a line, or loses what is damaged; none makes a parser read outside
 * the window, which the sanitizer watches.
 */
// link: boot/info.c
// link: boot/multiboot2.c
// link: boot/pvh.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"

enum { AT = 64, ROOM = 4096 };

/* Memory under construction: what a test puts together from AT on. */
static uint8_t image[ROOM];
static uint32_t end;
static struct boot_info info;

static void put(const void *bytes, size_t n)
{
	assert_true(end + n <= ROOM);
	memcpy(image + end, bytes, n);
	end += n;
}

static void put32(uint32_t v)
{
	put(&v, sizeof(v));
}

static void put64(uint64_t v)
{
	put(&v, sizeof(v));
}

static int setup(void **state)
{
	memset(image, 0, sizeof(image));
	end = AT;
	return 0;
}

/* Parses a copy of exactly the bytes that there are. */
static const char *parse(bool pvh)
{
	struct boot_window window = { .limit = end };
	uint8_t *memory = malloc(end);
	const char *complaint;

	assert_non_null(memory);
	memcpy(memory, image, end);
	window.base = memory;
	memset(&info, 0, sizeof(info));
	complaint = pvh ? pvh_parse(&window, AT, &info)
			: multiboot2_parse(&window, AT, &info);
	if (!complaint)
		complaint = boot_finish_memory(&info);
	free(memory);
	return complaint;
}

static void put_tag(uint32_t type, const void *content, uint32_t size)
{
	put32(type);
	put32(8 + size);
	put(content, size);
	end = ALIGN_UP(end, 8);
}

static void finish_multiboot2(void)
{
	uint32_t total;

	put_tag(0, "", 0);
	total = end - AT;
	memcpy(image + AT, &total, sizeof(total));
}

static void put_framebuffer(uint32_t pitch, uint8_t bits, uint8_t kind, uint8_t red_shift)
{
	uint8_t content[30] = { 0 };
	uint64_t address = 0xe0000000;
	uint32_t size[3] = { pitch, 800, 600 };
	uint8_t colours[6] = { red_shift, 8, 8, 8, 0, 8 };

	memcpy(content, &address, 8);
	memcpy(content + 8, size, 12);
	content[20] = bits;
	content[21] = kind;
	memcpy(content + 24, colours, 6);
	put_tag(8, content, sizeof(content));
}

static void make_multiboot2(void)
{
	static const uint32_t module[] = { 0x200000, 0x201000, 0x006b696e /* "nik" */ };
	static const uint64_t map[] = { 24, 0, 0xa0000, 1, 0x100000, 0x700000, 1 };
	char rsdp[36] = "RSD PTR ";

	put32(0);
	put32(0);
	put_tag(1, "quiet seed=5", 13);
	put_tag(2, "GRUB", 5);
	put_tag(3, module, sizeof(module));
	put_tag(6, map, sizeof(map));
	put_framebuffer(3200, 32, 1, 16);
	put_tag(14, rsdp, 20);
	put_tag(15, rsdp, 36);
	put_tag(4711, "unknown", 7);
	finish_multiboot2();
}

static void test_multiboot2(void **state)
{
	make_multiboot2();
	assert_null(parse(false));
	assert_string_equal(info.protocol, "multiboot2");
	assert_string_equal(info.cmdline, "quiet seed=5");
	assert_string_equal(info.loader, "GRUB");
	assert_int_equal(info.module_count, 1);
	assert_int_equal(info.modules[0].base, 0x200000);
	assert_int_equal(info.modules[0].size, 0x1000);
	assert_string_equal(info.modules[0].name, "nik");
	assert_int_equal(info.memory_count, 2);
	assert_int_equal(info.memory[1].base, 0x100000);
	assert_int_equal(info.framebuffer.kind, BOOT_SCREEN_RGB);
	assert_int_equal(info.framebuffer.red_shift, 16);
	assert_int_equal(info.framebuffer.pitch, 3200);
	assert_int_equal(info.rsdp_size, 36);
	assert_memory_equal(info.rsdp_copy, "RSD PTR ", 8);
}

static void expect_multiboot2(const char *words)
{
	const char *complaint = parse(false);

	assert_non_null(complaint);
	if (!strstr(complaint, words))
		fail_msg("said: %s", complaint);
}

static void test_multiboot2_totals(void **state)
{
	uint32_t total;

	make_multiboot2();
	memcpy(&total, image + AT, 4);
	for (uint32_t wrong = 0; wrong < total; wrong++) {
		memcpy(image + AT, &wrong, 4);
		assert_non_null(parse(false));
	}
	total = UINT32_MAX;
	memcpy(image + AT, &total, 4);
	expect_multiboot2("size makes no sense");
}

static void test_multiboot2_tags(void **state)
{
	static const uint32_t backwards[] = { 0x2000, 0x1000 };
	static const uint64_t odd_entries[] = { 20, 0, 0, 0 };

	put32(0);
	put32(0);
	put_tag(3, backwards, sizeof(backwards));
	finish_multiboot2();
	expect_multiboot2("module");

	setup(NULL);
	put32(0);
	put32(0);
	put_tag(6, odd_entries, sizeof(odd_entries));
	finish_multiboot2();
	expect_multiboot2("memory map");

	setup(NULL);
	put32(0);
	put32(0);
	put32(1);
	put32(7); /* shorter than its own head */
	finish_multiboot2();
	expect_multiboot2("tag");
}

/* A framebuffer that cannot be used is dropped, and the boot goes on. */
static void test_multiboot2_framebuffers(void **state)
{
	static const struct {
		uint32_t pitch;
		uint8_t bits, kind, red_shift;
		enum boot_screen result;
	} cases[] = {
		{ 3200, 32, 1, 16, BOOT_SCREEN_RGB },
		{ 3199, 32, 1, 16, BOOT_SCREEN_NONE },
		{ 2400, 24, 1, 16, BOOT_SCREEN_RGB },
		{ 3200, 13, 1, 8, BOOT_SCREEN_NONE },
		{ 3200, 32, 1, 25, BOOT_SCREEN_NONE },
		{ 3200, 32, 0, 16, BOOT_SCREEN_NONE },
		{ 1600, 16, 2, 0, BOOT_SCREEN_TEXT },
		{ 3200, 32, 9, 16, BOOT_SCREEN_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(NULL);
		put32(0);
		put32(0);
		put_framebuffer(cases[i].pitch, cases[i].bits, cases[i].kind,
				cases[i].red_shift);
		finish_multiboot2();
		assert_null(parse(false));
		assert_int_equal(info.framebuffer.kind, cases[i].result);
	}
}

static void make_pvh(void)
{
	uint32_t map = AT + 64, modules = map + 48, text = modules + 32;

	put32(0x336ec578);
	put32(1); /* version */
	put32(0);
	put32(1); /* modules */
	put64(modules);
	put64(text);
	put64(0xf5a00); /* RSDP */
	put64(map);
	put32(2); /* ranges */
	put32(0);
	end = map;
	put64(0);
	put64(0x9fc00);
	put64(1);
	put64(0x100000);
	put64(0x300000);
	put64(1);
	put64(0x180000);
	put64(0x2000);
	put64(text);
	put64(0);
	put("run=\"help\"", 11);
	end += 64; /* names are read in one piece */
}

static void test_pvh(void **state)
{
	make_pvh();
	assert_null(parse(true));
	assert_string_equal(info.protocol, "pvh");
	assert_string_equal(info.cmdline, "run=\"help\"");
	assert_int_equal(info.rsdp, 0xf5a00);
	assert_int_equal(info.memory_count, 2);
	assert_int_equal(info.memory[0].size, 0x9fc00);
	assert_int_equal(info.module_count, 1);
	assert_int_equal(info.modules[0].size, 0x2000);
	assert_string_equal(info.modules[0].name, "run=\"help\"");
}

static void damage(uint32_t offset, uint64_t value, size_t size)
{
	setup(NULL);
	make_pvh();
	memcpy(image + AT + offset, &value, size);
}

static void test_pvh_damage(void **state)
{
	damage(0, 1, 4); /* magic */
	assert_non_null(parse(true));
	damage(4, 0, 4); /* version 0 has no memory map */
	assert_null(parse(true));
	assert_int_equal(info.memory_count, 0);
	damage(12, 1000, 4); /* modules */
	assert_non_null(parse(true));
	damage(16, UINT64_MAX - 3, 8); /* their list */
	assert_non_null(parse(true));
	damage(24, UINT64_MAX, 8); /* the command line */
	assert_non_null(parse(true));
	damage(40, 1ULL << 60, 8); /* the memory map */
	assert_non_null(parse(true));
	damage(48, UINT32_MAX, 4); /* its length */
	assert_non_null(parse(true));
}

/* Random damage: an answer, and no access outside. */
static void test_random_damage(void **state)
{
	srand(2);
	for (unsigned round = 0; round < 20000; round++) {
		bool pvh = round % 2;
		unsigned changes = 1 + rand() % 6;

		setup(NULL);
		if (pvh)
			make_pvh();
		else
			make_multiboot2();
		if (rand() % 4 == 0)
			end = AT + rand() % (end - AT) + 1;
		for (unsigned i = 0; i < changes; i++)
			image[AT + rand() % (end - AT)] = rand();
		(void)parse(pvh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_multiboot2, setup),
		cmocka_unit_test_setup(test_multiboot2_totals, setup),
		cmocka_unit_test_setup(test_multiboot2_tags, setup),
		cmocka_unit_test_setup(test_multiboot2_framebuffers, setup),
		cmocka_unit_test_setup(test_pvh, setup),
		cmocka_unit_test_setup(test_pvh_damage, setup),
		cmocka_unit_test_setup(test_random_damage, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
