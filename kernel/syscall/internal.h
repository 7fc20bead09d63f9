/*
 * internal.h: the calls' prototypes, made of table.h, and what several sys_ files use.
 */
#ifndef KERNEL_SYSCALL_INTERNAL_H
#define KERNEL_SYSCALL_INTERNAL_H

#include "kernel/proc/process.h"
#include "kernel/fs/vfs.h"
#include "kernel/syscall/abi.h"
#include "kernel/syscall/kinds.h"
#include "kernel/syscall/syscall.h"

#define SYSCALL0(number, name) long sys_##name(void);
#define SYSCALL1(number, name, a) long sys_##name(TYPE_##a);
#define SYSCALL2(number, name, a, b) long sys_##name(TYPE_##a, TYPE_##b);
#define SYSCALL3(number, name, a, b, c) long sys_##name(TYPE_##a, TYPE_##b, TYPE_##c);
#define SYSCALL4(number, name, a, b, c, d) \
	long sys_##name(TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d);
#define SYSCALL5(number, name, a, b, c, d, e) \
	long sys_##name(TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e);
#define SYSCALL6(number, name, a, b, c, d, e, f) \
	long sys_##name(TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e, TYPE_##f);
#include "kernel/syscall/table.h"

/* A path copied in; long ones lie on the heap. */
enum { PATH_SHORT = 128 };
struct user_path {
	char *text;
	char buffer[PATH_SHORT];
};
/* -EFAULT, -ENAMETOOLONG, -ENOMEM. On success the caller calls user_path_free. */
MUST_CHECK int user_path_get(struct user_path *path, struct user_ptr from);
void user_path_free(struct user_path *path);

/* The running task's file, with a reference; NULL is -EBADF. */
static inline struct file *current_file(int fd)
{
	return fdtable_file(process_current()->files, fd);
}

/* For CLEANUP: a file held to the end of a scope; may be NULL. */
static inline void file_scope_end(struct file **file)
{
	if (*file)
		file_put(*file);
}
#define CURRENT_FILE(name, fd) \
	struct file *name CLEANUP(file_scope_end) = current_file(fd)

/* Times of the ABI. -EFAULT, -EINVAL for what is no time. */
MUST_CHECK int user_time_get(uint64_t *ns, struct user_ptr from);
MUST_CHECK int user_time_put(struct user_ptr to, uint64_t ns);

#endif
