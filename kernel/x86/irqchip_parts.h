/*
 * irqchip_parts.h: the controllers themselves, for irqchip.c: 8259, local APIC, I/O APIC.
 */
#ifndef KERNEL_X86_IRQCHIP_PARTS_H
#define KERNEL_X86_IRQCHIP_PARTS_H

#include "lib/base.h"

/*
 * pic.c. Moves the lines to 16 vectors from first on, and masks all of them. False: there
 * are no such controllers.
 */
MUST_CHECK bool pic_init(unsigned first);
void pic_set_mask(unsigned isa, bool masked);
void pic_end(unsigned isa);
/* Whether the line's interrupt was noise; what has to be ended then was. */
bool pic_is_spurious(unsigned isa);

/* apic.c. Enables this CPU's local APIC; false: there is none that works. */
bool apic_init(void);
/* The 8259 reaches the CPU through LINT0 while the local APIC is on. */
void apic_accept_pic(void);
uint32_t apic_id(void);
/* The local APIC of another CPU than the boot CPU, on itself: as that has it. */
void apic_setup_other(void);
void apic_timer_setup_other(void); /* once the boot CPU's timer has its mode */
/* Whether CPUs with ids up to this can be reached. Before other CPUs start. */
bool apic_use_ids_to(uint32_t highest);
void apic_send_nmi(unsigned cpu);
/* To a CPU that does not run yet: makes it wait; lets it begin at a page below 1 MiB. */
void apic_send_init(uint32_t id);
void apic_send_startup(uint32_t id, uint64_t page);

/* ioapic.c. A controller with its registers at phys and lines from first_gsi on. */
void ioapic_add(uint64_t phys, uint32_t first_gsi);
bool ioapic_present(void);
MUST_CHECK int ioapic_route(uint32_t gsi, unsigned vector, bool low, bool level);
void ioapic_set_mask(uint32_t gsi, bool masked);

#endif
