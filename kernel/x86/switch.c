/*
 * switch.c: a new stack that looks as if it had called switch_stack.
 */
#include "kernel/x86/switch.h"

/* In switch.asm. */
void switch_start(void);

struct switch_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t return_address;
	uint64_t end[2]; /* zeros: where backtraces end; keeps the stack aligned to 16 */
};

uint64_t switch_prepare(void *stack_top, void (*entry)(void *), void *argument)
{
	struct switch_frame *frame = (struct switch_frame *)stack_top - 1;

	*frame = (struct switch_frame){
		.r12 = (uint64_t)entry,
		.r13 = (uint64_t)argument,
		.return_address = (uint64_t)switch_start,
	};
	return (uint64_t)frame;
}
