/*
 * hpet.c: the High Precision Event Timer's main counter as a clock source (IA-PC HPET
 * Specification 1.0a). Its comparators are no alarms of the clock's, since every CPU has
 * a timer of its own; one sends the watchdog's NMIs, through the I/O APIC.
 */
#include "kernel/debug/watchdog.h"
#include "kernel/dev/init.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/time/clock.h"
#include "kernel/time/scale.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/paging.h"
#include "lib/errno.h"

enum hpet_register {
	HPET_CAPABILITIES = 0x00,
	HPET_CONFIGURATION = 0x10,
	HPET_COUNTER = 0xf0,
	HPET_TIMER_CONFIGURATION = 0x100, /* the first comparator's */
	HPET_TIMER_COMPARATOR = 0x108,
	HPET_SIZE = 0x400,
};

enum {
	HPET_64_BIT = 1 << 13, /* capabilities */
	HPET_LEGACY_ABLE = 1 << 15,
	HPET_ENABLE = 1 << 0, /* configuration */
	HPET_LEGACY = 1 << 1,
	LEGACY_LINE = 2,
	HPET_TIMER_ENABLE = 1 << 2, /* interrupts; edge-triggered, once */
	HPET_PERIOD_MAX = 100000000,
	ACPI_SPACE_MEMORY = 0,
};

#define FEMTOSECONDS 1000000000000000ULL

/* HPET 1.0a, 3.2.4; the address is an ACPI generic address. */
struct hpet_table {
	struct acpi_header header;
	uint32_t block_id;
	uint8_t space, width, offset, access;
	uint64_t address;
	uint8_t number;
	uint16_t min_tick;
	uint8_t attributes;
} PACKED;

static volatile uint8_t *registers;

static uint64_t read_64(void)
{
	return mmio_read64(registers + HPET_COUNTER);
}

static uint64_t read_32(void)
{
	return mmio_read32(registers + HPET_COUNTER);
}

static struct clock_source source = { .name = "hpet", .rating = 250 };

static uint64_t alarm_ticks; /* of a ns, fixed point */

/*
 * With legacy replacement the first comparator has the PIT's line, which firmware leaves
 * running, for itself (HPET 1.0a, 2.3.5.1); with an I/O APIC nobody else needs it.
 */
static int alarm_start(void)
{
	uint64_t all = HPET_64_BIT | HPET_LEGACY_ABLE;
	int error;

	if ((mmio_read64(registers + HPET_CAPABILITIES) & all) != all)
		return -ENODEV;
	alarm_ticks = scale_factor(NSEC_PER_SEC, source.hz);
	mmio_write64(registers + HPET_TIMER_CONFIGURATION, 0);
	mmio_write64(registers + HPET_CONFIGURATION, HPET_ENABLE | HPET_LEGACY);
	/* Only now: before, the line was the PIT's. */
	error = irqchip_route_nmi(LEGACY_LINE);
	if (error)
		mmio_write64(registers + HPET_CONFIGURATION, HPET_ENABLE);
	return error;
}

static void alarm_set(uint64_t ns)
{
	uint64_t ticks = scale_apply(alarm_ticks, ns);

	/* Off, until the whole of the comparator is written. */
	mmio_write64(registers + HPET_TIMER_CONFIGURATION, 0);
	mmio_write64(registers + HPET_TIMER_COMPARATOR,
		     mmio_read64(registers + HPET_COUNTER) + ticks);
	mmio_write64(registers + HPET_TIMER_CONFIGURATION, HPET_TIMER_ENABLE);
}

static const struct watchdog_alarm alarm = {
	.name = "HPET",
	.start = alarm_start,
	.set = alarm_set,
};

static int hpet_init(void)
{
	const struct hpet_table *table = (const void *)acpi_find("HPET");
	uint64_t capabilities, period;

	if (!table || table->header.length < sizeof(*table) || !table->address ||
	    table->space != ACPI_SPACE_MEMORY)
		return -ENODEV;
	if (paging_is_ram(table->address, HPET_SIZE))
		return -EINVAL;
	registers = mmio_map(table->address, HPET_SIZE);
	if (!registers)
		return -ENOMEM;
	capabilities = mmio_read64(registers + HPET_CAPABILITIES);
	period = capabilities >> 32;
	if (!period || period > HPET_PERIOD_MAX) {
		mmio_unmap((void *)registers);
		return -ENODEV;
	}
	mmio_write64(registers + HPET_CONFIGURATION,
		     mmio_read64(registers + HPET_CONFIGURATION) | HPET_ENABLE);
	source.read = capabilities & HPET_64_BIT ? read_64 : read_32;
	source.mask = capabilities & HPET_64_BIT ? UINT64_MAX : UINT32_MAX;
	source.hz = FEMTOSECONDS / period;
	clock_source_register(&source);
	watchdog_alarm_register(&alarm);
	return 0;
}

INIT(INIT_CLOCK, hpet_init);
