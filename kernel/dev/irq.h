/*
 * irq.h: a driver's way to its interrupt. ISA lines 0 to 15, shared by name only.
 */
#ifndef KERNEL_DEV_IRQ_H
#define KERNEL_DEV_IRQ_H

#include "kernel/sync/spinlock.h"
#include "kernel/x86/cpu.h"

/* Runs with interrupts off and must not sleep. */
typedef void (*irq_handler)(void *context);

/*
 * Routes the line and unmasks it. name stays the caller's. -EBUSY: somebody has it;
 * -ENODEV: no controller has that line.
 */
MUST_CHECK int irq_request(unsigned isa, irq_handler handler, void *context,
			   const char *name);
/* Its handler neither runs nor will. Not from it, nor with a lock that it takes. */
void irq_release(unsigned isa);

struct irq_stats {
	const char *name; /* NULL: not in use */
	unsigned vector;
	uint64_t counts[CPU_MAX];
};
/* Calls visit for every line in use. */
void irq_visit(void (*visit)(unsigned isa, const struct irq_stats *stats, void *context),
	       void *context);

#endif
