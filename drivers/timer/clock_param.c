/*
 * clock_param.c: the boot parameter clock=, for a machine whose best counter lies.
 */
#include "kernel/dev/param.h"
#include "kernel/time/clock.h"
#include "lib/errno.h"

static int set_clock(const char *rest, const char *value)
{
	if (!value || !*value)
		return -EINVAL;
	clock_prefer(value);
	return 0;
}

PARAM(clock, "clock", "=NAME  the counter to keep time with: tsc, hpet or acpi_pm",
      set_clock);
