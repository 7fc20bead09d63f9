/*
 * internal.h: what the parts of the VFS know of each other: walking a path, crossing
 * mounts.
 */
#ifndef KERNEL_FS_INTERNAL_H
#define KERNEL_FS_INTERNAL_H

#include "kernel/fs/vfs.h"

/* Where a path ends: its last component, not looked up yet, in a directory. */
struct walk {
	struct inode *directory; /* with a reference */
	struct path_part last;	 /* name is empty where the path is the root alone */
};

/* Walks all but the last component. On success the caller puts walk->directory. */
MUST_CHECK int walk_start(struct inode *start, const char *path, struct walk *walk);
/* The inode of the last component, with a reference; -ENOTDIR for "file/". */
MUST_CHECK int walk_end(const struct walk *walk, struct inode **result);
/* Whether the last component is the name of an entry: not the root, "." or "..". */
bool walk_is_name(const struct walk *walk);

/* The root of all names, with a reference; NULL before vfs_set_root. */
struct inode *mount_root(void);
/* The reference moves from a covered directory to the root that covers it. */
struct inode *mount_enter(struct inode *inode);
/* The directory above, with a reference of its own; the root's is the root. */
struct inode *mount_parent(struct inode *directory);

#endif
