/*
 * no_selftest.c: `selftest` in the kernel that has none: says where they are. The kernels
 * with self-tests are linked without this file and have the command from tests/self.
 */
#include "kernel/monitor/internal.h"
#include "lib/errno.h"

static int run_no_selftest(struct monitor *monitor, int argc, char **argv)
{
	return monitor_error(monitor, argv[0], -ENOSYS,
			     "not in this kernel; boot Self-tests from the menu, "
			     "or build/check/octavo.elf");
}
MONITOR_COMMAND("selftest", "", "where the self-tests are", run_no_selftest);
