/*
 * canary.c: the stack protector's canary: a random word that every function with a
 * buffer keeps between it and its return address. Its lowest byte is 0, so that no
 * string can carry it.
 */
#include "kernel/debug/panic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"

/* Names that the compiler gives. */
extern uintptr_t __stack_chk_guard;
NORETURN void __stack_chk_fail(void);

uintptr_t __stack_chk_guard = 0x9d4f2c00;

__attribute__((no_stack_protector)) void canary_init(void)
{
	uint64_t tsc = cpu_tsc(), value;

	if (!cpu_features.rdrand || !cpu_rdrand(&value))
		value = 0;
	/* Multiplying spreads the counter's few uncertain bits over the word. */
	value ^= tsc * 0x9e3779b97f4a7c15ULL;
	value ^= value >> 29;
	__stack_chk_guard = value & ~0xffULL;
}

void __stack_chk_fail(void)
{
	panic("stack protector: a function wrote past its buffers");
}
