/*
 * fs_procfs_test.c: files that are made when they are opened.
 */
#include "kernel/fs/procfs/procfs.h"
#include "kernel/mm/page.h"
#include "kernel/x86/cpu.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"

enum { TEXT_SIZE = 8192 };
static char content[TEXT_SIZE + 1];

static const char *contents_of(const char *path)
{
	ssize_t n = read_file(path, content, TEXT_SIZE);

	EXPECT(n > 0);
	content[n > 0 ? n : 0] = 0;
	return content;
}

/* The number behind a word at the beginning of a line. */
static uint64_t number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);
	uint64_t value = 0;

	EXPECT(at != NULL);
	if (!at)
		return 0;
	for (at += strlen(word); *at == ' '; at++)
		;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}

SELF_TEST("procfs.meminfo", test_meminfo)
{
	const char *text = contents_of("/proc/meminfo");
	struct page_stats stats;

	page_stats(&stats);
	EXPECT_EQ(number_after(text, "MemTotal:"), stats.total * 4);
	EXPECT(number_after(text, "MemFree:") > 0);
	EXPECT(number_after(text, "MemFree:") <= number_after(text, "MemTotal:"));
	EXPECT(number_after(text, "Slab:") > 0);
	EXPECT(strstr(text, " kB\n") != NULL);
}

SELF_TEST("procfs.contents", test_contents)
{
	EXPECT(str_starts_with(contents_of("/proc/version"), "Octavo version "));
	EXPECT(strstr(contents_of("/proc/uptime"), ".") != NULL);
	EXPECT(strstr(contents_of("/proc/interrupts"), " CPU0 ") != NULL);
	EXPECT(strstr(contents_of("/proc/interrupts"), "\nLOC: ") != NULL);
	EXPECT(strstr(contents_of("/proc/tasks"), " idle\n") != NULL);
	EXPECT(str_starts_with(contents_of("/proc/slabinfo"),
			       "slabinfo - version: 2.1\n"));
	EXPECT(strstr(contents_of("/proc/slabinfo"), "\nfile ") != NULL);
	contents_of("/proc/cmdline");
	EXPECT_EQ(try_open("/proc/version", O_WRONLY), -EACCES);
}

/* A block for each processor, no more. */
SELF_TEST("procfs.cpuinfo", test_cpuinfo)
{
	const char *at = contents_of("/proc/cpuinfo");
	unsigned blocks = 0;

	EXPECT(str_starts_with(at, "processor\t: 0\nvendor_id\t: "));
	EXPECT(strstr(at, "\nflags\t\t: fpu ") != NULL);
	for (; at; at = strstr(at + 1, "processor\t: "))
		blocks++;
	/* The buffer holds a few of them. */
	EXPECT(blocks == cpu_count || strlen(content) == TEXT_SIZE);
}

static unsigned shows;

static void show_much(struct text *text)
{
	shows++;
	for (int i = 0; i < 1000; i++)
		text_print(text, "%06d\n", i);
}

/* Text that is longer than the first try's room; it stays as it was at the open. */
SELF_TEST("procfs.long_text", test_long_text)
{
	static bool added;
	struct file *file;
	char line[8] = "";

	if (!added)
		EXPECT_EQ(procfs_add("self_test_long", show_much), 0);
	added = true;
	EXPECT_EQ(procfs_add("self_test_long", show_much), -EEXIST);
	EXPECT_EQ(vfs_open("/proc/self_test_long", O_RDONLY, 0, &file), 0);
	shows = 0;
	EXPECT_EQ(do_lseek(file, 999 * 7, SEEK_SET), 999 * 7);
	EXPECT_EQ(read_bytes(file, line, sizeof(line)), 7);
	EXPECT(memcmp(line, "000999\n", 7) == 0);
	EXPECT_EQ(read_bytes(file, line, sizeof(line)), 0);
	EXPECT_EQ(do_lseek(file, 0, SEEK_END), 7000);
	EXPECT_EQ(shows, 0);
	file_put(file);
}
