/*
 * fdtable.h: a process's descriptors: small numbers for open file descriptions.
 */
#ifndef KERNEL_PROC_FDTABLE_H
#define KERNEL_PROC_FDTABLE_H

#include "kernel/fs/file.h"

enum { FD_MAX = 1024 };

struct fdtable;

/* Empty, one reference. -ENOMEM. */
MUST_CHECK int fdtable_create(struct fdtable **result);
void fdtable_get(struct fdtable *table);
void fdtable_put(struct fdtable *table); /* the last closes all */

/* The lowest free number >= from for file, whose reference it takes. -EMFILE, -ENOMEM. */
MUST_CHECK int fdtable_install(struct fdtable *table, struct file *file, int from,
			       bool close_on_exec);
/*
 * The same in two steps, for calls that must know that there is a number before they do
 * anything: -EMFILE or -ENOMEM now, fill or cancel later, which cannot fail.
 */
MUST_CHECK int fdtable_reserve(struct fdtable *table, int from);
void fdtable_fill(struct fdtable *table, int fd, struct file *file, bool close_on_exec);
void fdtable_cancel(struct fdtable *table, int fd);
/* dup2(2): closes what was there. fd, or -EBADF, -EBUSY (reserved), -ENOMEM. */
MUST_CHECK int fdtable_replace(struct fdtable *table, int fd, struct file *file,
			       bool close_on_exec);
/* With a reference. NULL: -EBADF is what it means. */
struct file *fdtable_file(struct fdtable *table, int fd);
MUST_CHECK int fdtable_close(struct fdtable *table, int fd);
MUST_CHECK int fdtable_get_cloexec(struct fdtable *table, int fd);
MUST_CHECK int fdtable_set_cloexec(struct fdtable *table, int fd, bool on);

#endif
