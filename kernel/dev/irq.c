/*
 * irq.c: the sixteen ISA lines: who handles each, and how often it came.
 *
 * Line n has vector IRQ_VECTOR_FIRST + n. The table changes only with the line masked,
 * so a handler never runs before its entry is whole. One that runs on another CPU while
 * its line is released is waited for: either it finds no handler, or is seen to be busy.
 */
#include "kernel/dev/irq.h"

#include <stdatomic.h>

#include "kernel/dev/random.h"
#include "kernel/mm/fault_inject.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"

enum { ISA_LINES = 16 };

struct line {
	_Atomic(irq_handler) handler;
	atomic_bool busy; /* the handler may be running */
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
	irq_handler handler;

	random_add_event(frame->vector ^ frame->rip);
	line->stats.counts[cpu_this()->id]++;
	atomic_store(&line->busy, true);
	handler = atomic_load(&line->handler);
	if (handler) {
		uint32_t entered = lockdep_enter();

		handler(line->context);
		lockdep_leave(entered, line->stats.name);
	}
	atomic_store_explicit(&line->busy, false, memory_order_release);
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
	line->context = context;
	atomic_store(&line->handler, handler);
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
	atomic_store(&lines[isa].handler, NULL);
	lines[isa].stats.name = NULL;
	while (atomic_load_explicit(&lines[isa].busy, memory_order_acquire))
		cpu_relax();
}

void irq_visit(void (*visit)(unsigned isa, const struct irq_stats *stats, void *context),
	       void *context)
{
	for (unsigned isa = 0; isa < ISA_LINES; isa++)
		if (lines[isa].stats.name)
			visit(isa, &lines[isa].stats, context);
}
