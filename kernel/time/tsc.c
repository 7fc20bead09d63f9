/*
 * tsc.c: the time-stamp counter as a clock source, and who knows its rate without
 * measuring: the processor (Intel SDM volume 2A, CPUID leaves 15H and 16H), a hypervisor
 * (leaf 40000010H: kHz), or KVM's paravirtual clock (Linux, Documentation/virt/kvm/x86/
 * msr.rst), of which only the rate is used.
 */
#include "kernel/time/internal.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/layout.h"

enum {
	CPUID_FEATURES = 1,
	CPUID_TSC = 1 << 4, /* 1:EDX */
	CPUID_TSC_RATIO = 0x15,
	CPUID_FREQUENCIES = 0x16,
	HYPERVISOR_FIRST = 0x40000000,
	HYPERVISOR_KVM_FEATURES = 0x40000001,
	HYPERVISOR_TIMING = 0x40000010,
	KVM_FEATURE_CLOCK = 1 << 3,
	MSR_KVM_CLOCK = 0x4b564d01,
	KVM_CLOCK_ENABLE = 1,
	KVM_CLOCK_READS = 1000,
};

/* What KVM keeps up to date in memory; version is odd while it writes. */
struct kvm_clock {
	uint32_t version, pad;
	uint64_t tsc, ns;
	uint32_t factor; /* ns = (ticks << shift) * factor >> 32 */
	uint8_t shift;	 /* a signed number */
	uint8_t flags, pad_end[2];
};

static uint64_t read_tsc(void)
{
	return cpu_tsc();
}

static struct clock_source source = {
	.name = "tsc",
	.read = read_tsc,
	.mask = UINT64_MAX,
	.rating = 300,
};

static uint64_t from_crystal(void)
{
	struct cpuid ratio;

	if (cpu_id(0, 0).eax < CPUID_TSC_RATIO)
		return 0;
	ratio = cpu_id(CPUID_TSC_RATIO, 0);
	if (!ratio.eax || !ratio.ebx || !ratio.ecx)
		return 0;
	return (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
}

/* The base frequency is the TSC's where the crystal's is not told. */
static uint64_t from_base_frequency(void)
{
	if (cpu_id(0, 0).eax < CPUID_FREQUENCIES || !cpu_id(CPUID_TSC_RATIO, 0).ebx)
		return 0;
	return (cpu_id(CPUID_FREQUENCIES, 0).eax & 0xffff) * 1000000ULL;
}

static uint64_t from_hypervisor(void)
{
	if (!cpu_features.hypervisor ||
	    cpu_id(HYPERVISOR_FIRST, 0).eax < HYPERVISOR_TIMING)
		return 0;
	return cpu_id(HYPERVISOR_TIMING, 0).eax * 1000ULL;
}

static bool is_kvm(void)
{
	struct cpuid id = cpu_id(HYPERVISOR_FIRST, 0);

	/* "KVMKVMKVM\0\0\0" */
	return cpu_features.hypervisor && id.ebx == 0x4b4d564b && id.ecx == 0x564b4d56 &&
	       id.edx == 0x4d;
}

static uint64_t from_kvm_clock(void)
{
	static struct kvm_clock clock ALIGNED(64);
	const volatile struct kvm_clock *shared = &clock;
	uint64_t hz = 0;

	if (!is_kvm() || !(cpu_id(HYPERVISOR_KVM_FEATURES, 0).eax & KVM_FEATURE_CLOCK))
		return 0;
	msr_write(MSR_KVM_CLOCK, virt_to_phys(&clock) | KVM_CLOCK_ENABLE);
	for (unsigned i = 0; i < KVM_CLOCK_READS && !hz; i++) {
		uint32_t version = shared->version, factor = shared->factor;
		uint8_t shift = shared->shift, back = (uint8_t)-shift;

		if (!version || version & 1 || !factor || MIN(shift, back) > 31)
			continue;
		hz = (NSEC_PER_SEC << 32) / factor;
		hz = shift <= 31 ? hz >> shift : hz << back;
		if (shared->version != version)
			hz = 0;
	}
	msr_write(MSR_KVM_CLOCK, 0);
	return hz;
}

struct clock_source *tsc_source(const char **how)
{
	static const struct {
		const char *name;
		uint64_t (*hz)(void);
	} ways[] = {
		{ "the processor's crystal", from_crystal },
		{ "the hypervisor", from_hypervisor },
		{ "KVM's clock", from_kvm_clock },
		{ "the processor's base frequency", from_base_frequency },
	};

	if (!(cpu_id(CPUID_FEATURES, 0).edx & CPUID_TSC))
		return NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(ways) && !source.hz; i++) {
		source.hz = ways[i].hz();
		*how = source.hz ? ways[i].name : NULL;
	}
	return &source;
}
