/*
 * acpi_fadt.h: the fixed description table (ACPI 6.4, 5.2.9), for acpi.c and power.c.
 *
 * It has grown; a field may be read only when the table is long enough, which FADT_HAS
 * asks.
 */
#ifndef KERNEL_X86_ACPI_FADT_H
#define KERNEL_X86_ACPI_FADT_H

#include "kernel/x86/acpi.h"

/* Generic address structure, 5.2.3.2. */
struct acpi_address {
	uint8_t space, bits, offset, access;
	uint64_t address;
} PACKED;

enum acpi_space { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };

struct acpi_fadt {
	struct acpi_header header;
	uint32_t facs, dsdt;
	uint8_t reserved0, profile;
	uint16_t sci;
	uint32_t smi_command;
	uint8_t acpi_enable, acpi_disable, s4bios, pstate_control;
	uint32_t pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control,
		pm_timer;
	uint32_t gpe0, gpe1;
	uint8_t pm1_event_length, pm1_control_length, pm2_control_length, pm_timer_length;
	uint8_t gpe0_length, gpe1_length, gpe1_base, cst_control;
	uint16_t c2_latency, c3_latency, flush_size, flush_stride;
	uint8_t duty_offset, duty_width, day_alarm, month_alarm, century;
	uint16_t boot_flags;
	uint8_t reserved1;
	uint32_t flags;
	struct acpi_address reset;
	uint8_t reset_value;
	uint16_t arm_flags;
	uint8_t minor;
	uint64_t x_facs, x_dsdt;
	struct acpi_address x_pm1a_event, x_pm1b_event, x_pm1a_control, x_pm1b_control;
	struct acpi_address x_pm2_control, x_pm_timer, x_gpe0, x_gpe1;
	struct acpi_address sleep_control, sleep_status;
} PACKED;

enum {
	FADT_V1_SIZE = 116, /* up to flags */
	FADT_RESET_SUPPORTED = 1 << 10,
	FADT_HARDWARE_REDUCED = 1 << 20,
};

/* Whether a FADT reaches to the end of a field. */
#define FADT_HAS(fadt, field)     \
	((fadt)->header.length >= \
	 offsetof(struct acpi_fadt, field) + sizeof((fadt)->field))

/* NULL: there is none. */
const struct acpi_fadt *acpi_fadt(void);
/* The table at an address when it is whole and has this signature, else NULL. */
const struct acpi_header *acpi_table_at(uint64_t phys, const char signature[4]);

#endif
