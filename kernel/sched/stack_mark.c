/*
 * stack_mark.c: how deep stacks got. Entries are a small table, since few functions
 * start tasks; one that finds no place is not remembered.
 */
#include "kernel/sched/stack_mark.h"

#include "kernel/sync/spinlock.h"
#include "lib/string.h"

enum { ENTRIES = 64, PAINT = 0x5c };

LOCK_CLASS(marks_class, "stack marks", RANK_REGISTRY, LOCK_IRQ);
static struct spinlock marks_lock = SPINLOCK_INIT(&marks_class);
static struct {
	uint64_t entry;
	size_t used;
} marks[ENTRIES]; /* [marks_lock] */

void stack_mark_paint(void *stack, size_t size)
{
	memset(stack, PAINT, size);
}

__attribute__((no_sanitize_address)) size_t stack_mark_used(const void *stack,
							    size_t size)
{
	const volatile uint8_t *bytes = stack;
	uint8_t paint = bytes[0]; /* other CPUs' first ones are of zeros */
	size_t unused = 0;

	while (unused < size && bytes[unused] == paint)
		unused++;
	return size - unused;
}

void stack_mark_note(const void *stack, size_t size, int (*entry)(void *))
{
	size_t used = stack_mark_used(stack, size);
	SPIN_IRQ_GUARD(&marks_lock);

	for (unsigned i = 0; entry && i < ENTRIES; i++) {
		if (marks[i].entry && marks[i].entry != (uint64_t)entry)
			continue;
		marks[i].entry = (uint64_t)entry;
		marks[i].used = MAX(marks[i].used, used);
		return;
	}
}

void stack_mark_visit(void (*visit)(uint64_t entry, size_t used, void *context),
		      void *context)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t flags = spin_lock_irq(&marks_lock);
		uint64_t entry = marks[i].entry;
		size_t used = marks[i].used;

		spin_unlock_irq(&marks_lock, flags);
		if (entry)
			visit(entry, used, context);
	}
}
