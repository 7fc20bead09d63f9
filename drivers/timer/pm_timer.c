/*
 * pm_timer.c: the ACPI power management timer as a clock source (ACPI 6.4, 4.8.2.1):
 * 24 bits at 3.579545 MHz, which wrap every 4.7 seconds.
 */
#include "kernel/dev/init.h"
#include "kernel/time/clock.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/io.h"
#include "lib/errno.h"

enum { PM_TIMER_HZ = 3579545, PM_TIMER_MASK = 0xffffff };

static uint16_t port;

static uint64_t pm_timer_read(void)
{
	return in32(port) & PM_TIMER_MASK;
}

static struct clock_source source = {
	.name = "acpi_pm",
	.read = pm_timer_read,
	.mask = PM_TIMER_MASK,
	.hz = PM_TIMER_HZ,
	.rating = 200,
};

static int pm_timer_init(void)
{
	port = acpi_pm_timer_port();
	if (!port)
		return -ENODEV;
	clock_source_register(&source);
	return 0;
}

INIT(INIT_CLOCK, pm_timer_init);
