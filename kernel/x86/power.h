/*
 * power.h: how the machine ends. Each tries ACPI first, then the ways that are left,
 * and at last halts. Any context, never returns.
 */
#ifndef KERNEL_X86_POWER_H
#define KERNEL_X86_POWER_H

#include "lib/base.h"

/* Looks up ACPI's ways; after acpi_init. Without it the others are left. */
void power_init(void);

NORETURN void power_off(void);
/* From now on a power-off that fails ends QEMU with POWER_STATUS_FAILURE, as it can. */
void power_off_ends_run(void);
NORETURN void power_reboot(void);

enum power_status {
	POWER_STATUS_SUCCESS = 16, /* QEMU exits with 33 */
	POWER_STATUS_FAILURE = 17, /* 35 */
	POWER_STATUS_PANIC = 18,   /* 37 */
};

/*
 * Hands a scripted run's result to QEMU's isa-debug-exit at 0xf4, whose exit status is
 * 2 * status + 1; without that device, powers off.
 */
NORETURN void power_exit(enum power_status status);

#endif
