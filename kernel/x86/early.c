/*
 * early.c: words on COM1 and the loader's screen without a driver.
 *
 * The port is set up at the first use. A newline also returns the carriage. The screen,
 * of VGA text or of pixels, is written as far as it reaches, from the top. Pixels are
 * drawn where they are mapped: by boot/ below 4 GiB, by paging_init where the
 * framebuffer has large pages of its own.
 */
#include "kernel/x86/early.h"

#include "kernel/boot_info.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/io.h"
#include "kernel/x86/paging.h"
#include "lib/screen/canvas.h"
#include "lib/string.h"

/* 16550: TI PC16550D data sheet, section 8. */
enum {
	COM1 = 0x3f8,
	UART_DATA = 0,
	UART_INTERRUPTS = 1,
	UART_FIFO = 2,
	UART_LINE = 3,
	UART_STATUS = 5,
	LINE_DIVISOR = 0x80,
	LINE_8N1 = 3,
	STATUS_TX_EMPTY = 0x20,
	POLLS = 100000,
};

enum {
	TEXT_MEMORY = 0xb8000,
	COLUMNS = 80, /* of text memory */
	ROWS = 25,
	WHITE_ON_BLACK = 0x0700,
	WHITE_ON_RED = 0x4f00,
};

static bool ready;
static unsigned column, row;
static uint16_t attribute = WHITE_ON_BLACK; /* of text memory */

static void uart_setup(void)
{
	out8(COM1 + UART_INTERRUPTS, 0);
	out8(COM1 + UART_LINE, LINE_DIVISOR);
	out8(COM1 + UART_DATA, 1); /* 115200 bit/s */
	out8(COM1 + UART_INTERRUPTS, 0);
	out8(COM1 + UART_LINE, LINE_8N1);
	out8(COM1 + UART_FIFO, 7);
}

static void uart_put(char c)
{
	unsigned polls = POLLS;

	while (!(in8(COM1 + UART_STATUS) & STATUS_TX_EMPTY) && --polls)
		;
	out8(COM1 + UART_DATA, (uint8_t)c);
}

static bool is_mapped(const uint8_t *address)
{
	uint64_t phys;
	unsigned flags;

	return paging_lookup(paging_kernel_root(), (uint64_t)address, &phys, &flags);
}

/* All bits of a colour. */
static uint32_t full(unsigned bits, unsigned shift)
{
	return ((1u << bits) - 1) << shift;
}

static void draw_glyph(const struct boot_framebuffer *fb, char c)
{
	const struct canvas canvas = {
		.memory = phys_to_virt(fb->base),
		.pitch = fb->pitch,
		.pixel_size = (fb->bits + 7u) / 8,
	};
	uint32_t white = full(fb->red_bits, fb->red_shift) |
			 full(fb->green_bits, fb->green_shift) |
			 full(fb->blue_bits, fb->blue_shift);
	const uint8_t *end = canvas_line(&canvas, column + 1, row, FONT_HEIGHT - 1) - 1;

	if (is_mapped(canvas_line(&canvas, column, row, 0)) && is_mapped(end))
		canvas_put(&canvas, column, row, font_glyph((uint8_t)c), 0, white, 0);
}

static void draw(const struct boot_framebuffer *fb, char c)
{
	volatile uint16_t *cells = phys_to_virt(fb->base);

	if (fb->kind == BOOT_SCREEN_RGB) {
		if ((column + 1) * FONT_WIDTH <= fb->width &&
		    (row + 1) * FONT_HEIGHT <= fb->height)
			draw_glyph(fb, c);
	} else if (column < COLUMNS && row < ROWS) {
		cells[row * COLUMNS + column] = attribute | (uint8_t)c;
	}
}

static void screen_put(char c)
{
	const struct boot_framebuffer *fb = &boot_info.framebuffer;

	if (fb->kind == BOOT_SCREEN_NONE)
		return;
	if (c == '\n') {
		column = 0;
		row++;
	} else if (c != '\r') {
		draw(fb, c);
		column++;
	}
}

void early_write(const char *bytes, size_t len)
{
	if (!ready)
		uart_setup();
	ready = true;
	for (; len > 0; bytes++, len--) {
		if (*bytes == '\n')
			uart_put('\r');
		uart_put(*bytes);
		screen_put(*bytes);
	}
}

void early_print(const char *text)
{
	early_write(text, strlen(text));
}

void boot_fail(const char *message)
{
	struct boot_framebuffer *fb = &boot_info.framebuffer;

	/* Nobody said what the screen is, or not yet: text, if there is one. */
	if (fb->kind == BOOT_SCREEN_NONE)
		*fb = (struct boot_framebuffer){ .kind = BOOT_SCREEN_TEXT,
						 .base = TEXT_MEMORY };
	attribute = WHITE_ON_RED;
	early_print(message);
	while (column < COLUMNS)
		screen_put(' ');
	early_print("\n");
	for (;;)
		cpu_halt();
}
