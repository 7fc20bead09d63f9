/*
 * rdrand.h: the processor's random numbers (Intel SDM volume 1, 7.3.17). Only where
 * cpu_features says that it has them.
 */
#ifndef KERNEL_X86_RDRAND_H
#define KERNEL_X86_RDRAND_H

#include "lib/base.h"

/* False: the generator has none ready now. */
static inline bool cpu_rdrand(uint64_t *out)
{
	bool ready;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(*out), "=qm"(ready) : : "cc");
	return ready;
}

static inline bool cpu_rdseed(uint64_t *out)
{
	bool ready;

	__asm__ volatile("rdseed %0; setc %1" : "=r"(*out), "=qm"(ready) : : "cc");
	return ready;
}

#endif
