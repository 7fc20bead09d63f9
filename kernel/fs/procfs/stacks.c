/*
 * stacks.c: /proc/stacks in the debug build: how many bytes of their stacks the tasks
 * used, the most by entry for those that ended, then those that are there; and the CPUs'
 * stacks for interrupts. A boot test holds them against what can be used at most.
 */
#include "kernel/debug/symbols.h"
#include "kernel/dev/init.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/stack_mark.h"
#include "kernel/sched/task.h"
#include "kernel/x86/cpu.h"

static void show_ended(uint64_t entry, size_t used, void *context)
{
	char place[SYMBOL_PLACE_SIZE];

	text_print(context, "%6zu  %s\n", used, symbol_place(entry, place));
}

static void show_task(struct task *task, void *context)
{
	char place[SYMBOL_PLACE_SIZE];

	if (task->entry)
		text_print(context, "%6zu  %s\n",
			   stack_mark_used(task->stack, task->stack_size),
			   symbol_place((uint64_t)task->entry, place));
}

static void show_stacks(struct text *text)
{
	stack_mark_visit(show_ended, text);
	task_visit(show_task, text);
	for (unsigned i = 0; i < cpu_count; i++)
		text_print(text, "%6zu  interrupts/%u\n",
			   stack_mark_used((char *)cpus[i]->irq_stack - IRQ_STACK_SIZE,
					   IRQ_STACK_SIZE),
			   i);
}

/* Interrupts are off, and no interrupt is being handled: the stack is free. */
static int start(void)
{
	uint64_t flags = irq_save();

	stack_mark_paint((char *)cpu_this()->irq_stack - IRQ_STACK_SIZE, IRQ_STACK_SIZE);
	irq_restore(flags);
	return procfs_add("stacks", show_stacks);
}
INIT(INIT_DEVICE, start);
