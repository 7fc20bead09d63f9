/*
 * ring.h: a first-in-first-out buffer of bytes over the caller's storage, whose
 * size is a power of two. Nothing here waits or locks: the caller's lock protects
 * a ring.
 */
#ifndef LIB_RING_H
#define LIB_RING_H

#include "lib/base.h"

struct ring {
	uint8_t *data;
	uint32_t size;
	uint32_t put; /* counts bytes, and wraps around; put - get are in the ring */
	uint32_t get;
};

/* An empty ring over data; size is a power of two of at most 2^31 bytes. */
void ring_init(struct ring *ring, void *data, uint32_t size);
/* Appends what fits of n bytes; returns how many. */
size_t ring_put(struct ring *ring, const void *src, size_t n);
/* Takes at most n bytes out; returns how many. */
size_t ring_get(struct ring *ring, void *dst, size_t n);
/* Copies at most n bytes, from skip bytes behind the first on, and leaves them in. */
size_t ring_peek(const struct ring *ring, size_t skip, void *dst, size_t n);
/* Drops at most n bytes; returns how many. */
size_t ring_skip(struct ring *ring, size_t n);

static inline size_t ring_used(const struct ring *ring)
{
	return ring->put - ring->get;
}

static inline size_t ring_space(const struct ring *ring)
{
	return ring->size - (ring->put - ring->get);
}

static inline bool ring_is_empty(const struct ring *ring)
{
	return ring->put == ring->get;
}

/* False when the ring is full. */
static inline bool ring_put_byte(struct ring *ring, uint8_t byte)
{
	if (ring_space(ring) == 0)
		return false;
	ring->data[ring->put++ & (ring->size - 1)] = byte;
	return true;
}

/* False when the ring is empty. */
static inline bool ring_get_byte(struct ring *ring, uint8_t *byte)
{
	if (ring_is_empty(ring))
		return false;
	*byte = ring->data[ring->get++ & (ring->size - 1)];
	return true;
}

#endif
