/*
 * vga_text.c: the VGA in its text mode: 16-bit cells of a glyph of code page 437 and two
 * colours (IBM VGA Technical Reference), a cursor drawn by the hardware.
 *
 * Writes only, one for each cell that changes: under an emulator every access to video
 * memory costs as much as a port's.
 */
#include "drivers/video/cp437.h"
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/screen.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"

enum {
	CRTC_INDEX = 0x3d4,
	CRTC_DATA = 0x3d5,
	CRTC_CURSOR_START = 0x0a,
	CRTC_CURSOR_END = 0x0b,
	CRTC_START_HIGH = 0x0c,
	CRTC_START_LOW = 0x0d,
	CRTC_CURSOR_HIGH = 0x0e,
	CRTC_CURSOR_LOW = 0x0f,
	CURSOR_OFF = 0x20,
	CURSOR_FIRST_LINE = 13, /* an underline in a cell of 16 lines */
	CURSOR_LAST_LINE = 14,

	ATTRIBUTE_PORT = 0x3c0,
	ATTRIBUTE_READ = 0x3c1,
	STATUS_PORT = 0x3da, /* reading it makes ATTRIBUTE_PORT expect an index */
	ATTRIBUTE_MODE = 0x10,
	ATTRIBUTE_SHOW = 0x20, /* keep the picture on */
	MODE_BLINK = 0x08,

	TEXT_MEMORY_SIZE = 0x8000,
	UNDERLINE_COLOUR = 3, /* there is no underline in colour: cyan, as on Linux */
	DEFAULT_COLOUR = 7,
};

/* ECMA-48 counts red 1, green 2, blue 4; the VGA blue 1, green 2, red 4. */
static const uint8_t vga_colours[16] = { 0, 4,	2,  6,	1, 5,  3,  7,
					 8, 12, 10, 14, 9, 13, 11, 15 };

static volatile uint16_t *memory; /* [I] */
/* Under the terminal's lock. What the hardware has, so that nothing is written twice. */
static unsigned cursor_position = -1u; /* not known */
static bool cursor_shown;

static void crtc_write(uint8_t index, uint8_t value)
{
	out8(CRTC_INDEX, index);
	out8(CRTC_DATA, value);
}

static uint16_t cell_value(const struct cell *cell)
{
	int glyph = cp437_glyph(cell->code);
	uint8_t foreground = cell->foreground & 15;

	if (cell->code == 0)
		glyph = ' '; /* a wide character's right half */
	if (glyph < 0)
		glyph = cp437_glyph(glyph_likeness(cell->code));
	if (cell->underline && foreground == DEFAULT_COLOUR)
		foreground = UNDERLINE_COLOUR;
	return (uint16_t)((unsigned)glyph | vga_colours[foreground] << 8 |
			  vga_colours[cell->background & 15] << 12);
}

static void vga_draw(struct screen *screen, unsigned column, unsigned row,
		     const struct cell *cells, unsigned n)
{
	volatile uint16_t *to = memory + row * screen->columns + column;

	for (unsigned i = 0; i < n; i++)
		to[i] = cell_value(&cells[i]);
}

static void vga_cursor(struct screen *screen, unsigned column, unsigned row,
		       const struct cell *under, bool visible)
{
	unsigned position = row * screen->columns + column;

	if (position != cursor_position) {
		crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(position >> 8));
		crtc_write(CRTC_CURSOR_LOW, (uint8_t)position);
		cursor_position = position;
	}
	if (visible != cursor_shown) {
		crtc_write(CRTC_CURSOR_START,
			   CURSOR_FIRST_LINE | (visible ? 0 : CURSOR_OFF));
		cursor_shown = visible;
	}
}

static bool vga_can_draw(struct screen *screen, uint32_t code)
{
	return cp437_glyph(code) >= 0;
}

static const struct screen_ops vga_ops = {
	.draw = vga_draw,
	.cursor = vga_cursor,
	.can_draw = vga_can_draw,
};

static struct screen vga_screen = { .name = "vga", .ops = &vga_ops };

/* The attribute's top bit is a bright background rather than blinking. */
static void stop_blinking(void)
{
	uint8_t mode;

	(void)in8(STATUS_PORT);
	out8(ATTRIBUTE_PORT, ATTRIBUTE_MODE | ATTRIBUTE_SHOW);
	mode = in8(ATTRIBUTE_READ);
	(void)in8(STATUS_PORT);
	out8(ATTRIBUTE_PORT, ATTRIBUTE_MODE | ATTRIBUTE_SHOW);
	out8(ATTRIBUTE_PORT, mode & (uint8_t)~MODE_BLINK);
}

static void clear(unsigned cells)
{
	volatile uint32_t *pairs = (volatile uint32_t *)memory;
	const uint32_t blank = ' ' | DEFAULT_COLOUR << 8;

	for (unsigned i = 0; i < cells / 2; i++)
		pairs[i] = blank | blank << 16;
}

/*
 * Where there is no display adapter its ports read as ones. (Its memory tells nothing: it
 * may be ordinary RAM.)
 */
static bool is_there(void)
{
	static const uint8_t probes[] = { 0x5a, 0xa5 };

	for (unsigned i = 0; i < ARRAY_SIZE(probes); i++) {
		crtc_write(CRTC_CURSOR_LOW, probes[i]);
		if (in8(CRTC_DATA) != probes[i])
			return false;
	}
	return true;
}

static int vga_start(void)
{
	const struct boot_framebuffer *fb = screen_of_loader();

	if (fb->kind != BOOT_SCREEN_TEXT || !is_there() ||
	    (size_t)fb->width * fb->height * sizeof(*memory) > TEXT_MEMORY_SIZE)
		return -ENODEV;
	memory = mmio_map(fb->base, TEXT_MEMORY_SIZE);
	if (!memory)
		return -ENOMEM;
	stop_blinking();
	clear(fb->width * fb->height);
	crtc_write(CRTC_START_HIGH, 0);
	crtc_write(CRTC_START_LOW, 0);
	crtc_write(CRTC_CURSOR_START, CURSOR_FIRST_LINE | CURSOR_OFF);
	crtc_write(CRTC_CURSOR_END, CURSOR_LAST_LINE);
	vga_screen.columns = fb->width;
	vga_screen.rows = fb->height;
	return screen_register(&vga_screen);
}
INIT(INIT_CONSOLE, vga_start);
