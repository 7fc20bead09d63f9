/*
 * printf.h: formatted output after C11 7.21.6.1, without floating point.
 *
 * Flags - 0 + space #; width and precision, also *; lengths hh h l ll z t j;
 * conversions d i u x X o c s p %. A conversion that is none of these is printed
 * literally, and so is all that follows it, since its argument cannot be skipped.
 * Widths, and precisions of numbers, end at 4095. %s of NULL prints "(null)", %p
 * prints 0x and hexadecimal digits. Pure; any context; no allocation.
 */
#ifndef LIB_PRINTF_H
#define LIB_PRINTF_H

#include "lib/base.h"

/* Where output goes: put receives it piece by piece (n > 0, not NUL-terminated). */
struct fmt_sink {
	void (*put)(struct fmt_sink *sink, const char *text, size_t n);
};

/* Formats into the sink; returns the number of bytes put (at most INT32_MAX). */
int fmt_vprint(struct fmt_sink *sink, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
int fmt_print(struct fmt_sink *sink, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Formats into buf, which has room for size bytes, and ends it with a NUL (size
 * 0: writes nothing, buf may be NULL). Returns the length that the whole output
 * has without the NUL: it was cut when that is size or more.
 */
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
	PRINTF_LIKE(3, 0);
int fmt_snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
