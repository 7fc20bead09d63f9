/*
 * font.c: finds a code point's glyph in the tables that scripts/font.py made.
 */
#include "lib/screen/font.h"

/* Code points first..last have the glyphs from `glyph` on; sorted. */
struct font_range {
	uint16_t first, last, glyph;
};

#define GLYPH(...) { __VA_ARGS__ },
#define RANGE(first_, last_, glyph_)
static const uint8_t glyphs[][FONT_HEIGHT] = {
#include "font.list"
};
#undef GLYPH
#undef RANGE

#define GLYPH(...)
#define RANGE(first_, last_, glyph_) { first_, last_, glyph_ },
static const struct font_range ranges[] = {
#include "font.list"
};

const uint8_t *font_glyph(uint32_t code)
{
	size_t low = 0, high = ARRAY_SIZE(ranges);

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct font_range *range = &ranges[middle];

		if (code < range->first)
			high = middle;
		else if (code > range->last)
			low = middle + 1;
		else
			return glyphs[range->glyph + code - range->first];
	}
	return NULL;
}
