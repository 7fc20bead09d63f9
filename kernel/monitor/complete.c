/*
 * complete.c: what Tab offers: for the first word commands and programs, for others the
 * names of files.
 */
#include "kernel/fs/vfs.h"
#include "kernel/monitor/internal.h"
#include "kernel/program/program.h"
#include "lib/lineedit.h"
#include "lib/printf.h"
#include "lib/string.h"

/* Looks for the index-th name that begins with prefix. */
struct search {
	const char *prefix;
	size_t prefix_len;
	unsigned index;
	const char *before; /* what stands in front of each name: its directory */
	char *out;
	bool found;
};

static void search_offer(struct search *search, const char *name, const char *after)
{
	if (search->found || strncmp(name, search->prefix, search->prefix_len) != 0)
		return;
	if (search->index-- > 0)
		return;
	search->found = fmt_snprintf(search->out, LINEEDIT_WORD, "%s%s%s", search->before,
				     name, after) < LINEEDIT_WORD;
}

static void search_commands(struct search *search)
{
	for (const struct monitor_command *const *c = table_command_start;
	     c < table_command_end; c++)
		search_offer(search, (*c)->name, "");
	for (const struct program *p = program_next(NULL); p; p = program_next(p))
		search_offer(search, p->name, "");
	search_offer(search, "time", "");
}

static bool search_entry(const struct directory_entry *entry, void *context)
{
	struct search *search = context;
	bool is_directory = entry->type == S_IFDIR >> 12; /* DT_DIR */
	bool hidden = entry->name[0] == '.' && search->prefix[0] != '.';

	if (!hidden)
		search_offer(search, entry->name, is_directory ? "/" : "");
	return !search->found;
}

static void search_files(struct search *search, const char *directory)
{
	struct file *file;

	if (vfs_open(directory, O_RDONLY | O_DIRECTORY, 0, &file))
		return;
	if (do_readdir(file, search_entry, search))
		search->found = false;
	file_put(file);
}

bool monitor_complete(void *unused, const char *line, size_t word, size_t len,
		      unsigned index, char *out)
{
	char directory[LINEEDIT_WORD] = "", prefix[LINEEDIT_WORD] = "";
	struct search search = {
		.prefix = prefix, .index = index, .before = "", .out = out
	};
	size_t slash = len;

	while (slash > word && line[slash - 1] != '/')
		slash--;
	if (len - word >= sizeof(prefix))
		return false;
	memcpy(directory, line + word, slash - word);
	memcpy(prefix, line + slash, len - slash);
	search.prefix_len = len - slash;
	if (slash > word) {
		search.before = directory;
		search_files(&search, directory);
	} else if (word == 0) {
		search_commands(&search);
	}
	return search.found;
}
