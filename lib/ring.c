/*
 * ring.c: byte rings. The counters put and get run freely and wrap at 2^32; since
 * the size divides that, their low bits are always the places in the storage, and
 * put - get, never more than the size, is what is used.
 */
#include "lib/ring.h"
#include "lib/string.h"

void ring_init(struct ring *ring, void *data, uint32_t size)
{
	*ring = (struct ring){ .data = data, .size = size };
}

size_t ring_put(struct ring *ring, const void *src, size_t n)
{
	size_t at = ring->put & (ring->size - 1);
	size_t first;

	n = MIN(n, ring_space(ring));
	if (n == 0)
		return 0;
	first = MIN(n, ring->size - at);
	memcpy(ring->data + at, src, first);
	memcpy(ring->data, (const uint8_t *)src + first, n - first);
	ring->put += (uint32_t)n;
	return n;
}

size_t ring_peek(const struct ring *ring, size_t skip, void *dst, size_t n)
{
	size_t used = ring_used(ring);
	size_t at = (ring->get + skip) & (ring->size - 1);
	size_t first;

	if (skip >= used || n == 0)
		return 0;
	n = MIN(n, used - skip);
	first = MIN(n, ring->size - at);
	memcpy(dst, ring->data + at, first);
	memcpy((uint8_t *)dst + first, ring->data, n - first);
	return n;
}

size_t ring_skip(struct ring *ring, size_t n)
{
	n = MIN(n, ring_used(ring));
	ring->get += (uint32_t)n;
	return n;
}

size_t ring_get(struct ring *ring, void *dst, size_t n)
{
	return ring_skip(ring, ring_peek(ring, 0, dst, n));
}
