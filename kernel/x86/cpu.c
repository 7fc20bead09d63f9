/*
 * cpu.c: the processor's own structures.
 */
#include "kernel/x86/cpu.h"

NORETURN void __stack_chk_fail(void);
extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard;
void __stack_chk_fail(void)
{
	cpu_stop();
}

void cpu_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
