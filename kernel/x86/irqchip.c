/*
 * irqchip.c: which interrupt controllers this machine has, and one way to talk to them.
 *
 * The two 8259s are moved off the exceptions' vectors and masked in any case. A local
 * APIC is used where the processor has one. The lines come through I/O APICs where
 * ACPI's MADT (ACPI 6.4, 5.2.12) describes some, else through the 8259s. The boot
 * parameter noapic leaves nothing but the 8259s.
 */
#include "kernel/x86/irqchip.h"

#include "kernel/debug/log.h"
#include "kernel/dev/param.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqchip_parts.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/string.h"

enum madt_type { MADT_CPU = 0, MADT_IOAPIC = 1, MADT_OVERRIDE = 2, MADT_X2APIC = 9 };

struct madt {
	struct acpi_header header;
	uint32_t apic, flags;
} PACKED;

struct madt_entry {
	uint8_t type, length;
} PACKED;

struct madt_cpu {
	struct madt_entry entry;
	uint8_t processor, id;
	uint32_t flags;
} PACKED;

struct madt_x2apic {
	struct madt_entry entry;
	uint16_t reserved;
	uint32_t id, flags, processor;
} PACKED;

struct madt_ioapic {
	struct madt_entry entry;
	uint8_t id, reserved;
	uint32_t address, first_gsi;
} PACKED;

struct madt_override {
	struct madt_entry entry;
	uint8_t bus, isa;
	uint32_t gsi;
	uint16_t flags;
} PACKED;

enum {
	ISA_LINES = 16,
	CPU_ENABLED = 1 << 0, /* ACPI 6.4, table 5.22 */
	CPU_ID_NONE = 0xff,
	/* MPS INTI flags, ACPI 6.4 table 5.26. */
	POLARITY_MASK = 3,
	POLARITY_LOW = 3,
	TRIGGER_MASK = 3 << 2,
	TRIGGER_LEVEL = 3 << 2,
};

/* [I] after boot: where ISA lines arrive. */
static struct isa_route {
	uint32_t gsi;
	bool low, level;
} routes[ISA_LINES];

static bool refused; /* noapic */
static bool use_ioapic, use_pic;

static int set_noapic(const char *rest, const char *value)
{
	refused = !value;
	return value ? -EINVAL : 0;
}
PARAM(noapic, "noapic", "   use the 8259 interrupt controllers", set_noapic);

static void take_override(const struct madt_override *o)
{
	if (o->bus != 0 || o->isa >= ISA_LINES)
		return;
	routes[o->isa] = (struct isa_route){
		.gsi = o->gsi,
		.low = (o->flags & POLARITY_MASK) == POLARITY_LOW,
		.level = (o->flags & TRIGGER_MASK) == TRIGGER_LEVEL,
	};
}

/*
 * A CPU that is not enabled may come later ("online capable"), when somebody plugs it
 * in, which is not supported; until then it would not answer.
 */
static void take_cpu(uint32_t id, uint32_t flags)
{
	if (flags & CPU_ENABLED)
		smp_found(id);
}

static void take_entry(const struct madt_entry *entry)
{
	if (entry->type == MADT_CPU && entry->length >= sizeof(struct madt_cpu)) {
		const struct madt_cpu *cpu = (const void *)entry;

		if (cpu->id != CPU_ID_NONE)
			take_cpu(cpu->id, cpu->flags);
	} else if (entry->type == MADT_X2APIC &&
		   entry->length >= sizeof(struct madt_x2apic)) {
		const struct madt_x2apic *cpu = (const void *)entry;

		take_cpu(cpu->id, cpu->flags);
	} else if (entry->type == MADT_IOAPIC &&
		   entry->length >= sizeof(struct madt_ioapic)) {
		const struct madt_ioapic *io = (const void *)entry;

		ioapic_add(io->address, io->first_gsi);
	} else if (entry->type == MADT_OVERRIDE &&
		   entry->length >= sizeof(struct madt_override)) {
		take_override((const void *)entry);
	}
}

static void read_madt(void)
{
	const struct madt *madt = (const void *)acpi_find("APIC");
	uint32_t at = sizeof(*madt);

	if (!madt || madt->header.length < sizeof(*madt))
		return;
	while (at + sizeof(struct madt_entry) <= madt->header.length) {
		const struct madt_entry *entry =
			(const void *)((const uint8_t *)madt + at);

		if (entry->length < sizeof(*entry) ||
		    entry->length > madt->header.length - at) {
			log_warn("irqchip: the MADT is damaged at byte %u", at);
			break;
		}
		take_entry(entry);
		at += entry->length;
	}
}

void irqchip_init(void)
{
	unsigned i;

	for (i = 0; i < ISA_LINES; i++)
		routes[i] = (struct isa_route){ .gsi = i };
	use_pic = pic_init(IRQ_VECTOR_FIRST);
	if (!refused && apic_init()) {
		read_madt();
		use_ioapic = ioapic_present();
		if (use_ioapic)
			use_pic = false;
		else if (use_pic)
			apic_accept_pic();
	}
	log_info("irqchip: %s%s", irqchip_name(),
		 apic_timer_present() ? ", local APIC" : "");
}

const char *irqchip_name(void)
{
	if (use_ioapic)
		return "IO-APIC";
	return use_pic ? "XT-PIC" : "no controller";
}

int irqchip_route(unsigned isa, unsigned vector)
{
	if (isa >= ISA_LINES)
		return -ENODEV;
	if (use_ioapic)
		return ioapic_route(routes[isa].gsi, vector, routes[isa].low,
				    routes[isa].level);
	/* The 8259s' vectors are fixed in a row, and line 2 is where the second hangs. */
	return use_pic && vector == IRQ_VECTOR_FIRST + isa && isa != 2 ? 0 : -ENODEV;
}

void irqchip_mask(unsigned isa)
{
	if (use_ioapic)
		ioapic_set_mask(routes[isa].gsi, true);
	else
		pic_set_mask(isa, true);
}

void irqchip_unmask(unsigned isa)
{
	if (use_ioapic)
		ioapic_set_mask(routes[isa].gsi, false);
	else
		pic_set_mask(isa, false);
}

void irqchip_end(unsigned isa)
{
	if (use_ioapic)
		apic_end();
	else
		pic_end(isa);
}

void irqchip_unexpected(unsigned vector)
{
	static bool seen[256];
	bool is_line =
		vector >= IRQ_VECTOR_FIRST && vector < IRQ_VECTOR_FIRST + ISA_LINES;

	if (vector == VECTOR_SPURIOUS)
		return; /* Intel SDM 3A, 10.9: not to be ended */
	if (is_line && !use_ioapic) {
		if (pic_is_spurious(vector - IRQ_VECTOR_FIRST))
			return;
		pic_end(vector - IRQ_VECTOR_FIRST);
	} else {
		apic_end();
	}
	if (!seen[vector & 255])
		log_warn("irqchip: interrupt %#x has no handler", vector);
	seen[vector & 255] = true;
}
