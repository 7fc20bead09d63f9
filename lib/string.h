/*
 * string.h: memory and string functions with their C11 meaning (7.24), and the
 * few of our own. On the host the C library has the former. Pure; any context.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "lib/base.h"

#if __STDC_HOSTED__
#include <string.h>
#else
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
#endif

/*
 * Copies src into dst, a buffer of size bytes, and always ends it with a NUL
 * (size 0: nothing is written). Returns the length of src, or -E2BIG when it was
 * cut; where a cut copy will do, the result may be ignored.
 */
ssize_t str_copy(char *dst, const char *src, size_t size);
/* Zeroes n bytes that held a secret, even if nothing reads them any more. */
void mem_wipe(void *p, size_t n);
/* s begins with prefix. */
bool str_starts_with(const char *s, const char *prefix);

#endif
