/*
 * random.h: the kernel's random numbers: ChaCha20 with fast key erasure, seeded by
 * what sources add. With the boot parameter seed= every choice follows it instead.
 */
#ifndef KERNEL_DEV_RANDOM_H
#define KERNEL_DEV_RANDOM_H

#include "kernel/mm/usercopy.h"

/* Any context. */
void random_fill(void *buffer, size_t size);
uint64_t random_u64(void);
/*
 * Moves random bytes to a cursor. All of them; fewer when the task is killed or the
 * memory is bad after some, -EINTR or -EFAULT when that comes first. May sleep.
 */
MUST_CHECK ssize_t random_read(struct iter *to);
/* Mixes in bytes that an observer does not know (timing, RDRAND). Any context. */
void random_add(const void *bytes, size_t size);
/* Notes the moment of an event (an interrupt), in a few instructions. Interrupts off. */
void random_add_event(uint64_t what);
/* Whether the boot parameter seed= is in force. */
bool random_is_seeded(uint64_t *seed);
void random_init(void); /* early: RDRAND, RDSEED, TSC */

#endif
