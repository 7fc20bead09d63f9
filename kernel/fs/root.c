/*
 * root.c: the tree of names as it is after boot: a ramfs with /dev and /proc.
 */
#include "kernel/dev/init.h"
#include "kernel/fs/filesystem.h"

/* Covers path, a new directory, with a new tree. */
static int mount_new(const char *path, int (*create)(struct inode **root))
{
	struct inode *root;
	int error = vfs_mkdir(path, 0755);

	if (error)
		return error;
	error = create(&root);
	if (error)
		return error;
	error = vfs_mount(path, root);
	if (error)
		inode_put(root);
	return error;
}

static int fs_start(void)
{
	struct inode *root;
	int error;

	file_init();
	ramfs_init();
	error = ramfs_create(&root);
	if (error)
		return error;
	vfs_set_root(root);
	error = vfs_mkdir("/tmp", 01777);
	if (error)
		return error;
	error = mount_new("/dev", devfs_create);
	if (error)
		return error;
	return mount_new("/proc", procfs_create);
}
INIT(INIT_FILESYSTEM, fs_start);
