/*
 * ps2.c: the PC's keyboard controller (Intel 8042) with a keyboard behind it.
 *
 * The controller translates to scan code set 1, as every BIOS leaves it. Nothing here
 * waits for the keyboard: what it answers to commands comes as interrupts, between the
 * keys. The controller itself is waited for in bounded loops.
 *
 * Invariant: after start-up only the interrupt handler touches the state below.
 */
#include "drivers/input/keymap.h"
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/random.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"

enum {
	PORT_DATA = 0x60,
	PORT_STATUS = 0x64,
	PORT_COMMAND = 0x64,
	STATUS_OUTPUT = 0x01,  /* a byte for us */
	STATUS_INPUT = 0x02,   /* the last byte for it is not yet taken */
	STATUS_MOUSE = 0x20,   /* the byte is the second port's */
	STATUS_NOTHING = 0xff, /* no controller decodes the port */

	COMMAND_READ_CONFIG = 0x20,
	COMMAND_WRITE_CONFIG = 0x60,
	COMMAND_MOUSE_OFF = 0xa7,
	COMMAND_KEYBOARD_OFF = 0xad,
	COMMAND_KEYBOARD_ON = 0xae,

	CONFIG_KEYBOARD_IRQ = 0x01,
	CONFIG_MOUSE_IRQ = 0x02,
	CONFIG_KEYBOARD_OFF = 0x10,
	CONFIG_MOUSE_OFF = 0x20,
	CONFIG_TRANSLATE = 0x40,

	KEYBOARD_SET_LEDS = 0xed,
	KEYBOARD_ENABLE = 0xf4,
	KEYBOARD_ACK = 0xfa,
	KEYBOARD_RESEND = 0xfe,

	IRQ_KEYBOARD = 1,
	POLLS = 10000,	/* of the status port: 10 ms or less */
	FLUSH_MAX = 64, /* bytes that a controller may have kept */
};

/* What the keyboard was told last and will acknowledge. */
enum led_step {
	LEDS_IDLE,
	LEDS_COMMAND, /* KEYBOARD_SET_LEDS is sent */
	LEDS_VALUE,   /* its value is sent */
};

static struct keymap keymap;
static uint8_t leds_shown;
static enum led_step led_step;

static bool wait_writable(void)
{
	for (unsigned i = 0; i < POLLS; i++) {
		if (!(in8(PORT_STATUS) & STATUS_INPUT))
			return true;
	}
	return false;
}

static int send_command(uint8_t command)
{
	if (!wait_writable())
		return -ENODEV;
	out8(PORT_COMMAND, command);
	return 0;
}

static int send_data(uint8_t byte)
{
	if (!wait_writable())
		return -ENODEV;
	out8(PORT_DATA, byte);
	return 0;
}

static int read_config(uint8_t *config)
{
	int error = send_command(COMMAND_READ_CONFIG);

	if (error)
		return error;
	for (unsigned i = 0; i < POLLS; i++) {
		if (in8(PORT_STATUS) & STATUS_OUTPUT) {
			*config = in8(PORT_DATA);
			return 0;
		}
	}
	return -ENODEV;
}

static int write_config(uint8_t config)
{
	int error = send_command(COMMAND_WRITE_CONFIG);

	return error ? error : send_data(config);
}

static void flush(void)
{
	for (unsigned i = 0; i < FLUSH_MAX && (in8(PORT_STATUS) & STATUS_OUTPUT); i++)
		(void)in8(PORT_DATA);
}

/* Tells the keyboard what its lights should be; the rest follows when it acknowledges. */
static void update_leds(void)
{
	if (led_step == LEDS_IDLE && keymap.locks != leds_shown &&
	    !send_data(KEYBOARD_SET_LEDS))
		led_step = LEDS_COMMAND;
}

static void acknowledged(void)
{
	if (led_step == LEDS_COMMAND) {
		leds_shown = keymap.locks;
		led_step = send_data(leds_shown) ? LEDS_IDLE : LEDS_VALUE;
	} else {
		led_step = LEDS_IDLE;
	}
}

static void take(uint8_t code)
{
	struct key_result result;
	uint64_t now = cpu_tsc();

	if (code == KEYBOARD_ACK) {
		acknowledged();
		return;
	}
	if (code == KEYBOARD_RESEND) {
		/* It does not know the command: lights are not worth another try. */
		leds_shown = keymap.locks;
		led_step = LEDS_IDLE;
		return;
	}
	random_add(&now, sizeof(now));
	keymap_feed(&keymap, code, &result);
	if (result.len > 0)
		input_bytes(result.bytes, result.len);
	if (result.is_action)
		input_action(result.action);
	update_leds();
}

static void keyboard_interrupt(void *context)
{
	for (unsigned i = 0; i < FLUSH_MAX; i++) {
		uint8_t status = in8(PORT_STATUS);
		uint8_t code;

		if (!(status & STATUS_OUTPUT))
			break;
		code = in8(PORT_DATA);
		if (!(status & STATUS_MOUSE))
			take(code);
	}
}

/* Quiet: nothing comes from either port, and what was left is gone. */
static int silence(uint8_t *config)
{
	int error;

	if (in8(PORT_STATUS) == STATUS_NOTHING)
		return -ENODEV;
	error = send_command(COMMAND_KEYBOARD_OFF);
	if (!error)
		error = send_command(COMMAND_MOUSE_OFF);
	if (error)
		return error;
	flush();
	return read_config(config);
}

static int ps2_start(void)
{
	uint8_t config = 0, check = 0;
	int error = silence(&config);

	if (error)
		return error;
	config &=
		(uint8_t) ~(CONFIG_MOUSE_IRQ | CONFIG_KEYBOARD_IRQ | CONFIG_KEYBOARD_OFF);
	config |= CONFIG_TRANSLATE | CONFIG_MOUSE_OFF;
	error = write_config(config);
	if (!error)
		error = read_config(&check);
	/* A port that answers anything is no controller. */
	if (error || !(check & CONFIG_TRANSLATE) || (check & CONFIG_KEYBOARD_IRQ))
		return -ENODEV;
	error = irq_request(IRQ_KEYBOARD, keyboard_interrupt, NULL, "keyboard");
	if (error)
		return error;
	error = write_config(config | CONFIG_KEYBOARD_IRQ);
	if (!error)
		error = send_command(COMMAND_KEYBOARD_ON);
	if (!error)
		error = send_data(KEYBOARD_ENABLE);
	if (error)
		irq_release(IRQ_KEYBOARD);
	else
		log_info("keyboard: PS/2, interrupt %u", IRQ_KEYBOARD);
	return error;
}
INIT(INIT_DRIVER, ps2_start);
