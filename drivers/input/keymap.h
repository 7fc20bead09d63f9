/*
 * keymap.h: from the codes of a PC keyboard (scan code set 1) to what a terminal sends:
 * the US layout, modifiers, and xterm's sequences for keys without a character. Pure
 * logic; the caller's lock, or its being the only one, guards a struct keymap.
 */
#ifndef DRIVERS_INPUT_KEYMAP_H
#define DRIVERS_INPUT_KEYMAP_H

#include "kernel/dev/input.h"

enum keymap_leds {
	LED_SCROLL = 1 << 0, /* the bits of the keyboard's own LED command */
	LED_NUM = 1 << 1,
	LED_CAPS = 1 << 2,
};

struct keymap {
	bool extended;	   /* 0xe0 came: the next code is of the second table */
	uint8_t skip;	   /* codes to swallow: the Pause key sends six */
	uint8_t held;	   /* modifier keys that are down */
	uint8_t locks;	   /* LED_CAPS, LED_NUM */
	uint8_t lock_held; /* lock keys that are down: their repetition means nothing */
};

struct key_result {
	char bytes[8];
	uint8_t len; /* 0: nothing to send */
	bool is_action;
	enum input_action action;
};

/* Takes one code. */
void keymap_feed(struct keymap *map, uint8_t code, struct key_result *result);

#endif
