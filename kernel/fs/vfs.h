/*
 * vfs.h: the tree of names. Path lookup crosses mounts and yields inodes.
 *
 * An inode lives while someone holds a reference; its file system's drop destroys it.
 * The root is a ramfs made at INIT_FILESYSTEM, with /dev (devfs) and /proc (procfs).
 */
#ifndef KERNEL_FS_VFS_H
#define KERNEL_FS_VFS_H

#include "kernel/fs/file.h"
#include "kernel/fs/path.h"

/* inode(7). */
enum file_mode {
	S_IFMT = 0170000,
	S_IFSOCK = 0140000,
	S_IFLNK = 0120000,
	S_IFREG = 0100000,
	S_IFBLK = 0060000,
	S_IFDIR = 0040000,
	S_IFCHR = 0020000,
	S_IFIFO = 0010000,
};

struct inode_ops {
	/* A child by name, with a reference; -ENOENT. May sleep. */
	int (*lookup)(struct inode *directory, const char *name, struct inode **child);
	int (*open)(struct inode *inode, unsigned flags, struct file **result);
	void (*status)(struct inode *inode, struct file_status *status);
	/*
	 * New things in a directory: a regular file or a directory, as mode's type says.
	 * -EEXIST. NULL: the file system makes none (-EACCES, -EPERM).
	 */
	int (*create)(struct inode *directory, const char *name, uint32_t mode,
		      struct inode **child);
	int (*unlink)(struct inode *directory, const char *name); /* -EISDIR */
	int (*rmdir)(struct inode *directory,
		     const char *name); /* -ENOTDIR, -ENOTEMPTY */
	int (*truncate)(struct inode *inode, uint64_t size);
	void (*drop)(struct inode *inode); /* the last reference is gone */
};

struct inode {
	struct refcount refs;
	const struct inode_ops *ops; /* [I] */
	uint64_t number;	     /* [I] */
	uint32_t mode;		     /* type and permission bits */
	struct inode *mounted;	     /* [mount lock] the root that covers it; set once */
	struct inode *parent;	     /* [I] a directory's "..", owned; NULL: a root */
	void *private_;
};

void inode_get(struct inode *inode);
void inode_put(struct inode *inode);

static inline bool inode_is_directory(const struct inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFDIR;
}

/* What is true of every inode, then what its file system adds. */
void inode_status(struct inode *inode, struct file_status *status);

/*
 * Paths are resolved from start, or from the root when they are absolute or start is
 * NULL (working directories are the caller's to keep). All may sleep.
 * -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ENOMEM.
 */
MUST_CHECK int vfs_lookup_at(struct inode *start, const char *path,
			     struct inode **result);
/* open(2). The file has one reference, the caller's. */
MUST_CHECK int vfs_open_at(struct inode *start, const char *path, unsigned flags,
			   uint32_t mode, struct file **result);
MUST_CHECK int vfs_unlink_at(struct inode *start, const char *path);
MUST_CHECK int vfs_rmdir_at(struct inode *start, const char *path);
MUST_CHECK int vfs_mkdir_at(struct inode *start, const char *path, uint32_t mode);

/* The same from the root. */
MUST_CHECK int vfs_lookup(const char *path, struct inode **result);
MUST_CHECK int vfs_open(const char *path, unsigned flags, uint32_t mode,
			struct file **result);
MUST_CHECK int vfs_stat(const char *path, struct file_status *status);
MUST_CHECK int vfs_unlink(const char *path);
MUST_CHECK int vfs_rmdir(const char *path);
MUST_CHECK int vfs_mkdir(const char *path, uint32_t mode);

/* Covers the directory at path with root, whose reference it takes over. -EBUSY. */
MUST_CHECK int vfs_mount(const char *path, struct inode *root);
/* Makes root the root of all names; once. Takes the reference over. */
void vfs_set_root(struct inode *root);

#endif
