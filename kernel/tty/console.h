/*
 * console.h: which terminals the log goes to, and which one /dev/console is.
 */
#ifndef KERNEL_TTY_CONSOLE_H
#define KERNEL_TTY_CONSOLE_H

#include "lib/base.h"

struct output;
struct uart;

/* A device came up: a console if the boot parameter says so, or nothing. */
void console_offer(struct output *output);

/* The name that console= gave last among those that exist; NULL: no console at all. */
const char *console_name(void);

#endif
