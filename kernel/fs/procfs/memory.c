/*
 * memory.c: /proc/meminfo and /proc/slabinfo: proc(5), slabinfo(5).
 */
#include "kernel/dev/init.h"
#include "kernel/fs/procfs/procfs.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"

static void line(struct text *text, const char *name, uint64_t bytes)
{
	text_print(text, "%-15s %8llu kB\n", name, (unsigned long long)(bytes / KIB));
}

static void add_pages(const struct kmem_cache *cache, void *context)
{
	uint64_t *bytes = context;

	*bytes += cache->slabs << (cache->order + PAGE_SHIFT);
}

static void show_meminfo(struct text *text)
{
	struct page_stats stats;
	uint64_t slab = 0;

	page_stats(&stats);
	slab_visit(add_pages, &slab);
	line(text, "MemTotal:", stats.total << PAGE_SHIFT);
	line(text, "MemFree:", stats.free << PAGE_SHIFT);
	/* Nothing is cached yet that could be given up. */
	line(text, "MemAvailable:", stats.free << PAGE_SHIFT);
	line(text, "Buffers:", 0);
	line(text, "Cached:", 0);
	line(text, "SwapTotal:", 0);
	line(text, "SwapFree:", 0);
	line(text, "Slab:", slab);
	line(text, "SReclaimable:", 0);
	line(text, "SUnreclaim:", slab);
	line(text, "VmallocTotal:", VIRTUAL_SIZE);
	line(text, "VmallocUsed:", vmalloc_used());
}

static void show_cache(const struct kmem_cache *cache, void *context)
{
	uint64_t objects = cache->slabs * cache->per_slab;

	text_print(context,
		   "%-20s %6llu %6llu %6u %4u %4u : tunables 0 0 0"
		   " : slabdata %6llu %6llu 0\n",
		   cache->name, (unsigned long long)cache->used,
		   (unsigned long long)objects, cache->stride, cache->per_slab,
		   1u << cache->order, (unsigned long long)cache->slabs,
		   (unsigned long long)cache->slabs);
}

static void show_slabinfo(struct text *text)
{
	text_print(text,
		   "slabinfo - version: 2.1\n"
		   "# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		   " : tunables <limit> <batchcount> <sharedfactor>"
		   " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_visit(show_cache, text);
}

static int memory_start(void)
{
	int error = procfs_add("meminfo", show_meminfo);

	return error ? error : procfs_add("slabinfo", show_slabinfo);
}
INIT(INIT_DEVICE, memory_start);
