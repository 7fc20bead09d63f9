/*
 * early.c: words on COM1 and the VGA text screen without a driver.
 *
 * The port is set up at the first use. A newline also returns the carriage. The screen
 * is written as far as it reaches, from the top, and only where the loader left text
 * mode.
 */
#include "kernel/x86/early.h"
#include "kernel/boot_info.h"
#include "kernel/x86/io.h"
#include "kernel/x86/layout.h"
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

enum { COLUMNS = 80, ROWS = 25, ATTRIBUTE = 0x0700 };

static bool ready;
static unsigned column, row;

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

static void screen_put(char c)
{
	volatile uint16_t *cells = phys_to_virt(boot_info.framebuffer.base);

	if (c == '\n') {
		column = 0;
		row++;
	} else if (c != '\r' && row < ROWS && column < COLUMNS) {
		cells[row * COLUMNS + column++] = ATTRIBUTE | (uint8_t)c;
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
		if (boot_info.framebuffer.kind == BOOT_SCREEN_TEXT)
			screen_put(*bytes);
	}
}

void early_print(const char *text)
{
	early_write(text, strlen(text));
}
