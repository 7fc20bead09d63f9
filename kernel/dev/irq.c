/*
 * irq.c: the sixteen ISA lines: who handles each, and how often it came.
 *
 * Line n has vector IRQ_VECTOR_FIRST + n. The table changes only with the line masked,
 * so a handler never runs before its entry is whole nor after irq_release.
 */
#include "kernel/dev/irq.h"

#include "kernel/dev/random.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"

enum { ISA_LINES = 16 };

struct line {
	irq_handler handler;
	void *context;
	struct irq_stats stats;
};

LOCK_CLASS(lines_class, "irq lines", RANK_REGISTRY, LOCK_IRQ);
static struct spinlock lines_lock = SPINLOCK_INIT(&lines_class);
static struct line lines[ISA_LINES]; /* [lines_lock] to change */

static bool line_interrupt(struct trap_frame *frame)
{
	unsigned isa = (unsigned)(frame->vector - IRQ_VECTOR_FIRST);
	struct line *line = &lines[isa];

	random_add_event(frame->vector ^ frame->rip);
	line->stats.counts[cpu_this()->id]++;
	if (line->handler) {
		uint32_t entered = lockdep_enter();

		line->handler(line->context);
		lockdep_leave(entered, line->stats.name);
	}
	irqchip_end(isa);
	return true;
}

int irq_request(unsigned isa, irq_handler handler, void *context, const char *name)
{
	struct line *line = &lines[isa];
	int error;

	if (isa >= ISA_LINES)
		return -ENODEV;
	if (fault_device((uint64_t)handler))
		return -EIO;
	SPIN_IRQ_GUARD(&lines_lock);
	if (line->handler)
		return -EBUSY;
	error = irqchip_route(isa, IRQ_VECTOR_FIRST + isa);
	if (error)
		return error;
	line->handler = handler;
	line->context = context;
	line->stats.name = name;
	line->stats.vector = IRQ_VECTOR_FIRST + isa;
	trap_set_handler(IRQ_VECTOR_FIRST + isa, line_interrupt);
	irqchip_unmask(isa);
	return 0;
}

void irq_release(unsigned isa)
{
	SPIN_IRQ_GUARD(&lines_lock);
	irqchip_mask(isa);
	trap_set_handler(IRQ_VECTOR_FIRST + isa, NULL);
	lines[isa].handler = NULL;
	lines[isa].stats.name = NULL;
}

void irq_visit(void (*visit)(unsigned isa, const struct irq_stats *stats, void *context),
	       void *context)
{
	for (unsigned isa = 0; isa < ISA_LINES; isa++)
		if (lines[isa].stats.name)
			visit(isa, &lines[isa].stats, context);
}
