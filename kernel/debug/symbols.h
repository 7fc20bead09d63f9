/*
 * symbols.h: the kernel's own symbol table: functions by address and by name. Never
 * faults, takes no lock: also for a panic.
 */
#ifndef KERNEL_DEBUG_SYMBOLS_H
#define KERNEL_DEBUG_SYMBOLS_H

#include "lib/base.h"

enum { SYMBOL_NAME_SIZE = 64, SYMBOL_PLACE_SIZE = 88 };

struct symbol {
	char name[SYMBOL_NAME_SIZE];
	uint64_t offset; /* from the function's start */
};

/* The function that holds address; false: none. */
bool symbol_find(uint64_t address, struct symbol *symbol);
/* "function+0x12", or the bare address, in the caller's buffer. */
const char *symbol_place(uint64_t address, char place[SYMBOL_PLACE_SIZE]);
/* The address of a function by name, 0: none. */
uint64_t symbol_address(const char *name);

#endif
