/*
 * cpu.c: /proc/cpuinfo and /proc/interrupts, a block and a column for each CPU (proc(5)).
 */
#include "kernel/dev/init.h"
#include "kernel/dev/irq.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/time/clock.h"
#include "kernel/time/timer.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/irqchip.h"
#include "kernel/x86/smp.h"

/* Linux's names of CPUID's bits, from bit 0 on; "-" has none. */
static const struct {
	uint32_t leaf;
	uint8_t reg; /* eax, ebx, ecx, edx */
	const char *names;
} flag_words[] = {
	{ 1, 3,
	  "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn "
	  "clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe" },
	{ 1, 2,
	  "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 "
	  "xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes "
	  "xsave - avx f16c rdrand hypervisor" },
	{ 0x80000001, 3,
	  "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt "
	  "pdpe1gb rdtscp - lm 3dnowext 3dnow" },
	{ 7, 1,
	  "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm - - mpx - "
	  "avx512f avx512dq rdseed adx smap" },
	{ 7, 2, "- - umip pku ospke" },
};

static void show_flags(struct text *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_words); i++) {
		uint32_t leaf = flag_words[i].leaf;
		struct cpuid id = cpu_id(leaf, 0);
		const uint32_t registers[] = { id.eax, id.ebx, id.ecx, id.edx };
		uint32_t bits = registers[flag_words[i].reg];
		const char *name = flag_words[i].names;

		if (cpu_id(leaf & 1u << 31, 0).eax < leaf)
			continue;
		for (; *name; bits >>= 1) {
			int length = 0;

			while (name[length] && name[length] != ' ')
				length++;
			if ((bits & 1) && *name != '-')
				text_print(text, " %.*s", length, name);
			name += length + (name[length] == ' ');
		}
	}
}

static void show_cpu(struct text *text, unsigned cpu)
{
	uint32_t version = cpu_id(1, 0).eax, family = version >> 8 & 15;
	uint32_t model = version >> 4 & 15;
	uint64_t khz = clock_tsc_hz() / 1000;

	/* Intel SDM 2A, CPUID: the extended parts count only in these families. */
	if (family == 6 || family == 15)
		model |= version >> 12 & 0xf0;
	if (family == 15)
		family += version >> 20 & 255;
	text_print(text,
		   "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n"
		   "model name\t: %s\nstepping\t: %u\ncpu MHz\t\t: %llu.%03llu\n"
		   "apicid\t\t: %u\nfpu\t\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n"
		   "flags\t\t:",
		   cpu, cpu_features.vendor, family, model, cpu_features.brand,
		   version & 15, (unsigned long long)(khz / 1000),
		   (unsigned long long)(khz % 1000), cpus[cpu]->apic_id,
		   cpu_id(0, 0).eax);
	show_flags(text);
	text_print(text,
		   "\nclflush size\t: %u\naddress sizes\t: %u bits physical, 48 bits "
		   "virtual\n\n",
		   cpu_id(1, 0).ebx >> 5 & 0x7f8, cpu_features.phys_bits);
}

static void show_cpuinfo(struct text *text)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		show_cpu(text, cpu);
}

static void show_line(unsigned isa, const struct irq_stats *stats, void *context)
{
	struct text *text = context;

	text_print(text, "%3u: ", isa);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		text_print(text, "%10llu ", (unsigned long long)stats->counts[cpu]);
	text_print(text, "%10s %4u-edge      %s\n", irqchip_name(), isa, stats->name);
}

static uint64_t reschedules(unsigned cpu)
{
	return smp_count(cpu, SMP_RESCHEDULE);
}

static uint64_t calls(unsigned cpu)
{
	return smp_count(cpu, SMP_CALL);
}

static uint64_t flushes(unsigned cpu)
{
	return smp_count(cpu, SMP_TLB);
}

static const struct {
	const char *name, *what;
	uint64_t (*count)(unsigned cpu);
} own_lines[] = {
	{ "LOC", "Local timer interrupts", timer_interrupts },
	{ "RES", "Rescheduling interrupts", reschedules },
	{ "CAL", "Function call interrupts", calls },
	{ "TLB", "TLB shootdowns", flushes },
};

static void show_interrupts(struct text *text)
{
	text_print(text, "           ");
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		text_print(text, "CPU%-8u", cpu);
	text_print(text, "\n");
	irq_visit(show_line, text);
	for (size_t i = 0; i < ARRAY_SIZE(own_lines); i++) {
		text_print(text, "%s: ", own_lines[i].name);
		for (unsigned cpu = 0; cpu < cpu_count; cpu++)
			text_print(text, "%10llu ",
				   (unsigned long long)own_lines[i].count(cpu));
		text_print(text, "  %s\n", own_lines[i].what);
	}
}

static int cpu_start(void)
{
	int error = procfs_add("cpuinfo", show_cpuinfo);

	return error ? error : procfs_add("interrupts", show_interrupts);
}
INIT(INIT_DEVICE, cpu_start);
