/*
 * tree.c: ramfs: files and directories that live in memory.
 *
 * One lock protects all names of a tree. An entry owns a reference to its inode, a
 * directory one to the directory above. An inode without links is removed: it goes when
 * the last file that has it open does, and nothing can be made in it.
 */
#include "kernel/fs/ramfs/internal.h"
#include "kernel/mm/slab.h"
#include "kernel/time/clock.h"
#include "lib/string.h"

struct entry {
	struct rb_node by_name, by_cookie;
	uint64_t cookie; /* its place for readdir, never used twice in a directory */
	struct ram_inode *child;
	char name[];
};

LOCK_CLASS(tree_class, "ramfs names", RANK_DIRECTORY, LOCK_SLEEPS);
enum { FIRST_COOKIE = 2 }; /* behind "." and ".." */
static struct kmem_cache inode_cache;

/* Directories have no content, regular files no entries. */
static const struct inode_ops directory_ops, regular_ops;
static const struct file_ops directory_file_ops;

static int inode_create(struct ramfs *fs, uint32_t mode, struct ram_inode **result)
{
	struct ram_inode *ram = kmem_alloc(&inode_cache, GFP_KERNEL);
	bool directory = (mode & S_IFMT) == S_IFDIR;

	if (!ram)
		return -ENOMEM;
	*ram = (struct ram_inode){ .fs = fs, .next_cookie = FIRST_COOKIE };
	refcount_init(&ram->inode.refs, 1);
	ram->inode.ops = directory ? &directory_ops : &regular_ops;
	ram->inode.mode = mode;
	ram->created = clock_realtime();
	ram->changed = ram->created;
	ram->links = directory ? 2 : 1;
	ram_content_init(ram);
	*result = ram;
	return 0;
}

/* A chain of removed directories may go at once: a loop, no recursion. */
static void inode_drop(struct inode *inode)
{
	while (inode) {
		struct ram_inode *ram = ram_inode_of(inode);
		struct inode *parent = inode->parent;

		ram_content_drop(ram);
		kmem_free(&inode_cache, ram);
		inode = parent && refcount_put(&parent->refs) ? parent : NULL;
	}
}

static struct entry *find(const struct ram_inode *directory, const char *name)
{
	struct rb_node *at = directory->names.root;

	while (at) {
		struct entry *entry = rb_entry(at, struct entry, by_name);
		int order = strcmp(name, entry->name);

		if (order == 0)
			return entry;
		at = at->child[order > 0];
	}
	return NULL;
}

static bool less_name(const struct rb_node *a, const struct rb_node *b)
{
	return strcmp(rb_entry(a, struct entry, by_name)->name,
		      rb_entry(b, struct entry, by_name)->name) < 0;
}

static bool less_cookie(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct entry, by_cookie)->cookie <
	       rb_entry(b, struct entry, by_cookie)->cookie;
}

static int ram_lookup(struct inode *inode, const char *name, struct inode **child)
{
	struct ram_inode *directory = ram_inode_of(inode);
	struct entry *entry;

	READ_GUARD(&directory->fs->tree_lock);
	entry = find(directory, name);
	if (!entry)
		return -ENOENT;
	inode_get(&entry->child->inode);
	*child = &entry->child->inode;
	return 0;
}

/* With tree_lock held; takes over the entry and its reference to the child. */
static void link_entry(struct ram_inode *directory, struct entry *entry)
{
	struct inode *child = &entry->child->inode;

	child->number = directory->fs->next_number++;
	if (inode_is_directory(child)) {
		inode_get(&directory->inode);
		child->parent = &directory->inode;
		directory->links++;
	}
	entry->cookie = directory->next_cookie++;
	rb_insert(&directory->names, &entry->by_name, less_name);
	rb_insert(&directory->cookies, &entry->by_cookie, less_cookie);
	directory->changed = clock_realtime();
}

static int ram_create(struct inode *inode, const char *name, uint32_t mode,
		      struct inode **child)
{
	struct ram_inode *directory = ram_inode_of(inode);
	size_t size = strlen(name) + 1;
	struct entry *entry = kmalloc(sizeof(*entry) + size, GFP_KERNEL);
	int error;

	if (!entry)
		return -ENOMEM;
	memcpy(entry->name, name, size);
	error = inode_create(directory->fs, mode, &entry->child);
	if (error)
		goto free_entry;
	rwlock_write_lock(&directory->fs->tree_lock);
	if (directory->links == 0)
		error = -ENOENT;
	else if (find(directory, name))
		error = -EEXIST;
	if (error)
		goto unlock;
	inode_get(&entry->child->inode);
	*child = &entry->child->inode;
	link_entry(directory, entry);
	rwlock_write_unlock(&directory->fs->tree_lock);
	return 0;
unlock:
	rwlock_write_unlock(&directory->fs->tree_lock);
	inode_put(&entry->child->inode);
free_entry:
	kfree(entry);
	return error;
}

/* With tree_lock held; the caller puts the child afterwards, without it. */
static struct inode *unlink_entry(struct ram_inode *directory, struct entry *entry)
{
	struct ram_inode *child = entry->child;

	rb_erase(&directory->names, &entry->by_name);
	rb_erase(&directory->cookies, &entry->by_cookie);
	kfree(entry);
	if (inode_is_directory(&child->inode))
		directory->links--;
	child->links = 0;
	directory->changed = clock_realtime();
	return &child->inode;
}

/* Whether a name may go, asked for as a directory's or another's. 0 or -errno. */
static int may_remove(const struct entry *entry, bool as_directory)
{
	if (!entry)
		return -ENOENT;
	if (inode_is_directory(&entry->child->inode) != as_directory)
		return as_directory ? -ENOTDIR : -EISDIR;
	return rb_is_empty(&entry->child->names) ? 0 : -ENOTEMPTY;
}

static int remove_name(struct inode *inode, const char *name, bool as_directory)
{
	struct ram_inode *directory = ram_inode_of(inode);
	struct inode *gone = NULL;
	struct entry *entry;
	int error;

	rwlock_write_lock(&directory->fs->tree_lock);
	entry = find(directory, name);
	error = may_remove(entry, as_directory);
	if (!error)
		gone = unlink_entry(directory, entry);
	rwlock_write_unlock(&directory->fs->tree_lock);
	if (gone)
		inode_put(gone);
	return error;
}

static int ram_unlink(struct inode *inode, const char *name)
{
	return remove_name(inode, name, false);
}

static int ram_rmdir(struct inode *inode, const char *name)
{
	return remove_name(inode, name, true);
}

static int ram_open(struct inode *inode, unsigned flags, struct file **result)
{
	int error;

	inode_get(inode);
	error = file_create(inode_is_directory(inode) ? &directory_file_ops
						      : &ram_content_ops,
			    inode, flags, NULL, result);
	if (error)
		inode_put(inode);
	return error;
}

static void ram_status(struct inode *inode, struct file_status *status)
{
	struct ram_inode *ram = ram_inode_of(inode);

	status->device = RAMFS_DEVICE;
	status->links = ram->links;
	status->size = ram->size;
	status->blocks = (ram->size + PAGE_SIZE - 1) / PAGE_SIZE * (PAGE_SIZE / 512);
	status->atime = ram->created;
	status->mtime = ram->changed;
	status->ctime = ram->changed;
}

static const struct inode_ops regular_ops = {
	.open = ram_open,
	.status = ram_status,
	.truncate = ram_content_truncate,
	.drop = inode_drop,
};

static const struct inode_ops directory_ops = {
	.lookup = ram_lookup,
	.open = ram_open,
	.status = ram_status,
	.create = ram_create,
	.unlink = ram_unlink,
	.rmdir = ram_rmdir,
	.drop = inode_drop,
};

/* The first entry whose cookie is at least that. */
static struct entry *entry_from(const struct ram_inode *directory, uint64_t cookie)
{
	struct rb_node *at = directory->cookies.root;
	struct entry *best = NULL;

	while (at) {
		struct entry *entry = rb_entry(at, struct entry, by_cookie);
		bool right = entry->cookie < cookie;

		if (!right)
			best = entry;
		at = at->child[right];
	}
	return best;
}

/* The first entry at or behind a position; its name is copied to name. */
static bool read_entry(struct ram_inode *directory, off_t position,
		       struct directory_entry *result, char name[NAME_MAX_BYTES + 1])
{
	struct entry *entry;

	READ_GUARD(&directory->fs->tree_lock);
	entry = entry_from(directory, (uint64_t)position);
	if (!entry)
		return false;
	str_copy(name, entry->name, NAME_MAX_BYTES + 1);
	*result = (struct directory_entry){
		.name = name,
		.inode = entry->child->inode.number,
		.next = (off_t)entry->cookie + 1,
		.type = directory_type(entry->child->inode.mode),
	};
	return true;
}

static int ram_readdir(struct file *file, off_t *position,
		       bool (*emit)(const struct directory_entry *entry, void *context),
		       void *context)
{
	struct ram_inode *directory = ram_inode_of(file->inode);
	struct directory_entry entry;
	char name[NAME_MAX_BYTES + 1];

	if (!directory_emit_dots(file->inode, position, emit, context))
		return 0;
	while (read_entry(directory, *position, &entry, name) && emit(&entry, context))
		*position = entry.next;
	return 0;
}

static const struct file_ops directory_file_ops = {
	.seek = directory_seek,
	.readdir = ram_readdir,
};

void ramfs_init(void)
{
	kmem_cache_init(&inode_cache, "ramfs_inode", sizeof(struct ram_inode), 0);
	page_index_init();
}

int ramfs_create(struct inode **root)
{
	struct ramfs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	struct page_stats stats;
	struct ram_inode *ram;
	int error;

	if (!fs)
		return -ENOMEM;
	rwlock_init(&fs->tree_lock, &tree_class);
	page_stats(&stats);
	fs->page_limit = stats.total / 2;
	fs->next_number = 2;
	error = inode_create(fs, S_IFDIR | 0755, &ram);
	if (error) {
		kfree(fs);
		return error;
	}
	ram->inode.number = 1;
	*root = &ram->inode;
	return 0;
}
