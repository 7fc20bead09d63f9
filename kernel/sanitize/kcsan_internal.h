/* kcsan_internal.h: between the calls that instrumented code makes and the detector. */
#ifndef KERNEL_SANITIZE_KCSAN_INTERNAL_H
#define KERNEL_SANITIZE_KCSAN_INTERNAL_H

#include "lib/base.h"

enum kcsan_kind {
	KCSAN_READ = 0,
	KCSAN_WRITE = 1 << 0,
	KCSAN_MARKED = 1 << 1, /* volatile or atomic */
};

/*
 * Code at `where`, with the frame pointer `frame`, is about to touch so many bytes: 1,
 * 2, 4 or 8, or any number of them.
 */
void kcsan_access(uint64_t address, uint32_t size, enum kcsan_kind kind, uint64_t where,
		  uint64_t frame);
void kcsan_range(uint64_t address, size_t size, enum kcsan_kind kind, uint64_t where,
		 uint64_t frame);

#endif
