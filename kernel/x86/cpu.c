/*
 * cpu.c: a processor, from whatever boot/ left to how the kernel wants it: features
 * known, control registers set, its struct cpu behind GS, descriptor tables loaded.
 *
 * Features are read with CPUID (Intel SDM volume 2A) and never assumed: everything here
 * also works on the plainest 64-bit processor.
 */
#include "kernel/x86/cpu.h"

#include "kernel/x86/internal.h"
#include "lib/string.h"

static struct cpu boot_cpu;

struct cpu *cpus[CPU_MAX];
unsigned cpu_count;
struct cpu_features cpu_features;

static bool bit(uint32_t word, unsigned n)
{
	return word >> n & 1;
}

static void read_names(struct cpu_features *f)
{
	struct cpuid id = cpu_id(0, 0);
	unsigned i;

	memcpy(f->vendor, &id.ebx, 4);
	memcpy(f->vendor + 4, &id.edx, 4);
	memcpy(f->vendor + 8, &id.ecx, 4);
	if (cpu_id(0x80000000, 0).eax < 0x80000004)
		return;
	for (i = 0; i < 3; i++) {
		id = cpu_id(0x80000002 + i, 0);
		memcpy(f->brand + 16 * i, &id, 16);
	}
}

static void read_features(struct cpu_features *f)
{
	uint32_t last = cpu_id(0, 0).eax, last_extended = cpu_id(0x80000000, 0).eax;
	struct cpuid id = cpu_id(1, 0);

	f->pge = bit(id.edx, 13);
	f->pcid = bit(id.ecx, 17);
	f->x2apic = bit(id.ecx, 21);
	f->tsc_deadline = bit(id.ecx, 24);
	f->xsave = bit(id.ecx, 26);
	f->rdrand = bit(id.ecx, 30);
	f->hypervisor = bit(id.ecx, 31);
	if (last >= 7) {
		id = cpu_id(7, 0);
		f->fsgsbase = bit(id.ebx, 0);
		f->smep = bit(id.ebx, 7);
		f->rdseed = bit(id.ebx, 18);
		f->smap = bit(id.ebx, 20);
		f->umip = bit(id.ecx, 2);
	}
	if (last_extended >= 0x80000001) {
		id = cpu_id(0x80000001, 0);
		f->nx = bit(id.edx, 20);
		f->gbytes = bit(id.edx, 26);
	}
	/* Intel SDM 3A, 4.1.4: 36 where the processor does not say. */
	f->phys_bits = 36;
	if (last_extended >= 0x80000008)
		f->phys_bits = MIN(cpu_id(0x80000008, 0).eax & 0xff, 52u);
	if (last_extended >= 0x80000007)
		f->tsc_invariant = bit(cpu_id(0x80000007, 0).edx, 8);
	read_names(f);
}

/* boot/entry.asm set EFER.NXE already, where there is NX. */
static void set_control(const struct cpu_features *f)
{
	uint64_t cr4 = cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (f->pge)
		cr4 |= CR4_PGE;
	if (f->smep)
		cr4 |= CR4_SMEP;
	if (f->smap)
		cr4 |= CR4_SMAP;
	if (f->umip)
		cr4 |= CR4_UMIP;
	cr4_write(cr4);
	cr0_write(cr0_read() | CR0_WP);
}

/* The canary changes under this function, so it has none itself. */
__attribute__((no_stack_protector)) void cpu_init_boot(void)
{
	struct cpu *cpu = &boot_cpu;
	void *stacks[IST_END];

	for (unsigned i = 0; i < IST_END; i++)
		stacks[i] = &interrupt_stacks[i] + 1;
	read_features(&cpu_features);
	canary_init();
	descriptors_init(cpu, stacks);
	cpu->self = cpu;
	cpu->apic_id = cpu_id(1, 0).ebx >> 24;
	descriptors_load(cpu);
	idt_init();
	idt_use();
	set_control(&cpu_features);
	cpus[0] = cpu;
	cpu_count = 1;
}

void cpu_stop(void)
{
	for (;;)
		cpu_halt();
}
