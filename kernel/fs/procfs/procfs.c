/*
 * procfs.c: /proc: a directory of files that are written by functions.
 *
 * An open file holds the text as it was when it was opened; reading never changes it.
 * Entries only come, at the end of the list, and stay for good.
 */
#include "kernel/fs/procfs/procfs.h"

#include "kernel/debug/panic.h"
#include "kernel/fs/filesystem.h"
#include "kernel/mm/slab.h"
#include "lib/string.h"

struct proc_entry {
	struct inode inode;
	const char *name;		 /* [I] */
	void (*show)(struct text *text); /* [I] */
	int (*set)(const char *value);	 /* [I] NULL: not to be written */
	struct list link;
};

enum {
	ROOT_NUMBER = 1,
	TEXT_SIZE = 2048, /* what is tried first */
	TEXT_MAX = 16 * 1024 * 1024,
};

LOCK_CLASS(procfs_class, "procfs", RANK_TABLE, 0);
static struct spinlock procfs_lock = SPINLOCK_INIT(&procfs_class);
static struct list entries = LIST_INIT(entries); /* [procfs_lock] */
static uint64_t next_number = ROOT_NUMBER + 1;	 /* [procfs_lock] */

static ssize_t text_read(struct file *file, struct iter *to, off_t *position)
{
	const struct text *text = file->private_;
	ssize_t n;

	if (*position >= (off_t)text->length)
		return 0;
	n = iter_put(to, text->bytes + *position, text->length - (size_t)*position);
	if (n > 0)
		*position += n;
	return n;
}

static ssize_t text_write(struct file *file, struct iter *from, off_t *position)
{
	struct proc_entry *entry = container_of(file->inode, struct proc_entry, inode);
	char value[PROCFS_CONTROL_MAX];
	size_t n = from->left;
	ssize_t got;
	int error;

	if (n >= sizeof(value))
		return -EINVAL;
	got = iter_get(from, value, n);
	if (got < 0)
		return got;
	value[got] = '\0';
	if (got > 0 && value[got - 1] == '\n')
		value[got - 1] = '\0';
	error = entry->set(value);
	return error ? error : got;
}

static off_t text_seek(struct file *file, off_t offset, int whence)
{
	const struct text *text = file->private_;

	return file_seek(file, offset, whence, text->length);
}

static void text_free(struct text *text)
{
	if (text)
		kfree(text->bytes);
	kfree(text);
}

static void text_release(struct file *file)
{
	text_free(file->private_);
}

static const struct file_ops text_file_ops = {
	.read = text_read,
	.write = text_write,
	.seek = text_seek,
	.release = text_release,
	.positioned = true,
};

/* With room that doubles until all of the text fits. */
static int text_make(struct text *text, void (*show)(struct text *text))
{
	for (size_t size = TEXT_SIZE; size <= TEXT_MAX;) {
		*text = (struct text){ .bytes = kmalloc(size, GFP_KERNEL), .size = size };
		if (!text->bytes)
			return -ENOMEM;
		show(text);
		if (text->length <= size)
			return 0;
		kfree(text->bytes);
		text->bytes = NULL;
		size = MAX(size * 2, ALIGN_UP(text->length, PAGE_SIZE));
	}
	return -EFBIG;
}

static int entry_open(struct inode *inode, unsigned flags, struct file **result)
{
	struct proc_entry *entry = container_of(inode, struct proc_entry, inode);
	struct text *text;
	int error;

	if ((flags & O_ACCMODE) != O_RDONLY && !entry->set)
		return -EACCES;
	text = kzalloc(sizeof(*text), GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	error = text_make(text, entry->show);
	if (error)
		goto free;
	inode_get(inode);
	error = file_create(&text_file_ops, inode, flags, text, result);
	if (error)
		goto put;
	return 0;
put:
	inode_put(inode);
free:
	text_free(text);
	return error;
}

static void proc_status(struct inode *inode, struct file_status *status)
{
	status->device = PROCFS_DEVICE;
	if (inode_is_directory(inode))
		status->links = 2;
}

/* Entries and the root own themselves for good. */
static void never_dropped(struct inode *inode)
{
	panic("procfs: inode %llu was put too often", (unsigned long long)inode->number);
}

static const struct inode_ops entry_ops = {
	.open = entry_open,
	.status = proc_status,
	.drop = never_dropped,
};

static struct proc_entry *find_locked(const char *name)
{
	struct proc_entry *entry;

	list_for_each (entry, &entries, link)
		if (strcmp(entry->name, name) == 0)
			return entry;
	return NULL;
}

int procfs_add(const char *name, void (*show)(struct text *text))
{
	return procfs_add_control(name, show, NULL);
}

int procfs_add_control(const char *name, void (*show)(struct text *text),
		       int (*set)(const char *value))
{
	struct proc_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	bool taken;

	if (!entry)
		return -ENOMEM;
	refcount_init(&entry->inode.refs, 1);
	entry->inode.ops = &entry_ops;
	entry->inode.mode = S_IFREG | (set ? 0644 : 0444);
	entry->name = name;
	entry->show = show;
	entry->set = set;
	spin_lock(&procfs_lock);
	taken = find_locked(name) != NULL;
	if (!taken) {
		entry->inode.number = next_number++;
		list_add_tail(&entries, &entry->link);
	}
	spin_unlock(&procfs_lock);
	if (taken)
		kfree(entry);
	return taken ? -EEXIST : 0;
}

static int root_lookup(struct inode *directory, const char *name, struct inode **child)
{
	struct proc_entry *entry;

	SPIN_GUARD(&procfs_lock);
	entry = find_locked(name);
	if (!entry)
		return -ENOENT;
	inode_get(&entry->inode);
	*child = &entry->inode;
	return 0;
}

/* The entry behind one, which stays where it is; NULL starts and ends. */
static struct proc_entry *entry_next(struct proc_entry *entry)
{
	struct list *next;

	SPIN_GUARD(&procfs_lock);
	next = entry ? entry->link.next : entries.next;
	return next == &entries ? NULL : list_entry(next, struct proc_entry, link);
}

/* Positions from 2 on count entries in order of their coming. */
static int root_readdir(struct file *file, off_t *position,
			bool (*emit)(const struct directory_entry *entry, void *context),
			void *context)
{
	off_t at = 2;

	if (!directory_emit_dots(file->inode, position, emit, context))
		return 0;
	for (struct proc_entry *i = entry_next(NULL); i; i = entry_next(i)) {
		struct directory_entry entry = {
			.name = i->name,
			.inode = i->inode.number,
			.next = ++at,
			.type = directory_type(i->inode.mode),
		};

		if (at <= *position)
			continue;
		if (!emit(&entry, context))
			break;
		*position = at;
	}
	return 0;
}

static const struct file_ops root_file_ops = {
	.seek = directory_seek,
	.readdir = root_readdir,
};

static int root_open(struct inode *inode, unsigned flags, struct file **result)
{
	return directory_open(inode, &root_file_ops, flags, result);
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.open = root_open,
	.status = proc_status,
	.drop = never_dropped,
};

int procfs_create(struct inode **root)
{
	static struct inode inode = {
		.refs = REFCOUNT_INIT(1),
		.ops = &root_ops,
		.number = ROOT_NUMBER,
		.mode = S_IFDIR | 0755,
	};

	inode_get(&inode);
	*root = &inode;
	return 0;
}
