/*
 * keymap.c: the US layout. A code below 0x80 is a key going down, with the top bit set
 * the same key going up; keys that the first PC did not have come with 0xe0 in front.
 */
#include "drivers/input/keymap.h"
#include "lib/string.h"

enum {
	PREFIX_EXTENDED = 0xe0,
	PREFIX_PAUSE = 0xe1, /* two more codes follow, down and up */
	RELEASED = 0x80,
	ESC = 0x1b,
	DEL = 0x7f,
};

enum scan_code {
	SCAN_ESCAPE = 0x01,
	SCAN_BACKSPACE = 0x0e,
	SCAN_TAB = 0x0f,
	SCAN_ENTER = 0x1c,
	SCAN_CTRL = 0x1d,
	SCAN_SHIFT_LEFT = 0x2a,
	SCAN_SLASH = 0x35,
	SCAN_SHIFT_RIGHT = 0x36,
	SCAN_ALT = 0x38,
	SCAN_CAPS = 0x3a,
	SCAN_F1 = 0x3b,
	SCAN_F10 = 0x44,
	SCAN_NUM = 0x45,
	SCAN_PAD_FIRST = 0x47,
	SCAN_PAGE_UP = 0x49,
	SCAN_PAGE_DOWN = 0x51,
	SCAN_PAD_LAST = 0x53,
	SCAN_F11 = 0x57,
	SCAN_F12 = 0x58,
};

enum held {
	HELD_SHIFT_LEFT = 1 << 0,
	HELD_SHIFT_RIGHT = 1 << 1,
	HELD_SHIFT = HELD_SHIFT_LEFT | HELD_SHIFT_RIGHT,
	HELD_CTRL_LEFT = 1 << 2,
	HELD_CTRL_RIGHT = 1 << 3,
	HELD_CTRL = HELD_CTRL_LEFT | HELD_CTRL_RIGHT,
	HELD_ALT_LEFT = 1 << 4,
	HELD_ALT_RIGHT = 1 << 5,
	HELD_ALT = HELD_ALT_LEFT | HELD_ALT_RIGHT,
};

/* Characters by code from 0 on; a NUL: no character. */
static const char plain[] =
	"\0\033"
	"1234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\033"
	"!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
/* The key beside the left Shift of keyboards with 102 keys. */
enum { SCAN_102ND = 0x56 };
/* The number pad from SCAN_PAD_FIRST on. */
static const char pad[] = "789-456+1230.";
/* What these keys mean otherwise: a letter of ESC [ letter, a number of ESC [ n ~. */
static const uint8_t pad_functions[] = { 'H', 'A', 5,	0, 'D', 'E', 'C',
					 0,   'F', 'B', 6, 2,	3 };
/* F5 to F12 are ESC [ n ~. */
static const uint8_t function_numbers[] = { 15, 17, 18, 19, 20, 21, 23, 24 };

static void add(struct key_result *result, char byte)
{
	if (result->len < sizeof(result->bytes))
		result->bytes[result->len++] = byte;
}

static void add_number(struct key_result *result, unsigned n)
{
	if (n >= 10)
		add(result, (char)('0' + n / 10));
	add(result, (char)('0' + n % 10));
}

/* xterm's parameter for the modifiers, 1 for none. */
static unsigned modifiers(const struct keymap *map)
{
	return 1 + (map->held & HELD_SHIFT ? 1 : 0) + (map->held & HELD_ALT ? 2 : 0) +
	       (map->held & HELD_CTRL ? 4 : 0);
}

/* ESC [ letter, ESC [ n ~, with modifiers ESC [ 1 ; m letter, ESC [ n ; m ~. */
static void function(const struct keymap *map, struct key_result *result, uint8_t which)
{
	unsigned m = modifiers(map);
	bool letter = which >= 'A';

	add(result, ESC);
	/* F1 to F4 alone are ESC O P to S. */
	add(result, m == 1 && which >= 'P' ? 'O' : '[');
	if (!letter)
		add_number(result, which);
	else if (m > 1)
		add(result, '1');
	if (m > 1) {
		add(result, ';');
		add_number(result, m);
	}
	add(result, letter ? (char)which : '~');
}

/* What Ctrl makes of a character; those that it does not change stay. */
static char control(char c)
{
	static const char from[] = " 2@345678/?",
			  to[] = "\0\0\0\033\034\035\036\037\177\037\177";
	const char *found;

	if ((c >= 'a' && c <= 'z') || (c >= '[' && c <= '_') || (c >= 'A' && c <= 'Z'))
		return c & 0x1f;
	if (c == '-')
		return 0x1f;
	found = strchr(from, c);
	return found && c ? to[found - from] : c;
}

static void character(const struct keymap *map, struct key_result *result, char c)
{
	if (map->held & HELD_CTRL)
		c = control(c);
	if (map->held & HELD_ALT)
		add(result, ESC);
	add(result, c);
}

/* Shift and caps lock on a key that has a character. */
static char layout(const struct keymap *map, uint8_t code)
{
	bool shift = map->held & HELD_SHIFT;
	char c = plain[code];

	if ((map->locks & LED_CAPS) && c >= 'a' && c <= 'z')
		shift = !shift;
	return shift ? shifted[code] : c;
}

static uint8_t modifier_of(uint8_t code, bool extended)
{
	switch (code) {
	case SCAN_SHIFT_LEFT:
		return HELD_SHIFT_LEFT;
	case SCAN_SHIFT_RIGHT:
		return HELD_SHIFT_RIGHT;
	case SCAN_CTRL:
		return extended ? HELD_CTRL_RIGHT : HELD_CTRL_LEFT;
	case SCAN_ALT:
		return extended ? HELD_ALT_RIGHT : HELD_ALT_LEFT;
	default:
		return 0;
	}
}

static void toggle(struct keymap *map, uint8_t led, bool down)
{
	if (down && !(map->lock_held & led))
		map->locks ^= led;
	if (down)
		map->lock_held |= led;
	else
		map->lock_held &= (uint8_t)~led;
}

/* Modifiers and locks; true: it was one. */
static bool state_key(struct keymap *map, uint8_t code, bool extended, bool down)
{
	uint8_t modifier = modifier_of(code, extended);

	if (!extended && (code == SCAN_CAPS || code == SCAN_NUM)) {
		toggle(map, code == SCAN_CAPS ? LED_CAPS : LED_NUM, down);
		return true;
	}
	if (!modifier)
		return false;
	/* With 0xe0 they are no Shift: some keyboards send them around other keys. */
	if (extended && (modifier & HELD_SHIFT))
		return true;
	if (down)
		map->held |= modifier;
	else
		map->held &= (uint8_t)~modifier;
	return true;
}

/* The keys of the number pad, and their doubles with 0xe0 beside it. */
static void pad_key(const struct keymap *map, struct key_result *result, uint8_t code,
		    bool extended)
{
	unsigned i = code - SCAN_PAD_FIRST;
	bool number = !extended && (map->locks & LED_NUM) && !(map->held & HELD_SHIFT);

	if (number || pad_functions[i] == 0) {
		if (!extended)
			character(map, result, pad[i]);
	} else if ((map->held & HELD_SHIFT) &&
		   (code == SCAN_PAGE_UP || code == SCAN_PAGE_DOWN)) {
		result->is_action = true;
		result->action =
			code == SCAN_PAGE_UP ? INPUT_SCROLL_UP : INPUT_SCROLL_DOWN;
	} else {
		function(map, result, pad_functions[i]);
	}
}

static void function_key(const struct keymap *map, struct key_result *result,
			 uint8_t code)
{
	unsigned i = code <= SCAN_F10 ? code - SCAN_F1 : code - SCAN_F11 + 10u;

	function(map, result, i < 4 ? (uint8_t)('P' + i) : function_numbers[i - 4]);
}

static void key_down(const struct keymap *map, uint8_t code, bool extended,
		     struct key_result *result)
{
	if (code >= SCAN_PAD_FIRST && code <= SCAN_PAD_LAST) {
		pad_key(map, result, code, extended);
	} else if (extended) {
		/* Of the others only these two, on the number pad, have a character. */
		if (code == SCAN_ENTER || code == SCAN_SLASH)
			character(map, result, plain[code]);
	} else if ((code >= SCAN_F1 && code <= SCAN_F10) || code == SCAN_F11 ||
		   code == SCAN_F12) {
		function_key(map, result, code);
	} else if (code == SCAN_TAB && (map->held & HELD_SHIFT)) {
		add(result, ESC);
		add(result, '[');
		add(result, 'Z');
	} else if (code == SCAN_102ND) {
		character(map, result, map->held & HELD_SHIFT ? '>' : '<');
	} else if (code < sizeof(plain) - 1 && plain[code]) {
		character(map, result, layout(map, code));
	}
}

void keymap_feed(struct keymap *map, uint8_t code, struct key_result *result)
{
	bool extended = map->extended;
	bool down = !(code & RELEASED);

	*result = (struct key_result){ .len = 0 };
	if (map->skip > 0) {
		map->skip--;
		return;
	}
	if (code == PREFIX_EXTENDED || code == PREFIX_PAUSE) {
		map->extended = code == PREFIX_EXTENDED;
		map->skip = code == PREFIX_PAUSE ? 2 : 0;
		return;
	}
	map->extended = false;
	code &= RELEASED - 1;
	if (state_key(map, code, extended, down) || !down)
		return;
	key_down(map, code, extended, result);
}
