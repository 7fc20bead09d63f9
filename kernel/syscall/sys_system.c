/*
 * sys_system.c: system calls on the machine: uname, sysinfo, getrandom, reboot.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/random.h"
#include "kernel/mm/page.h"
#include "kernel/syscall/internal.h"
#include "kernel/time/clock.h"
#include "kernel/x86/power.h"
#include "lib/string.h"
#include "lib/version.h"

enum {
	GRND_NONBLOCK = 1,
	GRND_RANDOM = 2,
	GRND_INSECURE = 4,
	RANDOM_MAX = INT32_MAX,
};

/* reboot(2). The second magic number is one of four birthdays. */
enum {
	REBOOT_MAGIC1 = (int)0xfee1dead,
	REBOOT_MAGIC2 = 0x28121969,
	REBOOT_MAGIC2A = 0x05121996,
	REBOOT_MAGIC2B = 0x16041998,
	REBOOT_MAGIC2C = 0x20112000,
	REBOOT_CAD_OFF = 0,
	REBOOT_CAD_ON = (int)0x89abcdef,
	REBOOT_HALT = (int)0xcdef0123,
	REBOOT_POWER_OFF = 0x4321fedc,
	REBOOT_RESTART = 0x01234567,
};

/* Programs for Linux ask whether this is one: in what they can see, it is. */
long sys_uname(struct user_ptr to)
{
	static const struct abi_utsname name = {
		.sysname = "Linux",
		.nodename = "octavo",
		.release = OCTAVO_RELEASE,
		.version = "Octavo " OCTAVO_VERSION,
		.machine = "x86_64",
		.domainname = "(none)",
	};

	return copy_to_user(to, &name, sizeof(name));
}

static void count_task(struct task *task, void *context)
{
	uint16_t *count = context;

	(*count)++;
}

long sys_sysinfo(struct user_ptr to)
{
	struct abi_sysinfo info = { .unit = 1 };
	struct page_stats stats;

	page_stats(&stats);
	info.uptime = (int64_t)(clock_monotonic() / NSEC_PER_SEC);
	info.total_ram = stats.total << PAGE_SHIFT;
	info.free_ram = stats.free << PAGE_SHIFT;
	task_visit(count_task, &info.processes);
	return copy_to_user(to, &info, sizeof(info));
}

long sys_getrandom(struct user_ptr buffer, size_t size, unsigned flags)
{
	struct iter to = iter_user(buffer, MIN(size, (size_t)RANDOM_MAX));

	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if (flags & GRND_RANDOM && flags & GRND_INSECURE)
		return -EINVAL;
	return random_read(&to);
}

long sys_reboot(unsigned magic1, unsigned magic2, unsigned command,
		struct user_ptr unused)
{
	if ((int)magic1 != REBOOT_MAGIC1 ||
	    (magic2 != REBOOT_MAGIC2 && magic2 != REBOOT_MAGIC2A &&
	     magic2 != REBOOT_MAGIC2B && magic2 != REBOOT_MAGIC2C))
		return -EINVAL;
	switch ((int)command) {
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		return 0; /* there is no Ctrl-Alt-Del */
	case REBOOT_RESTART:
		log_notice("reboot: restarting");
		power_reboot();
	case REBOOT_POWER_OFF:
		log_notice("reboot: power off");
		power_off();
	case REBOOT_HALT:
		log_notice("reboot: halted");
		cpu_stop();
	default:
		return -EINVAL;
	}
}
