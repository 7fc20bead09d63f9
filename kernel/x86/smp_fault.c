/*
 * smp_fault.c: a processor that ACPI describes and that does not answer, made on purpose:
 * the boot parameter silent= names its APIC id. It gets no startup interrupt, which looks
 * to all the rest as if it were broken or not there.
 */
#include "kernel/dev/param.h"
#include "kernel/x86/internal.h"
#include "lib/errno.h"
#include "lib/parse.h"

static uint64_t silent = UINT64_MAX;

static int set_silent(const char *rest, const char *value)
{
	return !value || parse_u64(value, 10, &silent) ? -EINVAL : 0;
}
PARAM(silent, "silent",
      "=N  the processor with this APIC id is not started (debug build)", set_silent);

bool smp_is_silent(uint32_t apic_id)
{
	return apic_id == silent;
}
