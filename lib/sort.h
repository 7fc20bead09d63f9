/*
 * sort.h: sorting an array in place, in O(n log n) steps at worst, with neither
 * recursion nor memory of its own. Not stable.
 */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include "lib/base.h"

/*
 * Sorts n elements of size bytes each so that less(b, a, arg) is false for every a
 * in front of b. less must be a strict weak order; if it is not, the elements come
 * out in some order.
 */
void sort(void *base, size_t n, size_t size,
	  bool (*less)(const void *a, const void *b, void *arg), void *arg);

#endif
