/*
 * refcount.h: how many own a thing. The last one to put destroys it. Saturates rather
 * than wraps; going below zero or getting a dead object panics.
 */
#ifndef KERNEL_SYNC_REFCOUNT_H
#define KERNEL_SYNC_REFCOUNT_H

#include <stdatomic.h>
#include "lib/base.h"

struct refcount {
	_Atomic int32_t count;
};

#define REFCOUNT_INIT(n)     \
	{                    \
		.count = (n) \
	}

void refcount_init(struct refcount *ref, int32_t count);
/* The caller owns a reference already. */
void refcount_get(struct refcount *ref);
/* For look-ups: false when the object is on its way out. */
MUST_CHECK bool refcount_try_get(struct refcount *ref);
/* True for the last one, who destroys the object. */
MUST_CHECK bool refcount_put(struct refcount *ref);
int32_t refcount_read(const struct refcount *ref);

#endif
