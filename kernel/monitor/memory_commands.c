/*
 * memory_commands.c: `leaks`: who holds memory, by the place in the code that took it.
 * Run it twice, with what is under suspicion in between, and compare.
 */
#include "kernel/debug/symbols.h"
#include "kernel/mm/slab.h"
#include "kernel/monitor/monitor.h"
#include "lib/errno.h"

enum { SITES_MAX = 512 };

static int run_leaks(struct monitor *monitor, int argc, char **argv)
{
	struct slab_site *sites;
	size_t count;

	if (!CONFIG_DEBUG) {
		monitor_print(monitor, "%s: only the debug build knows\n", argv[0]);
		return -ENOSYS;
	}
	sites = kcalloc(SITES_MAX, sizeof(*sites), GFP_KERNEL);
	if (!sites)
		return -ENOMEM;
	count = slab_live_sites(sites, SITES_MAX);
	monitor_print(monitor, "   bytes objects from             taken by\n");
	for (size_t i = 0; i < count; i++) {
		char place[SYMBOL_PLACE_SIZE];

		monitor_print(monitor, "%8llu %7llu %-16s %s\n",
			      (unsigned long long)sites[i].bytes,
			      (unsigned long long)sites[i].objects, sites[i].cache,
			      symbol_place(sites[i].site, place));
	}
	kfree(sites);
	return 0;
}
MONITOR_COMMAND("leaks", "", "who holds memory, by call site (debug build)", run_leaks);
