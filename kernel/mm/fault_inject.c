/*
 * fault_inject.c: counts down to the allocation that is to fail.
 *
 * While nothing is armed the allocators read one flag. Armed, every allocation of those
 * that count takes one from `left`; the one that takes the last fails and disarms.
 */
#include "kernel/mm/fault_inject.h"

#include "kernel/x86/cpu.h"

atomic_bool fault_inject_armed;
static _Atomic uint64_t left;
static _Atomic(const struct task *) whose;
static atomic_bool struck;

void fault_inject_arm(uint64_t n, const struct task *task)
{
	atomic_store(&fault_inject_armed, false);
	atomic_store(&struck, false);
	atomic_store(&left, n);
	atomic_store(&whose, task);
	atomic_store(&fault_inject_armed, n > 0);
}

bool fault_inject_disarm(void)
{
	atomic_store(&fault_inject_armed, false);
	return atomic_exchange(&struck, false);
}

bool fault_inject_count(void)
{
	const struct task *task = atomic_load(&whose);

	if (task && (cpu_irq_depth() > 0 || task != cpu_task()))
		return false;
	if (atomic_fetch_sub(&left, 1) != 1)
		return false;
	atomic_store(&struck, true);
	atomic_store(&fault_inject_armed, false);
	return true;
}
