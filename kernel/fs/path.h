/*
 * path.h: the syntax of path names (POSIX.1-2017 3.271, 4.13), without looking at any
 * file. Pure.
 */
#ifndef KERNEL_FS_PATH_H
#define KERNEL_FS_PATH_H

#include "lib/base.h"

enum { NAME_MAX_BYTES = 255, PATH_MAX_BYTES = 4096 };

struct path_part {
	char name[NAME_MAX_BYTES + 1];
	bool last;  /* nothing but slashes follows */
	bool slash; /* at least one slash follows */
};

/* 0, -ENOENT for an empty path, -ENAMETOOLONG for PATH_MAX_BYTES or more with its NUL. */
MUST_CHECK int path_check(const char *path);

/*
 * The next component: 1, and *cursor moves behind it and its slashes; 0 at the end;
 * -ENAMETOOLONG when it has more than NAME_MAX_BYTES bytes.
 */
MUST_CHECK int path_next(const char **cursor, struct path_part *part);

bool path_is_dot(const char *name);
bool path_is_dot_dot(const char *name);

#endif
