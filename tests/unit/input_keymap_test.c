/*
 * input_keymap_test.c: what keys become: characters, modifiers, locks, sequences, and
 * that no stream of codes makes trouble.
 */
// link: drivers/input/keymap.c
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "drivers/input/keymap.h"

/* Feeds codes and expects the bytes of the last one that sent any. */
static void keys(struct keymap *map, const char *codes, size_t n, const char *expected,
		 size_t len)
{
	char sent[64];
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		struct key_result result;

		keymap_feed(map, (uint8_t)codes[i], &result);
		assert_true(total + result.len <= sizeof(sent));
		memcpy(sent + total, result.bytes, result.len);
		total += result.len;
	}
	assert_int_equal(total, len);
	assert_memory_equal(sent, expected, len);
}

#define KEYS(map, codes, expected) \
	keys(map, codes, sizeof(codes) - 1, expected, sizeof(expected) - 1)

static void test_characters(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x1e\x9e\x02\x39\x1c\x0e\x0f\x01", "a1 \r\177\t\033");
	KEYS(&map, "\x10\x19\x2c\x35\x2b\x29\x28\x27\x56", "qpz/\\`';<");
	/* A key that is held repeats. */
	KEYS(&map, "\x1e\x1e\x1e\x9e", "aaa");
}

static void test_shift(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x2a\x1e\x02\x2b\x28\x56\x0f\xaa\x1e", "A!|\">\033[Za");
	KEYS(&map, "\x36\x32\xb6\x32", "Mm");
	/* Both Shifts down and one up: still shifted. */
	KEYS(&map, "\x2a\x36\xaa\x1e\xb6\x1e", "Aa");
}

static void test_caps(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x3a\x3a\xba\x1e\x02\x2a\x1e\x02\xaa", "A1a!");
	assert_int_equal(map.locks, LED_CAPS);
	KEYS(&map, "\x3a\xba\x1e", "a");
	assert_int_equal(map.locks, 0);
}

static void test_control(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x1d\x2e\x20\x16\x1a\x2b\x1b\x39\x9d\x2e",
	     "\003\004\025\033\034\035\0c");
	KEYS(&map, "\xe0\x1d\x2e\xe0\x9d\x2e", "\003c");
	KEYS(&map, "\x1d\x2a\x1e\x07\x0c\xaa\x9d", "\001\036\037");
}

static void test_alt(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x38\x30\xb8\x30", "\033bb");
	KEYS(&map, "\x38\x1d\x30\x9d\xb8", "\033\002");
}

static void test_functions(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\xe0\x48\xe0\xc8\xe0\x50\xe0\x4b\xe0\x4d",
	     "\033[A\033[B\033[D\033[C");
	KEYS(&map, "\xe0\x47\xe0\x4f\xe0\x52\xe0\x53", "\033[H\033[F\033[2~\033[3~");
	KEYS(&map, "\xe0\x49\xe0\x51", "\033[5~\033[6~");
	KEYS(&map, "\x1d\xe0\x4d\x9d", "\033[1;5C");
	KEYS(&map, "\x38\x1d\x2a\xe0\x53\xaa\x9d\xb8", "\033[3;8~");
	KEYS(&map, "\x3b\x3e\x3f\x40\x44\x57\x58",
	     "\033OP\033OS\033[15~\033[17~\033[21~"
	     "\033[23~\033[24~");
	KEYS(&map, "\x2a\x3b\xaa", "\033[1;2P");
}

static void test_pad(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\x47\x48\x4a\x4e\x37\xe0\x1c\xe0\x35", "\033[H\033[A-+*\r/");
	KEYS(&map, "\x45\xc5\x47\x53\x52", "7.0");
	assert_int_equal(map.locks, LED_NUM);
	/* The keys beside the pad do not care, nor do the Shifts some keyboards add. */
	KEYS(&map, "\xe0\x2a\xe0\x47\xe0\xaa", "\033[H");
}

static void test_actions(void **state)
{
	struct keymap map = { 0 };
	struct key_result result;

	keymap_feed(&map, 0x2a, &result);
	keymap_feed(&map, 0xe0, &result);
	keymap_feed(&map, 0x49, &result);
	assert_true(result.is_action && result.len == 0);
	assert_int_equal(result.action, INPUT_SCROLL_UP);
	keymap_feed(&map, 0xe0, &result);
	keymap_feed(&map, 0x51, &result);
	assert_true(result.is_action);
	assert_int_equal(result.action, INPUT_SCROLL_DOWN);
}

static void test_pause(void **state)
{
	struct keymap map = { 0 };

	KEYS(&map, "\xe1\x1d\x45\xe1\x9d\xc5\x1e", "a");
	assert_int_equal(map.locks, 0);
	assert_int_equal(map.held, 0);
}

static void test_noise(void **state)
{
	struct keymap map = { 0 };
	unsigned seed = 7;

	for (unsigned i = 0; i < 200000; i++) {
		struct key_result result;

		seed = seed * 1103515245 + 12345;
		keymap_feed(&map, (uint8_t)(seed >> 16), &result);
		assert_true(result.len <= sizeof(result.bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters), cmocka_unit_test(test_shift),
		cmocka_unit_test(test_caps),	   cmocka_unit_test(test_control),
		cmocka_unit_test(test_alt),	   cmocka_unit_test(test_functions),
		cmocka_unit_test(test_pad),	   cmocka_unit_test(test_actions),
		cmocka_unit_test(test_pause),	   cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("input_keymap", tests, NULL, NULL);
}
