/* internal.h: a descriptor table as proc/ sees it. */
#ifndef KERNEL_PROC_INTERNAL_H
#define KERNEL_PROC_INTERNAL_H

#include "kernel/proc/fdtable.h"

enum { FD_INLINE = 16 };

struct fd_slot {
	struct file *file; /* NULL: nothing is open here */
	bool reserved;	   /* somebody is about to open something here */
	bool close_on_exec;
};

struct fdtable {
	struct refcount refs;
	struct spinlock lock;
	unsigned count;	       /* [lock] slots; only grows */
	unsigned lowest;       /* [lock] no number below is free */
	struct fd_slot *slots; /* [lock] */
	struct fd_slot first[FD_INLINE];
};

/* Sets up a table in storage of the caller's, who never puts the last reference. */
void fdtable_setup(struct fdtable *table);

#endif
