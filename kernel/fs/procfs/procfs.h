/*
 * procfs.h: files whose content is made when they are opened.
 */
#ifndef KERNEL_FS_PROCFS_PROCFS_H
#define KERNEL_FS_PROCFS_PROCFS_H

#include "lib/base.h"

/* Text that grows as it is printed into; printing after an error does nothing. */
struct text {
	char *bytes;
	size_t length, size;
	int error; /* 0 or -ENOMEM */
};
void text_print(struct text *text, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Adds /proc/name ("quarto"); show is called once for each open, in task context.
 * name and show stay valid for good. -ENOMEM, -EEXIST.
 */
MUST_CHECK int procfs_add(const char *name, void (*show)(struct text *text));

#endif
