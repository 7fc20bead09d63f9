/*
 * pic.c: the two 8259A interrupt controllers (Intel 8259A data sheet), as the PC wires
 * them: the second hangs on line 2 of the first. The firmware leaves them on the
 * vectors of exceptions; they are moved and masked even where they are not used.
 */
#include "kernel/x86/io.h"
#include "kernel/x86/irqchip_parts.h"

enum {
	FIRST_COMMAND = 0x20,
	FIRST_DATA = 0x21,
	SECOND_COMMAND = 0xa0,
	SECOND_DATA = 0xa1,
	ICW1_INIT = 0x11, /* edge triggered, cascaded, ICW4 follows */
	ICW4_8086 = 0x01,
	CASCADE = 2,
	OCW2_END = 0x60, /* specific: plus the line */
	OCW3_READ_ISR = 0x0b,
	ALL = 0xff,
};

static uint16_t masks = 0xffff & ~(1 << CASCADE);

bool pic_init(unsigned first)
{
	bool present;

	out8(FIRST_COMMAND, ICW1_INIT);
	out8(SECOND_COMMAND, ICW1_INIT);
	out8(FIRST_DATA, (uint8_t)first);
	out8(SECOND_DATA, (uint8_t)(first + 8));
	out8(FIRST_DATA, 1 << CASCADE);
	out8(SECOND_DATA, CASCADE);
	out8(FIRST_DATA, ICW4_8086);
	out8(SECOND_DATA, ICW4_8086);
	/* Where there is no chip, reads give all ones or the last value on the bus. */
	out8(FIRST_DATA, ALL & ~(1 << CASCADE));
	out8(SECOND_DATA, ALL);
	present = in8(FIRST_DATA) == (ALL & ~(1 << CASCADE)) && in8(SECOND_DATA) == ALL;
	out8(FIRST_DATA, ALL);
	return present;
}

void pic_set_mask(unsigned isa, bool masked)
{
	if (masked)
		masks |= 1 << isa;
	else
		masks &= ~(1 << isa);
	out8(FIRST_DATA, (uint8_t)masks);
	out8(SECOND_DATA, (uint8_t)(masks >> 8));
}

void pic_end(unsigned isa)
{
	if (isa >= 8)
		out8(SECOND_COMMAND, OCW2_END | (isa - 8));
	out8(FIRST_COMMAND, OCW2_END | (isa >= 8 ? CASCADE : isa));
}

/* Noise shows as line 7 of a controller whose in-service bit is not set. */
bool pic_is_spurious(unsigned isa)
{
	uint16_t port = isa >= 8 ? SECOND_COMMAND : FIRST_COMMAND;

	if (isa % 8 != 7)
		return false;
	out8(port, OCW3_READ_ISR);
	if (in8(port) & 1 << 7)
		return false;
	if (isa >= 8)
		out8(FIRST_COMMAND, OCW2_END | CASCADE);
	return true;
}
