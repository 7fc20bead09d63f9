/*
 * canvas.c: draws characters, a line of eight pixels after the other. Pixels of 32 bits,
 * which is what nearly all framebuffers have, are written two at a time.
 */
#include "lib/screen/canvas.h"

/* pairs[b] for the two bits b. */
static void put_line_32(uint8_t *to, uint8_t bits, const uint64_t pairs[4])
{
	uint64_t *out = (uint64_t *)to;

	out[0] = pairs[bits >> 6];
	out[1] = pairs[bits >> 4 & 3];
	out[2] = pairs[bits >> 2 & 3];
	out[3] = pairs[bits & 3];
}

static void put_line(const struct canvas *canvas, uint8_t *to, uint8_t bits,
		     uint32_t foreground, uint32_t background)
{
	for (unsigned i = 0; i < FONT_WIDTH; i++) {
		uint32_t pixel = bits & 0x80u >> i ? foreground : background;

		for (unsigned byte = 0; byte < canvas->pixel_size; byte++)
			*to++ = (uint8_t)(pixel >> 8 * byte);
	}
}

void canvas_put(const struct canvas *canvas, unsigned column, unsigned row,
		const uint8_t *glyph, unsigned from, uint32_t foreground,
		uint32_t background)
{
	const uint64_t f = foreground, b = background;
	const uint64_t pairs[4] = { b | b << 32, b | f << 32, f | b << 32, f | f << 32 };

	for (unsigned line = from; line < FONT_HEIGHT; line++) {
		uint8_t *to = canvas_line(canvas, column, row, line);
		uint8_t bits = glyph ? glyph[line] : 0;

		if (canvas->pixel_size == 4)
			put_line_32(to, bits, pairs);
		else
			put_line(canvas, to, bits, foreground, background);
	}
}
