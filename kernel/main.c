/*
 * main.c: kernel_main, the reader's map of the boot order. Each step's header says what
 * it needs; main knows the order and nothing else.
 */
#include "kernel/boot_info.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/early.h"

NORETURN void kernel_main(void);

void kernel_main(void)
{
	early_print("octavo\n");
	cpu_stop();
}
