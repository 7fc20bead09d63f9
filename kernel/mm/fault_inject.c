/*
 * fault_inject.c: counts down to the allocation, or the operation, that is to fail.
 *
 * While nothing is armed those who ask read one byte. Armed, each of those that count
 * takes one from `left`; the one that takes the last fails, as do those behind it that
 * `times` allows, and then nothing is armed any more.
 */
#include "kernel/mm/fault_inject.h"

#include "kernel/x86/cpu.h"

_Atomic uint8_t fault_inject_kind;
void (*_Atomic fault_inject_struck)(uint64_t site);
static _Atomic int64_t left;  /* until the first that fails */
static _Atomic int64_t times; /* that many fail */
static _Atomic(const struct task *) whose;
static atomic_bool struck;

static void arm(enum fault_kind kind, uint64_t n, const struct task *task)
{
	atomic_store(&fault_inject_kind, FAULT_NONE);
	atomic_store(&struck, false);
	atomic_store(&left, (int64_t)n);
	atomic_store(&times, 1);
	atomic_store(&whose, task);
	atomic_store(&fault_inject_kind, n > 0 ? kind : FAULT_NONE);
}

void fault_inject_arm(uint64_t n, const struct task *task)
{
	arm(FAULT_MEMORY, n, task);
}

void fault_inject_arm_device(uint64_t n, const struct task *task)
{
	arm(FAULT_DEVICE, n, task);
}

void fault_inject_repeat(unsigned count)
{
	atomic_store(&times, count);
}

bool fault_inject_disarm(void)
{
	atomic_store(&fault_inject_kind, FAULT_NONE);
	return atomic_exchange(&struck, false);
}

bool fault_inject_count(uint64_t site)
{
	const struct task *task = atomic_load(&whose);
	void (*tell)(uint64_t);
	int64_t before;

	if (task && (cpu_irq_depth() > 0 || task != cpu_task()))
		return false;
	before = atomic_fetch_sub(&left, 1);
	if (before > 1 || before <= 1 - atomic_load(&times))
		return false;
	atomic_store(&struck, true);
	if (before == 2 - atomic_load(&times))
		atomic_store(&fault_inject_kind, FAULT_NONE);
	tell = atomic_load(&fault_inject_struck);
	if (tell) /* Tests listen. calls: nothing */
		tell(site);
	return true;
}
