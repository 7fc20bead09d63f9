/*
 * schedfuzz.c: the chances of the fuzz of schedules. Tasks and interrupts have streams of
 * their own on each CPU, so that an interrupt's moment does not move what tasks meet.
 */
#include "kernel/debug/schedfuzz.h"

#include "kernel/dev/param.h"
#include "kernel/x86/cpu.h"
#include "lib/errno.h"
#include "lib/parse.h"

enum { ONE_IN = 8 };

uint64_t schedfuzz_seed;
/* [CPU] used with interrupts off, on the CPU alone */
static struct stream {
	uint64_t task, irq;
	bool turn_over;
} streams[CPU_MAX];

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (SplitMix64). */
static uint64_t mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void schedfuzz_start(uint64_t seed)
{
	uint64_t flags = irq_save();

	schedfuzz_seed = 0;
	for (unsigned i = 0; i < CPU_MAX; i++) {
		uint64_t state = seed + i;

		streams[i].task = mix(&state);
		streams[i].irq = mix(&state);
		streams[i].turn_over = false;
	}
	schedfuzz_seed = seed;
	irq_restore(flags);
}

/* Before there are tasks. */
static int set_seed(const char *rest, const char *value)
{
	uint64_t seed;

	if (!value || parse_u64(value, 0, &seed))
		return -EINVAL;
	schedfuzz_start(seed);
	return 0;
}
PARAM(schedfuzz, "schedfuzz",
      "=SEED  chance decides where tasks are preempted (debug build)", set_seed);

/* With interrupts off. */
static void decide(struct cpu *cpu, uint64_t *stream)
{
	if (mix(stream) % ONE_IN != 0)
		return;
	streams[cpu->id].turn_over = true;
	__atomic_fetch_or(&cpu->need_resched, NEED_CHOICE, __ATOMIC_RELAXED);
}

void schedfuzz_task_point(void)
{
	uint64_t flags;
	struct cpu *cpu;

	if (cpu_preempt_count() || cpu_irq_depth() || !irq_enabled())
		return;
	flags = irq_save();
	cpu = cpu_this();
	if (cpu->task && cpu->task != cpu->idle)
		decide(cpu, &streams[cpu->id].task);
	irq_restore(flags);
}

void schedfuzz_irq_point(void)
{
	struct cpu *cpu = cpu_this();

	if (cpu->task && cpu->task != cpu->idle)
		decide(cpu, &streams[cpu->id].irq);
}

bool schedfuzz_turn(void)
{
	struct stream *stream = &streams[cpu_this()->id];
	bool over = stream->turn_over;

	stream->turn_over = false;
	return over;
}
