/* depot.h: call stacks, each kept once and named by a number. Any context but NMI. */
#ifndef KERNEL_SANITIZE_DEPOT_H
#define KERNEL_SANITIZE_DEPOT_H

#include "lib/base.h"

enum { DEPOT_DEPTH = 14 };

/* Cleared memory for it, once. Before, and when it is full, every stack is number 0. */
void depot_init(void *memory, size_t size);
uint32_t depot_keep(const uint64_t *addresses, unsigned count);
/* A stack's addresses, at most DEPOT_DEPTH; their number. */
unsigned depot_find(uint32_t stack, uint64_t *addresses);

#endif
