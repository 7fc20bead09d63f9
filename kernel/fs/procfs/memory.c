/*
 * memory.c: /proc/meminfo, /proc/buddyinfo and /proc/slabinfo: proc(5), slabinfo(5).
 */
#include "kernel/dev/init.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"

static void line(struct text *text, const char *name, uint64_t bytes)
{
	text_print(text, "%-15s %8llu kB\n", name, (unsigned long long)(bytes / KIB));
}

struct slab_bytes {
	uint64_t all, empty; /* empty: slabs that could be given up at once */
};

static void add_slabs(const struct kmem_cache *cache, void *context)
{
	struct slab_bytes *bytes = context;

	bytes->all += cache->slabs << (cache->order + PAGE_SHIFT);
	bytes->empty += (uint64_t)cache->empty << (cache->order + PAGE_SHIFT);
}

static void show_meminfo(struct text *text)
{
	struct page_stats stats;
	struct slab_bytes slab = { 0 };

	page_stats(&stats);
	slab_visit(add_slabs, &slab);
	line(text, "MemTotal:", stats.total << PAGE_SHIFT);
	line(text, "MemFree:", stats.free << PAGE_SHIFT);
	line(text, "MemAvailable:",
	     ((stats.free - MIN(stats.free, stats.reserve)) << PAGE_SHIFT) + slab.empty);
	line(text, "Buffers:", 0);
	line(text, "Cached:", 0);
	line(text, "SwapTotal:", 0);
	line(text, "SwapFree:", 0);
	line(text, "Slab:", slab.all);
	line(text, "SReclaimable:", slab.empty);
	line(text, "SUnreclaim:", slab.all - slab.empty);
	line(text, "VmallocTotal:", VIRTUAL_SIZE);
	line(text, "VmallocUsed:", vmalloc_used());
	line(text, "Percpu:", stats.hot << PAGE_SHIFT);
}

/* What CPUs keep for themselves is in no block. */
static void show_buddyinfo(struct text *text)
{
	static const char names[ZONES][8] = { "DMA32", "Normal" };
	struct page_stats stats;

	page_stats(&stats);
	for (unsigned z = 0; z < ZONES; z++) {
		text_print(text, "Node 0, zone %8s ", names[z]);
		for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
			text_print(text, "%6llu ",
				   (unsigned long long)stats.free_blocks[z][order]);
		text_print(text, "\n");
	}
}

static void show_cache(const struct kmem_cache *cache, void *context)
{
	uint64_t objects = cache->slabs * cache->per_slab;

	text_print(context,
		   "%-17s %6llu %6llu %6u %4u %4u : tunables %4u %4u    0"
		   " : slabdata %6llu %6llu      0\n",
		   cache->name, (unsigned long long)cache->used,
		   (unsigned long long)objects, cache->stride, cache->per_slab,
		   1u << cache->order, cache->hot_max, cache->hot_max / 2u,
		   (unsigned long long)(cache->slabs - cache->empty),
		   (unsigned long long)cache->slabs);
}

static void show_slabinfo(struct text *text)
{
	text_print(text,
		   "slabinfo - version: 2.1\n"
		   "# name            <active_objs> <num_objs> <objsize> <objperslab>"
		   " <pagesperslab>"
		   " : tunables <limit> <batchcount> <sharedfactor>"
		   " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_visit(show_cache, text);
}

static int memory_start(void)
{
	int error = procfs_add("meminfo", show_meminfo);

	if (!error)
		error = procfs_add("buddyinfo", show_buddyinfo);
	return error ? error : procfs_add("slabinfo", show_slabinfo);
}
INIT(INIT_DEVICE, memory_start);
