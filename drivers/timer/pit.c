/*
 * pit.c: the 8254 interval timer (Intel 231164): channel 0 as the alarm of machines
 * without a local APIC, in mode 0 (one interrupt at the end of the count), channel 2 as
 * a counter to calibrate others with (mode 2, never read as the clock: it wraps after
 * 55 ms).
 */
#include "kernel/dev/init.h"
#include "kernel/dev/irq.h"
#include "kernel/time/clock.h"
#include "kernel/time/scale.h"
#include "kernel/time/timer.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"

enum pit_port {
	PIT_CHANNEL_0 = 0x40,
	PIT_CHANNEL_2 = 0x42,
	PIT_COMMAND = 0x43,
	PORT_B = 0x61, /* channel 2's gate, and the speaker */
};

enum {
	PIT_HZ = 1193182,
	PIT_COUNT_MAX = 0xffff,
	PIT_LINE = 0,
	/* Commands: channel, both bytes of the count, mode. */
	COMMAND_ALARM = 0 << 6 | 3 << 4 | 0 << 1,
	COMMAND_COUNTER = 2 << 6 | 3 << 4 | 2 << 1,
	COMMAND_LATCH = 2 << 6,
	PORT_B_GATE = 1 << 0,
	PORT_B_SPEAKER = 1 << 1,
};

static uint64_t ticks_per_ns; /* fixed point */

static uint64_t pit_read(void)
{
	unsigned low, high;

	out8(PIT_COMMAND, COMMAND_LATCH);
	low = in8(PIT_CHANNEL_2);
	high = in8(PIT_CHANNEL_2);
	return PIT_COUNT_MAX - (high << 8 | low); /* it counts down */
}

static struct clock_source source = {
	.name = "pit",
	.read = pit_read,
	.mask = PIT_COUNT_MAX,
	.hz = PIT_HZ,
	.rating = 100,
};

static void pit_interrupt(void *context)
{
	timer_interrupt();
}

static int pit_start(struct clock_event *event)
{
	out8(PIT_COMMAND, COMMAND_ALARM); /* no count: silent until the first alarm */
	return irq_request(PIT_LINE, pit_interrupt, NULL, "pit");
}

static void pit_set(uint64_t ns)
{
	uint64_t ticks = scale_apply(ticks_per_ns, ns) + 1;
	unsigned count = (unsigned)MIN(ticks, (uint64_t)PIT_COUNT_MAX);

	out8(PIT_COMMAND, COMMAND_ALARM);
	out8(PIT_CHANNEL_0, (uint8_t)count);
	out8(PIT_CHANNEL_0, (uint8_t)(count >> 8));
}

static struct clock_event event = {
	.name = "pit",
	.start = pit_start,
	.set = pit_set,
	.min_ns = 2 * NSEC_PER_SEC / PIT_HZ,
	.max_ns = PIT_COUNT_MAX * (NSEC_PER_SEC / PIT_HZ),
	.rating = 100,
};

static int pit_init(void)
{
	ticks_per_ns = scale_factor(NSEC_PER_SEC, PIT_HZ);
	out8(PORT_B, (uint8_t)((in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE));
	out8(PIT_COMMAND, COMMAND_COUNTER);
	out8(PIT_CHANNEL_2, 0); /* 65536 */
	out8(PIT_CHANNEL_2, 0);
	clock_source_register(&source);
	clock_event_register(&event);
	return 0;
}

INIT(INIT_CLOCK, pit_init);
