/*
 * framebuffer.c: a text display on a linear framebuffer of direct colours.
 *
 * Video memory is only written, never read, and through a write-combining window: the
 * cells that change are drawn anew (lib/screen). The cursor is an underline; the cell
 * below it is remembered, to draw it again when the cursor leaves.
 */
#include "drivers/video/cp437.h"
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/screen.h"
#include "kernel/mm/vmalloc.h"
#include "lib/errno.h"
#include "lib/screen/canvas.h"
#include "lib/string.h"

enum {
	COLOURS = 16,
	CURSOR_LINES = 2,
	REPLACEMENT = 0xfffd,
};

/* What the VGA's text mode shows, as 0xrrggbb. */
static const uint32_t rgb[COLOURS] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* [I] */
static struct canvas canvas;
static uint32_t colours[COLOURS]; /* as pixels */

/* Under the terminal's lock: the cursor that can be seen. */
static struct {
	bool drawn;
	unsigned column, row;
	struct cell under;
} cursor;

static const uint8_t *glyph_of(const struct cell *cell)
{
	const uint8_t *glyph;

	if (cell->code == 0 || cell->code == ' ')
		return NULL;
	glyph = font_glyph(cell->code);
	if (!glyph && glyph_likeness(cell->code) != '?')
		glyph = font_glyph(glyph_likeness(cell->code));
	return glyph ? glyph : font_glyph(REPLACEMENT);
}

static void draw_cell(unsigned column, unsigned row, const struct cell *cell)
{
	uint32_t foreground = colours[cell->foreground % COLOURS];
	uint32_t background = colours[cell->background % COLOURS];

	canvas_put(&canvas, column, row, glyph_of(cell), 0, foreground, background);
	if (cell->underline)
		canvas_put(&canvas, column, row, NULL, FONT_HEIGHT - 1, background,
			   foreground);
}

static void fb_draw(struct screen *screen, unsigned column, unsigned row,
		    const struct cell *cells, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		draw_cell(column + i, row, &cells[i]);
	if (row == cursor.row && cursor.column >= column && cursor.column < column + n)
		cursor.drawn = false;
}

static void fb_cursor(struct screen *screen, unsigned column, unsigned row,
		      const struct cell *under, bool visible)
{
	bool same = cursor.column == column && cursor.row == row;

	if (cursor.drawn == visible && (!visible || same))
		return;
	if (cursor.drawn)
		draw_cell(cursor.column, cursor.row, &cursor.under);
	cursor.drawn = visible;
	cursor.column = column;
	cursor.row = row;
	cursor.under = *under;
	if (visible)
		canvas_put(&canvas, column, row, NULL, FONT_HEIGHT - CURSOR_LINES, 0,
			   colours[under->foreground % COLOURS]);
}

static bool fb_can_draw(struct screen *screen, uint32_t code)
{
	return font_glyph(code) != NULL;
}

static const struct screen_ops fb_ops = {
	.draw = fb_draw,
	.cursor = fb_cursor,
	.can_draw = fb_can_draw,
};

static struct screen fb_screen = { .name = "fb", .ops = &fb_ops, .utf8 = true };

/* Eight bits of a colour as the framebuffer's field of so many bits. */
static uint32_t field(uint32_t value, unsigned bits, unsigned shift)
{
	value = bits < 8 ? value >> (8 - bits) : value << (bits - 8);
	return value << shift;
}

static void make_colours(const struct boot_framebuffer *fb)
{
	for (unsigned i = 0; i < COLOURS; i++)
		colours[i] = field(rgb[i] >> 16, fb->red_bits, fb->red_shift) |
			     field(rgb[i] >> 8 & 0xff, fb->green_bits, fb->green_shift) |
			     field(rgb[i] & 0xff, fb->blue_bits, fb->blue_shift);
}

/* What a loader says is checked: a wrong geometry must not write elsewhere. */
static bool is_usable(const struct boot_framebuffer *fb)
{
	return fb->kind == BOOT_SCREEN_RGB && fb->bits >= 15 && fb->bits <= 32 &&
	       fb->red_bits <= 16 && fb->green_bits <= 16 && fb->blue_bits <= 16 &&
	       fb->red_shift < 32 && fb->green_shift < 32 && fb->blue_shift < 32 &&
	       fb->width >= 40 * FONT_WIDTH && fb->height >= 10 * FONT_HEIGHT &&
	       fb->pitch / ((fb->bits + 7u) / 8) >= fb->width;
}

static void clear(const struct boot_framebuffer *fb)
{
	for (size_t y = 0; y < fb->height; y++)
		memset(canvas.memory + y * canvas.pitch, 0,
		       (size_t)fb->width * canvas.pixel_size);
}

static int fb_start(void)
{
	const struct boot_framebuffer *fb = screen_of_loader();

	if (!is_usable(fb))
		return -ENODEV;
	canvas.memory = mmio_map_wc(fb->base, (size_t)fb->pitch * fb->height);
	if (!canvas.memory)
		return -ENOMEM;
	canvas.pitch = fb->pitch;
	canvas.pixel_size = (fb->bits + 7u) / 8;
	make_colours(fb);
	fb_screen.columns = MIN(fb->width / FONT_WIDTH, (unsigned)SCREEN_COLUMNS_MAX);
	fb_screen.rows = MIN(fb->height / FONT_HEIGHT, (unsigned)SCREEN_ROWS_MAX);
	clear(fb);
	log_info("fb: %ux%u pixels of %u bits, %ux%u characters", fb->width, fb->height,
		 fb->bits, fb_screen.columns, fb_screen.rows);
	return screen_register(&fb_screen);
}
INIT(INIT_CONSOLE, fb_start);
