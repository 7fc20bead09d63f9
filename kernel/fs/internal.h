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

/* The numbers of the trees' devices: st_dev, major 0. */
enum filesystem_device { RAMFS_DEVICE = 1, DEVFS_DEVICE, PROCFS_DEVICE };

/*
 * For readdir: "." and ".." at positions 0 and 1. True when *position is behind them,
 * false when emit has had enough.
 */
MUST_CHECK bool directory_emit_dots(struct inode *directory, off_t *position,
				    bool (*emit)(const struct directory_entry *entry,
						 void *context),
				    void *context);
/* DT_ of a directory entry: getdents64(2). */
static inline uint8_t directory_type(uint32_t mode)
{
	return (uint8_t)((mode & S_IFMT) >> 12);
}

/* A seek operation for directories: positions are the file system's own. */
off_t directory_seek(struct file *file, off_t offset, int whence);

/* The trees that are there from boot on: their root with a reference. -ENOMEM. */
void ramfs_init(void); /* its caches; before the first ramfs_create */
MUST_CHECK int ramfs_create(struct inode **root);
MUST_CHECK int devfs_create(struct inode **root);
MUST_CHECK int procfs_create(struct inode **root);

#endif
