/* kasan_internal.h: between the address sanitizer's files. */
#ifndef KERNEL_SANITIZE_KASAN_INTERNAL_H
#define KERNEL_SANITIZE_KASAN_INTERNAL_H

#include "kernel/sanitize/kasan.h"
#include "kernel/x86/shadow.h"

/* An access that was found bad, by code at `where` with the frame pointer `frame`. */
struct kasan_access {
	uint64_t address;
	size_t size;
	bool write;
	uint64_t where, frame;
	uint64_t bad; /* its first byte that may not be touched */
};
void kasan_report(const struct kasan_access *access);

/* The last that was done to a block of pages. */
struct kasan_block {
	uint64_t frame; /* the block's first, plus 1; 0: nothing is known */
	uint32_t order;
	uint32_t when; /* a later one may hold some of an earlier one's pages */
	struct kasan_track allocated, freed;
};
/* The last that an address lay in; false: nobody knows it any more. */
bool kasan_find_block(uint64_t address, struct kasan_block *block);

/* Takes the room that the shadow's maker left. */
void kasan_heap_start(void);

/* A static variable, as the compiler describes it (gcc's asan.c, asan_global_struct). */
struct kasan_global {
	uint64_t start, size, size_with_zone;
	const char *name, *module;
	uint64_t dynamic_init, location, odr;
};
/* The variable whose red zone an address lies in, or NULL. */
const struct kasan_global *kasan_find_global(uint64_t address);

#endif
