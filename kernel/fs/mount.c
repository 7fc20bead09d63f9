/*
 * mount.c: how several trees are one.
 *
 * A mount covers a directory with the root of another tree. Mounts only come, none
 * goes: inode.mounted is set once, and the walk reads it without the lock. A mount owns
 * a reference to both of its inodes.
 */
#include "kernel/fs/internal.h"
#include "kernel/mm/slab.h"

struct mount {
	struct list link;
	struct inode *covered, *root;
};

LOCK_CLASS(mount_class, "mounts", RANK_TABLE, 0);
static struct spinlock mount_lock = SPINLOCK_INIT(&mount_class);
static struct list mounts = LIST_INIT(mounts); /* [mount_lock] */
static struct inode *root_inode;	       /* [I] once set */

void vfs_set_root(struct inode *root)
{
	root_inode = root;
}

struct inode *mount_root(void)
{
	if (root_inode)
		inode_get(root_inode);
	return root_inode;
}

struct inode *mount_enter(struct inode *inode)
{
	struct inode *root = __atomic_load_n(&inode->mounted, __ATOMIC_ACQUIRE);

	while (root) {
		inode_get(root);
		inode_put(inode);
		inode = root;
		root = __atomic_load_n(&inode->mounted, __ATOMIC_ACQUIRE);
	}
	return inode;
}

/* What a tree's root covers, not owned; NULL for the root of all. */
static struct inode *covered_by(const struct inode *root)
{
	struct mount *mount;

	SPIN_GUARD(&mount_lock);
	list_for_each (mount, &mounts, link)
		if (mount->root == root)
			return mount->covered;
	return NULL;
}

struct inode *mount_parent(struct inode *directory)
{
	struct inode *at = directory;

	while (!at->parent) {
		struct inode *covered = covered_by(at);

		if (!covered)
			break;
		at = covered;
	}
	if (at->parent)
		at = at->parent;
	inode_get(at);
	return mount_enter(at);
}

/* Takes over both references on success. */
static int mount_add(struct inode *covered, struct inode *root)
{
	struct mount *mount = kmalloc(sizeof(*mount), GFP_KERNEL);

	if (!mount)
		return -ENOMEM;
	mount->covered = covered;
	mount->root = root;
	spin_lock(&mount_lock);
	if (covered->mounted) {
		spin_unlock(&mount_lock);
		kfree(mount);
		return -EBUSY;
	}
	list_add_tail(&mounts, &mount->link);
	__atomic_store_n(&covered->mounted, root, __ATOMIC_RELEASE);
	spin_unlock(&mount_lock);
	return 0;
}

int vfs_mount(const char *path, struct inode *root)
{
	struct inode *covered;
	int error = vfs_lookup(path, &covered);

	if (error)
		return error;
	error = inode_is_directory(covered) ? mount_add(covered, root) : -ENOTDIR;
	if (error)
		inode_put(covered);
	return error;
}
