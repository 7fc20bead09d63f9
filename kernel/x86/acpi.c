/*
 * acpi.c: finding ACPI's tables: root pointer, root table, tables (ACPI 6.4, chapter 5).
 *
 * All of this is firmware's word, and firmware errs: every table is checked (length,
 * checksum) before use, mapped read-only page by page where the direct map does not
 * show it, and treated as absent when it is damaged.
 */
#include "kernel/x86/acpi.h"

#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/x86/acpi_fadt.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/layout.h"
#include "lib/string.h"

enum {
	TABLES_MAX = 32,
	TABLE_SIZE_MAX = 4 << 20,
	EBDA_SEGMENT = 0x40e, /* the BIOS's word: where its extended data area is */
	EBDA_SIZE = 1024,
	BIOS_START = 0xe0000,
	BIOS_END = 0x100000,
	RSDP_STEP = 16,
};

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	/* since revision 2 */
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum, reserved[3];
} PACKED;

enum { RSDP_V1_SIZE = 20 };

static const struct acpi_header *tables[TABLES_MAX];
static unsigned table_count;

static bool sums_to_zero(const void *bytes, size_t size)
{
	const uint8_t *b = bytes;
	uint8_t sum = 0;

	while (size-- > 0)
		sum += *b++;
	return sum == 0;
}

static bool is_rsdp(const void *bytes, size_t size)
{
	const struct rsdp *rsdp = bytes;

	return size >= RSDP_V1_SIZE && memcmp(rsdp->signature, "RSD PTR ", 8) == 0 &&
	       sums_to_zero(rsdp, RSDP_V1_SIZE);
}

/* The table at a physical address, whole and checked, or NULL. */
static const struct acpi_header *take_table(uint64_t phys)
{
	const struct acpi_header *header = paging_map_firmware(phys, sizeof(*header));

	if (!header)
		return NULL;
	if (header->length < sizeof(*header) || header->length > TABLE_SIZE_MAX ||
	    !paging_map_firmware(phys, header->length) ||
	    !sums_to_zero(header, header->length)) {
		log_warn("acpi: the table at %#llx is damaged and ignored",
			 (unsigned long long)phys);
		return NULL;
	}
	return header;
}

const struct acpi_header *acpi_table_at(uint64_t phys, const char signature[4])
{
	const struct acpi_header *header = take_table(phys);

	return header && memcmp(header->signature, signature, 4) == 0 ? header : NULL;
}

static const struct rsdp *scan(uint64_t from, uint64_t to)
{
	const uint8_t *bytes;

	for (bytes = phys_to_virt(from); from + sizeof(struct rsdp) <= to;
	     from += RSDP_STEP, bytes += RSDP_STEP) {
		if (is_rsdp(bytes, sizeof(struct rsdp)))
			return (const void *)bytes;
	}
	return NULL;
}

/* ACPI 6.4, 5.2.5.1: without a loader's help, in the BIOS's areas. */
static const struct rsdp *find_rsdp(void)
{
	const struct rsdp *rsdp = NULL;
	uint64_t ebda;

	if (is_rsdp(boot_info.rsdp_copy, boot_info.rsdp_size))
		return (const void *)boot_info.rsdp_copy;
	if (boot_info.rsdp) {
		rsdp = paging_map_firmware(boot_info.rsdp, sizeof(*rsdp));
		if (rsdp && is_rsdp(rsdp, sizeof(*rsdp)))
			return rsdp;
		log_warn("acpi: the loader's root pointer is damaged");
	}
	ebda = (uint64_t) * (volatile uint16_t *)phys_to_virt(EBDA_SEGMENT) << 4;
	rsdp = ebda >= 0x80000 && ebda < 0xa0000 - EBDA_SIZE
		       ? scan(ebda, ebda + EBDA_SIZE)
		       : NULL;
	return rsdp ? rsdp : scan(BIOS_START, BIOS_END);
}

static void take_tables(const struct acpi_header *root, size_t entry_size)
{
	size_t n = (root->length - sizeof(*root)) / entry_size, i;

	for (i = 0; i < n; i++) {
		const struct acpi_header *table;
		uint64_t phys = 0;

		memcpy(&phys, (const uint8_t *)(root + 1) + i * entry_size, entry_size);
		table = take_table(phys);
		if (!table)
			continue;
		if (table_count == TABLES_MAX) {
			log_warn("acpi: more than %d tables, the rest is ignored",
				 TABLES_MAX);
			return;
		}
		tables[table_count++] = table;
	}
}

void acpi_init(void)
{
	const struct rsdp *rsdp = find_rsdp();
	const struct acpi_header *root = NULL;

	if (!rsdp) {
		log_notice("acpi: none");
		return;
	}
	if (rsdp->revision >= 2 && sums_to_zero(rsdp, sizeof(*rsdp))) {
		root = acpi_table_at(rsdp->xsdt, "XSDT");
		if (root)
			take_tables(root, sizeof(uint64_t));
	}
	if (!root) {
		root = acpi_table_at(rsdp->rsdt, "RSDT");
		if (root)
			take_tables(root, sizeof(uint32_t));
	}
	log_info("acpi: %u tables, by %.6s", table_count, root ? root->oem_id : "nobody");
}

const struct acpi_header *acpi_find(const char signature[4])
{
	unsigned i;

	for (i = 0; i < table_count; i++) {
		if (memcmp(tables[i]->signature, signature, 4) == 0)
			return tables[i];
	}
	return NULL;
}

const struct acpi_fadt *acpi_fadt(void)
{
	const struct acpi_header *table = acpi_find("FACP");

	return table && table->length >= FADT_V1_SIZE ? (const void *)table : NULL;
}

uint16_t acpi_pm_timer_port(void)
{
	const struct acpi_fadt *fadt = acpi_fadt();

	if (!fadt || fadt->pm_timer_length != 4 || fadt->pm_timer == 0 ||
	    fadt->pm_timer > UINT16_MAX)
		return 0;
	return (uint16_t)fadt->pm_timer;
}
