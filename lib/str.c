/*
 * str.c: the string functions that are our own, for the kernel and the host; the
 * C library's are in string.c.
 */
#include "lib/errno.h"
#include "lib/string.h"

ssize_t str_copy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (len < size) {
		memcpy(dst, src, len + 1);
		return (ssize_t)len;
	}
	if (size > 0) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
	}
	return -E2BIG;
}

bool str_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void mem_wipe(void *p, size_t n)
{
	volatile uint8_t *byte = p;

	for (; n; n--)
		*byte++ = 0;
}
