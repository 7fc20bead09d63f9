/*
 * file_commands.c: the monitor's commands on files: ls, cat, write; and those that only
 * show a file of /proc: ps, mem.
 */
#include "kernel/fs/vfs.h"
#include "kernel/mm/slab.h"
#include "kernel/monitor/internal.h"
#include "kernel/sched/task.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

const char *error_text(int error)
{
	switch (-error) {
	case EPERM:
		return "not permitted";
	case ENOENT:
		return "no such file or directory";
	case EINTR:
		return "interrupted";
	case EIO:
		return "input/output error";
	case EBADF:
		return "bad file descriptor";
	case EAGAIN:
		return "try again";
	case ENOMEM:
		return "out of memory";
	case EACCES:
		return "permission denied";
	case EBUSY:
		return "device or resource busy";
	case EEXIST:
		return "file exists";
	case ENODEV:
		return "no such device";
	case ENOTDIR:
		return "not a directory";
	case EISDIR:
		return "is a directory";
	case EINVAL:
		return "invalid argument";
	case ENOSPC:
		return "no space left";
	case EROFS:
		return "read-only file system";
	case EPIPE:
		return "nobody reads";
	case ENAMETOOLONG:
		return "name too long";
	default:
		return "error";
	}
}

enum { NAMES_SIZE = 4096, LS_PATH_SIZE = 512 };

/* Names of a directory, one after another, each with its NUL: as many as fit. */
struct names {
	size_t used;
	char bytes[NAMES_SIZE - sizeof(size_t)];
};

static char type_letter(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFLNK:
		return 'l';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	default:
		return '-';
	}
}

static void print_status(struct monitor *monitor, const char *name,
			 const struct file_status *status)
{
	char mode[11] = "-rwxrwxrwx";

	mode[0] = type_letter(status->mode);
	for (unsigned i = 0; i < 9; i++)
		if (!(status->mode & (0400u >> i)))
			mode[1 + i] = '-';
	if ((status->mode & S_IFMT) == S_IFCHR)
		monitor_print(monitor, "%s %4u,%4u %s\n", mode,
			      (unsigned)(status->rdevice >> 8 & 0xfff),
			      (unsigned)(status->rdevice & 0xff), name);
	else
		monitor_print(monitor, "%s %9llu %s\n", mode,
			      (unsigned long long)status->size, name);
}

/* The directory's position is locked here, so names are only collected. */
static bool collect_name(const struct directory_entry *entry, void *context)
{
	struct names *names = context;
	size_t size = strlen(entry->name) + 1;

	if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0)
		return true;
	if (size > sizeof(names->bytes) - names->used)
		return false;
	memcpy(names->bytes + names->used, entry->name, size);
	names->used += size;
	return true;
}

static void list_names(struct monitor *monitor, const char *directory, bool details,
		       const struct names *names)
{
	const char *name = names->bytes;
	char path[LS_PATH_SIZE];
	struct file_status status;

	for (; name < names->bytes + names->used; name += strlen(name) + 1) {
		if (!details)
			monitor_print(monitor, "%s\n", name);
		else if (fmt_snprintf(path, sizeof(path), "%s/%s", directory, name) <
				 (int)sizeof(path) &&
			 vfs_stat(path, &status) == 0)
			print_status(monitor, name, &status);
	}
}

static int list_directory(struct monitor *monitor, const char *path, bool details)
{
	struct names *names = kmalloc(sizeof(*names), GFP_KERNEL);
	struct file *file;
	int error = names ? vfs_open(path, O_RDONLY | O_DIRECTORY, 0, &file) : -ENOMEM;

	if (error) {
		kfree(names);
		return error;
	}
	do {
		names->used = 0;
		error = do_readdir(file, collect_name, names);
		list_names(monitor, path, details, names);
	} while (!error && names->used && !task_killed());
	file_put(file);
	kfree(names);
	return error;
}

static int run_ls(struct monitor *monitor, int argc, char **argv)
{
	bool details = argc > 1 && strcmp(argv[1], "-l") == 0;
	const char *path = argc > 1 + details ? argv[1 + details] : "/";
	struct file_status status;
	int error;

	if (argc > 2 + details || !*path)
		return monitor_error(monitor, "ls", -EINVAL, "usage: ls [-l] [path]");
	error = vfs_stat(path, &status);
	if (!error && (status.mode & S_IFMT) != S_IFDIR) {
		if (details)
			print_status(monitor, path, &status);
		else
			monitor_print(monitor, "%s\n", path);
	} else if (!error) {
		error = list_directory(monitor, path, details);
	}
	return error ? monitor_error(monitor, path, error, NULL) : 0;
}
MONITOR_COMMAND("ls", "[-l] [path]", "list a directory", run_ls);

static int copy_out(struct monitor *monitor, struct file *file)
{
	char bytes[512];

	for (;;) {
		struct iter to = iter_kernel(bytes, sizeof(bytes)), from;
		ssize_t n = do_read(file, &to);

		if (n <= 0)
			return (int)n;
		from = iter_kernel(bytes, (size_t)n);
		while (from.left) {
			ssize_t written = do_write(monitor->terminal.file, &from);

			if (written < 0)
				return (int)written;
		}
		if (task_killed())
			return -EINTR;
	}
}

int monitor_cat(struct monitor *monitor, const char *who, const char *path)
{
	struct file *file;
	int error = vfs_open(path, O_RDONLY, 0, &file);

	if (!error) {
		error = copy_out(monitor, file);
		file_put(file);
	}
	return error ? monitor_error(monitor, who, error, NULL) : 0;
}

static int run_cat(struct monitor *monitor, int argc, char **argv)
{
	int result = 0;

	if (argc < 2)
		return monitor_error(monitor, "cat", -EINVAL, "usage: cat path...");
	for (int i = 1; i < argc; i++) {
		int error = monitor_cat(monitor, argv[i], argv[i]);

		if (error)
			result = error;
	}
	return result;
}
MONITOR_COMMAND("cat", "path...", "show what files hold", run_cat);

static int write_all(struct file *file, const char *text)
{
	struct iter from = iter_kernel(text, strlen(text));

	while (from.left) {
		ssize_t n = do_write(file, &from);

		if (n < 0)
			return (int)n;
	}
	return 0;
}

/* The words as one line in one write, which is one message to /dev/kmsg. */
static int write_line(struct file *file, int count, char **words)
{
	size_t length = 2; /* the newline and the end, where there is no word */
	char *line, *end;
	int error;

	for (int i = 0; i < count; i++)
		length += strlen(words[i]) + 1;
	line = kmalloc(length, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	end = line;
	for (int i = 0; i < count; i++) {
		size_t n = strlen(words[i]);

		memcpy(end, words[i], n);
		end[n] = ' ';
		end += n + 1;
	}
	if (count > 0)
		end--;
	end[0] = '\n';
	end[1] = '\0';
	error = write_all(file, line);
	kfree(line);
	return error;
}

static int run_write(struct monitor *monitor, int argc, char **argv)
{
	struct file *file;
	int error;

	if (argc < 2)
		return monitor_error(monitor, "write", -EINVAL,
				     "usage: write path [word...]");
	error = vfs_open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644, &file);
	if (!error) {
		error = write_line(file, argc - 2, argv + 2);
		file_put(file);
	}
	return error ? monitor_error(monitor, argv[1], error, NULL) : 0;
}
MONITOR_COMMAND("write", "path [word...]", "write a line to a file", run_write);

static int run_ps(struct monitor *monitor, int argc, char **argv)
{
	return monitor_cat(monitor, argv[0], "/proc/tasks");
}
MONITOR_COMMAND("ps", "", "list the tasks", run_ps);

static int run_mem(struct monitor *monitor, int argc, char **argv)
{
	int error = monitor_cat(monitor, argv[0], "/proc/meminfo");

	return error ? error : monitor_cat(monitor, argv[0], "/proc/slabinfo");
}
MONITOR_COMMAND("mem", "", "what memory is used for", run_mem);
