/*
 * ioapic.c: I/O APICs (Intel 82093AA data sheet): a line of each, a global system
 * interrupt, goes to a vector of one CPU. Registers are reached through an index and a
 * window, under a lock.
 */
#include <stdatomic.h>

#include "kernel/debug/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/irqchip_parts.h"
#include "lib/errno.h"

enum {
	IOAPICS_MAX = 8,
	REGISTERS_SIZE = 0x20,
	INDEX = 0x00,
	WINDOW = 0x10,
	REG_VERSION = 0x01,
	REG_REDIRECTION = 0x10,	  /* two registers a line */
	REDIRECTION_NMI = 4 << 8, /* instead of a vector */
	REDIRECTION_LOW = 1 << 13,
	REDIRECTION_LEVEL = 1 << 15,
	REDIRECTION_MASKED = 1 << 16,
};

struct ioapic {
	volatile uint8_t *registers;
	uint32_t first, lines;
};

static struct ioapic ioapics[IOAPICS_MAX]; /* [I] after boot */
static unsigned count;
static atomic_bool
	lock; /* of index and window; x86 ranks below sync, so it has its own */

static uint64_t enter(void)
{
	uint64_t flags = irq_save();

	while (atomic_exchange_explicit(&lock, true, memory_order_acquire))
		cpu_relax();
	return flags;
}

static void leave(uint64_t flags)
{
	atomic_store_explicit(&lock, false, memory_order_release);
	irq_restore(flags);
}

static uint32_t reg_read(const struct ioapic *io, unsigned reg)
{
	mmio_write32(io->registers + INDEX, reg);
	return mmio_read32(io->registers + WINDOW);
}

static void reg_write(const struct ioapic *io, unsigned reg, uint32_t value)
{
	mmio_write32(io->registers + INDEX, reg);
	mmio_write32(io->registers + WINDOW, value);
}

static const struct ioapic *ioapic_of(uint32_t gsi)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		if (gsi >= ioapics[i].first && gsi - ioapics[i].first < ioapics[i].lines)
			return &ioapics[i];
	}
	return NULL;
}

void ioapic_add(uint64_t phys, uint32_t first_gsi)
{
	struct ioapic *io = &ioapics[count];
	unsigned i;

	if (count == IOAPICS_MAX) {
		log_warn("ioapic: more than %d, the rest is ignored", IOAPICS_MAX);
		return;
	}
	io->registers = paging_map_device(phys, REGISTERS_SIZE);
	if (!io->registers) {
		log_err("ioapic: its registers cannot be mapped");
		return;
	}
	io->first = first_gsi;
	io->lines = (reg_read(io, REG_VERSION) >> 16 & 0xff) + 1;
	for (i = 0; i < io->lines; i++)
		reg_write(io, REG_REDIRECTION + 2 * i, REDIRECTION_MASKED);
	count++;
}

bool ioapic_present(void)
{
	return count > 0;
}

int ioapic_route(uint32_t gsi, unsigned vector, bool low, bool level)
{
	const struct ioapic *io = ioapic_of(gsi);
	uint32_t entry = REDIRECTION_MASKED | vector;
	unsigned reg;
	uint64_t flags;

	if (!io)
		return -ENODEV;
	if (low)
		entry |= REDIRECTION_LOW;
	if (level)
		entry |= REDIRECTION_LEVEL;
	reg = REG_REDIRECTION + 2 * (gsi - io->first);
	flags = enter();
	reg_write(io, reg + 1, cpus[0]->apic_id << 24);
	reg_write(io, reg, entry);
	leave(flags);
	return 0;
}

int irqchip_route_nmi(uint32_t gsi)
{
	int error = ioapic_route(gsi, REDIRECTION_NMI, false, false);

	if (!error)
		ioapic_set_mask(gsi, false);
	return error;
}

void ioapic_set_mask(uint32_t gsi, bool masked)
{
	const struct ioapic *io = ioapic_of(gsi);
	unsigned reg;
	uint64_t flags;
	uint32_t entry;

	if (!io)
		return;
	reg = REG_REDIRECTION + 2 * (gsi - io->first);
	flags = enter();
	entry = reg_read(io, reg) & ~REDIRECTION_MASKED;
	reg_write(io, reg, masked ? entry | REDIRECTION_MASKED : entry);
	leave(flags);
}
