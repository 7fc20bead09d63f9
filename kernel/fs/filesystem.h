/*
 * filesystem.h: for those who make a file system: what directories have in common, and
 * the trees that are there from boot on.
 */
#ifndef KERNEL_FS_FILESYSTEM_H
#define KERNEL_FS_FILESYSTEM_H

#include "kernel/fs/vfs.h"

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

/* An open operation of directories without state: the file gets its own reference. */
MUST_CHECK int directory_open(struct inode *directory, const struct file_ops *ops,
			      unsigned flags, struct file **result);
/* A seek operation for directories: positions are the file system's own. */
off_t directory_seek(struct file *file, off_t offset, int whence);

/* The trees that are there from boot on: their root with a reference. -ENOMEM. */
void ramfs_init(void); /* its caches; before the first ramfs_create */
MUST_CHECK int ramfs_create(struct inode **root);
MUST_CHECK int devfs_create(struct inode **root);
MUST_CHECK int procfs_create(struct inode **root);

#endif
