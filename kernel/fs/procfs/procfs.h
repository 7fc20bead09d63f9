/*
 * procfs.h: files whose content is made when they are opened.
 */
#ifndef KERNEL_FS_PROCFS_PROCFS_H
#define KERNEL_FS_PROCFS_PROCFS_H

#include "lib/base.h"

/*
 * Text that is printed into memory of a fixed size. What does not fit is only counted,
 * so printing never allocates nor sleeps: it may be done under any lock.
 */
struct text {
	char *bytes;
	size_t length; /* of all that was printed; above size: it was cut */
	size_t size;
};
void text_print(struct text *text, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Adds /proc/name ("quarto"). show is called when it is opened, in task context, and
 * once more with more room where the text was cut. name and show stay valid for good.
 * From INIT_FILESYSTEM on. -ENOMEM, -EEXIST.
 */
MUST_CHECK int procfs_add(const char *name, void (*show)(struct text *text));
/*
 * The same with what a write does: set gets each write's bytes, without a newline at the
 * end, and returns 0 or the error; more than PROCFS_CONTROL_MAX - 1 are -EINVAL.
 */
enum { PROCFS_CONTROL_MAX = 32 };
MUST_CHECK int procfs_add_control(const char *name, void (*show)(struct text *text),
				  int (*set)(const char *value));

#endif
