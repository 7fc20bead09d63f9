/*
 * cp437.h: Unicode for the fonts of the PC's display adapters.
 */
#ifndef DRIVERS_VIDEO_CP437_H
#define DRIVERS_VIDEO_CP437_H

#include "lib/base.h"

/* Code page 437's glyph for a code point; -1: it has none. */
int cp437_glyph(uint32_t code);
/* A code point of ASCII or code page 437 that looks alike; '?' where nothing does. */
uint32_t glyph_likeness(uint32_t code);

#endif
