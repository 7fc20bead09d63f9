/*
 * fs_helpers.c: short forms for the self-tests of files, and what finds leaks.
 */
#include "tests/self/fs_helpers.h"

#include "kernel/mm/fault_inject.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/string.h"

enum { ALLOCATIONS_MAX = 200, DEAD_WAIT_MS = 200 };

struct file *test_stand_in;

int test_open(const char *path, unsigned flags, uint32_t mode, struct file **result)
{
	int error = (vfs_open)(path, flags, mode, result);

	if (error && test_stand_in && fault_inject_kind == FAULT_NONE) {
		file_get(test_stand_in);
		*result = test_stand_in;
	}
	return error;
}

static void add_pages(const struct kmem_cache *cache, void *context)
{
	uint64_t *pages = context;

	*pages += cache->slabs << cache->order;
}

static void note_dead(struct task *task, void *context)
{
	if (atomic_load(&task->state) == TASK_DEAD)
		*(bool *)context = true;
}

/*
 * A task lets go of its memory when its CPU has left its stack, which may be long after
 * another CPU goes on from joining it. Whoever is still kept by somebody is not waited
 * for long.
 */
static void wait_for_dead_tasks(void)
{
	for (unsigned i = 0; i < DEAD_WAIT_MS; i++) {
		bool dead = false;

		task_visit(note_dead, &dead);
		if (!dead || task_sleep(NSEC_PER_MSEC))
			break;
		task_reap();
	}
	vmalloc_shrink(); /* the stacks that are kept for the next */
}

struct memory_use memory_use(void)
{
	struct page_stats stats;
	struct memory_use use;
	uint64_t slab_pages = 0;

	wait_for_dead_tasks();
	use = (struct memory_use){ slab_used(), vmalloc_used(), 0 };
	slab_visit(add_pages, &slab_pages);
	page_stats(&stats);
	use.pages = stats.total - stats.free - slab_pages;
	return use;
}

/* Whether there was still something to fail. */
static bool fail_nth(const char *name, int (*attempt)(void), uint64_t n)
{
	struct memory_use before = memory_use(), after;
	bool struck;
	int error;

	fault_inject_arm(n, cpu_task());
	error = attempt();
	struck = fault_inject_disarm();
	after = memory_use();
	if (error != (struck ? -ENOMEM : 0))
		self_fail(__FILE__, __LINE__, "%s: error %d with failure %llu", name,
			  error, (unsigned long long)n);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		self_fail(__FILE__, __LINE__,
			  "%s: failure %llu leaks: %lld bytes, %lld of areas, %lld pages",
			  name, (unsigned long long)n,
			  (long long)(after.objects - before.objects),
			  (long long)(after.areas - before.areas),
			  (long long)(after.pages - before.pages));
	return struck;
}

void sweep_failures(const char *name, int (*attempt)(void))
{
	uint64_t n = 1;

	/* Once before: what is made for good by the first use is no leak. */
	EXPECT_EQ(attempt(), 0);
	while (n < ALLOCATIONS_MAX && fail_nth(name, attempt, n))
		n++;
	if (n < 2 || n == ALLOCATIONS_MAX)
		self_fail(__FILE__, __LINE__, "%s: %llu failures are not to be believed",
			  name, (unsigned long long)n);
}

int try_open(const char *path, unsigned flags)
{
	struct file *file;
	int error = vfs_open(path, flags, 0644, &file);

	if (!error)
		file_put(file);
	return error;
}

ssize_t read_bytes(struct file *file, void *bytes, size_t size)
{
	struct iter to = iter_kernel(bytes, size);

	return do_read(file, &to);
}

ssize_t write_bytes(struct file *file, const void *bytes, size_t size)
{
	struct iter from = iter_kernel(bytes, size);

	return do_write(file, &from);
}

int make_file(const char *path, const char *content)
{
	struct file *file;
	int error = vfs_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &file);
	ssize_t n;

	if (error)
		return error;
	n = write_bytes(file, content, strlen(content));
	file_put(file);
	return n == (ssize_t)strlen(content) ? 0 : n < 0 ? (int)n : -EIO;
}

ssize_t read_file(const char *path, char *bytes, size_t size)
{
	struct file *file;
	ssize_t n = vfs_open(path, O_RDONLY, 0, &file);

	if (n)
		return n;
	n = read_bytes(file, bytes, size);
	file_put(file);
	return n;
}
