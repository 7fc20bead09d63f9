/*
 * path.c: cutting a path name into its components.
 *
 * Any number of slashes counts as one. A component is copied out with its NUL, so that
 * file systems get a string of their own; "." and ".." are components like others here.
 */
#include "kernel/fs/path.h"

#include "lib/errno.h"
#include "lib/string.h"

int path_check(const char *path)
{
	if (!*path)
		return -ENOENT;
	return strnlen(path, PATH_MAX_BYTES) == PATH_MAX_BYTES ? -ENAMETOOLONG : 0;
}

int path_next(const char **cursor, struct path_part *part)
{
	const char *at = *cursor;
	size_t length = 0;

	while (*at == '/')
		at++;
	if (!*at)
		return 0;
	while (at[length] && at[length] != '/')
		length++;
	if (length > NAME_MAX_BYTES)
		return -ENAMETOOLONG;
	memcpy(part->name, at, length);
	part->name[length] = 0;
	at += length;
	part->slash = *at == '/';
	while (*at == '/')
		at++;
	part->last = !*at;
	*cursor = at;
	return 1;
}

bool path_is_dot(const char *name)
{
	return strcmp(name, ".") == 0;
}

bool path_is_dot_dot(const char *name)
{
	return strcmp(name, "..") == 0;
}
