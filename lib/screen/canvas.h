/*
 * canvas.h: characters on a linear framebuffer of direct colours, for the console's
 * driver and for those who have something to say before there is one.
 */
#ifndef LIB_SCREEN_CANVAS_H
#define LIB_SCREEN_CANVAS_H

#include "lib/screen/font.h"

/* Video memory is only written. Who draws keeps to the cells that lie within it. */
struct canvas {
	uint8_t *memory;
	size_t pitch;	     /* bytes from a line to the next */
	unsigned pixel_size; /* bytes, 1 to 4 */
};

/* Where a line of pixels of a character's cell begins. */
static inline uint8_t *canvas_line(const struct canvas *canvas, unsigned column,
				   unsigned row, unsigned line)
{
	return canvas->memory + ((size_t)row * FONT_HEIGHT + line) * canvas->pitch +
	       (size_t)column * FONT_WIDTH * canvas->pixel_size;
}

/* Lines from..FONT_HEIGHT of a glyph, NULL for a blank one; colours are pixels. */
void canvas_put(const struct canvas *canvas, unsigned column, unsigned row,
		const uint8_t *glyph, unsigned from, uint32_t foreground,
		uint32_t background);

#endif
