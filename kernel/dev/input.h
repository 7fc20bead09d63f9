/*
 * input.h: the contract of a keyboard: it hands up the bytes that a terminal would send
 * (UTF-8, ESC sequences for the other keys) and the console's own keys.
 */
#ifndef KERNEL_DEV_INPUT_H
#define KERNEL_DEV_INPUT_H

#include "lib/base.h"

enum input_action {
	INPUT_SCROLL_UP, /* Shift+PageUp: half a screen back */
	INPUT_SCROLL_DOWN,
};

struct input_client {
	void (*bytes)(const char *bytes, size_t len); /* interrupts off */
	void (*action)(enum input_action action);
};

/* Set by tty/; NULL before: keys are dropped. */
void input_set_client(const struct input_client *client);

/* For drivers, from their interrupt. */
void input_bytes(const char *bytes, size_t len);
void input_action(enum input_action action);

#endif
