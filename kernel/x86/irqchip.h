/*
 * irqchip.h: the interrupt controllers: local APIC with I/O APICs where ACPI's MADT
 * describes them, the two 8259s otherwise. Drivers use kernel/dev/irq.h instead.
 */
#ifndef KERNEL_X86_IRQCHIP_H
#define KERNEL_X86_IRQCHIP_H

#include "lib/base.h"

/* Masks the 8259s, finds the controllers (after acpi_init and mm). */
void irqchip_init(void);

/* "IO-APIC" or "XT-PIC". */
const char *irqchip_name(void);

/*
 * Routes ISA interrupt `isa` (0 to 15, with the MADT's overrides) to vector on the boot
 * CPU, masked. -ENODEV where no controller has that line.
 */
MUST_CHECK int irqchip_route(unsigned isa, unsigned vector);

/*
 * Routes a line of an I/O APIC to the boot CPU's NMI, edge-triggered. -ENODEV: there is
 * no such line.
 */
MUST_CHECK int irqchip_route_nmi(uint32_t gsi);

/* With the interrupt's line routed before. Any context. */
void irqchip_mask(unsigned isa);
void irqchip_unmask(unsigned isa);

/* Ends the interrupt being handled; isa is ignored by the local APIC. */
void irqchip_end(unsigned isa);

/* For trap.c: an interrupt that has no handler. Ends it; says so the first time. */
void irqchip_unexpected(unsigned vector);

/*
 * The local APIC's one-shot timer. false: there is none, and time/ uses another event
 * source. Set with a count of ticks at a rate that time/ measures.
 */
bool apic_timer_present(void);
void apic_timer_start(uint32_t ticks); /* 0 stops it */
uint32_t apic_timer_remaining(void);
/* From now on by TSC deadline (SDM 3A, 10.5.4.1) instead, where cpu_features has it. */
void apic_timer_use_deadline(void);
void apic_timer_deadline(uint64_t tsc);
void apic_end(void);

/* Interrupts another CPU (or this one) with vector. */
void apic_send(unsigned cpu, unsigned vector);

#endif
