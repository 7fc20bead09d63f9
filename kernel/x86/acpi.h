/*
 * acpi.h: the few ACPI tables that are read, all checked (signature, length, checksum)
 * and mapped by the direct map. A damaged table is reported and treated as absent.
 */
#ifndef KERNEL_X86_ACPI_H
#define KERNEL_X86_ACPI_H

#include "lib/base.h"

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} PACKED;

/* Finds the root tables from boot_info.rsdp, or by scanning the BIOS areas. */
void acpi_init(void);

/* The table with this signature ("APIC", "HPET", "FACP", ...), or NULL. */
const struct acpi_header *acpi_find(const char signature[4]);

/* What timekeeping asks of the FADT: the power management timer's port, 0 if none. */
uint16_t acpi_pm_timer_port(void);

#endif
