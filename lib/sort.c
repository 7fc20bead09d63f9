/*
 * sort.c: heapsort (Williams, 1964). The array's front is a heap: an element's
 * children, at 2i+1 and 2i+2, are not greater than it. The greatest, at 0, goes
 * behind the heap until nothing is left of it.
 */
#include "lib/sort.h"
#include "lib/string.h"

struct array {
	uint8_t *base;
	size_t size;
	bool (*less)(const void *a, const void *b, void *arg);
	void *arg;
};

static uint8_t *element(const struct array *array, size_t i)
{
	return array->base + i * array->size;
}

static bool is_less(const struct array *array, size_t i, size_t j)
{
	return array->less(element(array, i), element(array, j), array->arg);
}

static void swap(const struct array *array, size_t i, size_t j)
{
	uint8_t *a = element(array, i), *b = element(array, j);
	uint8_t buf[32];

	for (size_t left = array->size; left;) {
		size_t n = MIN(left, sizeof(buf));

		memcpy(buf, a, n);
		memcpy(a, b, n);
		memcpy(b, buf, n);
		a += n;
		b += n;
		left -= n;
	}
}

/* Element i of a heap of n may be too small: lets it sink to its place. */
static void sink(const struct array *array, size_t i, size_t n)
{
	while (i < n / 2) {
		size_t child = 2 * i + 1;

		if (child + 1 < n && is_less(array, child, child + 1))
			child++;
		if (!is_less(array, i, child))
			return;
		swap(array, i, child);
		i = child;
	}
}

void sort(void *base, size_t n, size_t size,
	  bool (*less)(const void *a, const void *b, void *arg), void *arg)
{
	struct array array = { .base = base, .size = size, .less = less, .arg = arg };

	for (size_t i = n / 2; i > 0; i--)
		sink(&array, i - 1, n);
	for (; n > 1; n--) {
		swap(&array, 0, n - 1);
		sink(&array, 0, n - 1);
	}
}
