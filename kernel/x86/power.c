/*
 * power.c: how the machine ends: ACPI's sleep state S5 and reset register first, then
 * what PCs and QEMU have had, at last a halt.
 *
 * All addresses are looked up and mapped at boot, so that the end itself needs no memory
 * and no lock.
 */
#include "kernel/x86/power.h"

#include "kernel/debug/log.h"
#include "kernel/x86/acpi_fadt.h"
#include "kernel/x86/aml.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/io.h"
#include "kernel/x86/layout.h"
#include "kernel/x86/smp.h"

#define END_TICKS (1ULL << 32) /* of the TSC: one to four seconds */

enum {
	PM1_SCI_ENABLE = 1 << 0,
	PM1_SLEEP_TYPE_SHIFT = 10, /* ACPI 6.4, table 4.13 */
	PM1_SLEEP_ENABLE = 1 << 13,
	SLEEP_CONTROL_TYPE_SHIFT = 2, /* table 4.17 */
	SLEEP_CONTROL_ENABLE = 1 << 5,
	DEBUG_EXIT = 0xf4,
	QEMU_PIIX_PM1 = 0x604,
	QEMU_OLD_PM1 = 0xb004,
	RESET_CONTROL = 0xcf9,
	RESET_HARD = 0x06,
	KEYBOARD_COMMAND = 0x64,
	KEYBOARD_FULL = 0x02,
	KEYBOARD_RESET = 0xfe,
	KEYBOARD_POLLS = 10000,
};

/* A register of 8 bits in ports or memory. */
struct reg {
	uint16_t port;
	volatile uint8_t *memory; /* NULL: the port counts */
};

/* [I] after boot. */
static struct {
	bool s5_known, s5_reduced, reset_known;
	uint8_t type_a, type_b, reset_value;
	uint16_t pm1a, pm1b; /* control ports */
	struct reg sleep, reset;
} power;

static bool reg_from(const struct acpi_address *address, struct reg *reg)
{
	if (address->address == 0)
		return false;
	if (address->space == ACPI_SPACE_IO && address->address <= UINT16_MAX) {
		reg->port = (uint16_t)address->address;
		return true;
	}
	if (address->space != ACPI_SPACE_MEMORY || address->address >= DIRECT_SIZE)
		return false;
	reg->memory = paging_map_device(address->address, 1);
	return reg->memory != NULL;
}

static void reg_write(const struct reg *reg, uint8_t value)
{
	if (reg->memory)
		*reg->memory = value;
	else
		out8(reg->port, value);
}

static uint16_t port_of(uint32_t port)
{
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

void power_init(void)
{
	const struct acpi_fadt *fadt = acpi_fadt();
	const struct acpi_header *dsdt = NULL;

	if (!fadt)
		return;
	if ((fadt->flags & FADT_RESET_SUPPORTED) && FADT_HAS(fadt, reset_value)) {
		power.reset_value = fadt->reset_value;
		power.reset_known = reg_from(&fadt->reset, &power.reset);
	}
	if (FADT_HAS(fadt, x_dsdt) && fadt->x_dsdt)
		dsdt = acpi_table_at(fadt->x_dsdt, "DSDT");
	if (!dsdt)
		dsdt = acpi_table_at(fadt->dsdt, "DSDT");
	if (!dsdt || !aml_find_s5(dsdt, &power.type_a, &power.type_b)) {
		log_notice("power: ACPI does not say how to power off");
		return;
	}
	if (fadt->flags & FADT_HARDWARE_REDUCED) {
		power.s5_reduced = FADT_HAS(fadt, sleep_control) &&
				   reg_from(&fadt->sleep_control, &power.sleep);
		return;
	}
	power.pm1a = port_of(fadt->pm1a_control);
	power.pm1b = port_of(fadt->pm1b_control);
	power.s5_known = power.pm1a != 0;
	/* Without it the chipset ignores PM1 (ACPI 6.4, 4.8.2.5). */
	if (power.s5_known && fadt->smi_command && fadt->acpi_enable &&
	    !(in16(power.pm1a) & PM1_SCI_ENABLE))
		out8(port_of(fadt->smi_command), fadt->acpi_enable);
}

static uint16_t pm1_sleep(uint8_t type)
{
	return (uint16_t)((type & 7) << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE);
}

/* The machine stops some time after it was told to, and a busy host takes longer. */
static void wait_for_the_end(void)
{
	uint64_t start = cpu_tsc();

	while (cpu_tsc() - start < END_TICKS)
		cpu_relax();
}

static bool ends_run; /* a script's: its result is looked for */

/* From here on nothing runs but the end; a CPU that does not stop cannot keep it up. */
static void end_begins(void)
{
	irq_disable();
	(void)smp_stop_others(NULL);
}

void power_off_ends_run(void)
{
	ends_run = true;
}

void power_off(void)
{
	end_begins();
	if (power.s5_reduced)
		reg_write(&power.sleep,
			  (uint8_t)((power.type_a & 7) << SLEEP_CONTROL_TYPE_SHIFT |
				    SLEEP_CONTROL_ENABLE));
	if (power.s5_known) {
		out16(power.pm1a, pm1_sleep(power.type_a));
		if (power.pm1b)
			out16(power.pm1b, pm1_sleep(power.type_b));
	}
	out16(QEMU_PIIX_PM1, PM1_SLEEP_ENABLE);
	out16(QEMU_OLD_PM1, PM1_SLEEP_ENABLE);
	wait_for_the_end();
	log_err("power: this machine does not power off; halted");
	if (ends_run)
		out8(DEBUG_EXIT, POWER_STATUS_FAILURE);
	cpu_stop();
}

void power_reboot(void)
{
	const struct table_pointer nothing = { 0, 0 };
	unsigned polls = KEYBOARD_POLLS;

	end_begins();
	if (power.reset_known)
		reg_write(&power.reset, power.reset_value);
	out8(RESET_CONTROL, RESET_HARD);
	while ((in8(KEYBOARD_COMMAND) & KEYBOARD_FULL) && --polls)
		cpu_relax();
	out8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	/* A trap without an IDT shuts the processor down, which resets a PC. */
	idt_load(&nothing);
	cpu_trap();
	cpu_stop();
}

void power_exit(enum power_status status)
{
	end_begins();
	out8(DEBUG_EXIT, (uint8_t)status);
	power_off();
}
