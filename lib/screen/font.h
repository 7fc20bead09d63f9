/*
 * font.h: the font of text on framebuffers, 8 x 16 pixels, from a package of Debian's
 * (see scripts/font.py).
 */
#ifndef LIB_SCREEN_FONT_H
#define LIB_SCREEN_FONT_H

#include "lib/base.h"

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16 };

/* FONT_HEIGHT lines of 8 pixels, the leftmost in the top bit; NULL: there is no glyph. */
const uint8_t *font_glyph(uint32_t code);

#endif
