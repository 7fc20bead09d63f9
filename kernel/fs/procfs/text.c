/*
 * text.c: printing into memory, and counting what did not fit.
 */
#include "kernel/fs/procfs/procfs.h"
#include "lib/printf.h"
#include "lib/string.h"

struct text_sink {
	struct fmt_sink sink;
	struct text *text;
};

static void text_put(struct fmt_sink *sink, const char *bytes, size_t n)
{
	struct text *text = container_of(sink, struct text_sink, sink)->text;

	if (text->length < text->size)
		memcpy(text->bytes + text->length, bytes,
		       MIN(n, text->size - text->length));
	text->length += n;
}

/* stack: below text_print, put is text_put */
void text_print(struct text *text, const char *fmt, ...)
{
	struct text_sink sink = { .sink = { .put = text_put }, .text = text };
	va_list args;

	va_start(args, fmt);
	fmt_vprint(&sink.sink, fmt, args);
	va_end(args);
}
