/*
 * fdtable.c: the descriptors of a process.
 *
 * A slot holds a file, of which the table owns a reference, or NULL. The first slots lie
 * in the table itself; the array doubles when a number beyond it is asked for, which
 * happens outside the lock: whoever grew it looks again for a free number. Files are put
 * after the lock is released, since a release may sleep.
 */
#include "kernel/proc/fdtable.h"

#include "kernel/mm/slab.h"
#include "kernel/proc/internal.h"
#include "lib/string.h"

LOCK_CLASS(fdtable_class, "descriptors", RANK_FDTABLE, 0);

void fdtable_setup(struct fdtable *table)
{
	*table = (struct fdtable){ .count = FD_INLINE };
	refcount_init(&table->refs, 1);
	spin_init(&table->lock, &fdtable_class);
	table->slots = table->first;
}

int fdtable_create(struct fdtable **result)
{
	struct fdtable *table = kmalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	fdtable_setup(table);
	*result = table;
	return 0;
}

void fdtable_get(struct fdtable *table)
{
	refcount_get(&table->refs);
}

void fdtable_put(struct fdtable *table)
{
	if (!refcount_put(&table->refs))
		return;
	for (unsigned fd = 0; fd < table->count; fd++)
		if (table->slots[fd].file)
			file_put(table->slots[fd].file);
	if (table->slots != table->first)
		kfree(table->slots);
	kfree(table);
}

/* Makes room for descriptor fd. */
static int grow(struct fdtable *table, unsigned fd)
{
	struct fd_slot *slots, *old = NULL;
	unsigned count = FD_INLINE;

	while (count <= fd)
		count *= 2;
	slots = kcalloc(count, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	spin_lock(&table->lock);
	if (table->count < count) {
		memcpy(slots, table->slots, table->count * sizeof(*slots));
		old = table->slots;
		table->slots = slots;
		table->count = count;
		slots = NULL;
	}
	spin_unlock(&table->lock);
	kfree(slots);
	if (old != table->first)
		kfree(old);
	return 0;
}

/* With the lock held: the lowest free number >= from, which may lie behind the slots. */
static unsigned free_number(const struct fdtable *table, unsigned from)
{
	unsigned fd = MAX(from, table->lowest);

	while (fd < table->count && (table->slots[fd].file || table->slots[fd].reserved))
		fd++;
	return fd;
}

int fdtable_reserve(struct fdtable *table, int from)
{
	if (from < 0 || from >= FD_MAX)
		return -EINVAL;
	for (;;) {
		unsigned fd;

		spin_lock(&table->lock);
		fd = free_number(table, (unsigned)from);
		if (fd < table->count) {
			table->slots[fd].reserved = true;
			if ((unsigned)from <= table->lowest)
				table->lowest = fd + 1;
			spin_unlock(&table->lock);
			return (int)fd;
		}
		spin_unlock(&table->lock);
		if (fd >= FD_MAX)
			return -EMFILE;
		if (grow(table, fd))
			return -ENOMEM;
	}
}

void fdtable_fill(struct fdtable *table, int fd, struct file *file, bool close_on_exec)
{
	SPIN_GUARD(&table->lock);
	table->slots[fd] =
		(struct fd_slot){ .file = file, .close_on_exec = close_on_exec };
}

void fdtable_cancel(struct fdtable *table, int fd)
{
	SPIN_GUARD(&table->lock);
	table->slots[fd].reserved = false;
	table->lowest = MIN(table->lowest, (unsigned)fd);
}

int fdtable_install(struct fdtable *table, struct file *file, int from,
		    bool close_on_exec)
{
	int fd = fdtable_reserve(table, from);

	if (fd >= 0)
		fdtable_fill(table, fd, file, close_on_exec);
	return fd;
}

int fdtable_replace(struct fdtable *table, int fd, struct file *file, bool close_on_exec)
{
	struct file *old;

	if (fd < 0 || fd >= FD_MAX)
		return -EBADF;
	if ((unsigned)fd >= table->count && grow(table, (unsigned)fd))
		return -ENOMEM;
	spin_lock(&table->lock);
	if (table->slots[fd].reserved) {
		spin_unlock(&table->lock);
		return -EBUSY;
	}
	old = table->slots[fd].file;
	table->slots[fd] =
		(struct fd_slot){ .file = file, .close_on_exec = close_on_exec };
	spin_unlock(&table->lock);
	if (old)
		file_put(old);
	return fd;
}

/* With the lock held: the slot of an open descriptor, or NULL. */
static struct fd_slot *open_slot(struct fdtable *table, int fd)
{
	if (fd < 0 || (unsigned)fd >= table->count || !table->slots[fd].file)
		return NULL;
	return &table->slots[fd];
}

struct file *fdtable_file(struct fdtable *table, int fd)
{
	struct fd_slot *slot;

	SPIN_GUARD(&table->lock);
	slot = open_slot(table, fd);
	if (!slot)
		return NULL;
	file_get(slot->file);
	return slot->file;
}

int fdtable_close(struct fdtable *table, int fd)
{
	struct file *file = NULL;
	struct fd_slot *slot;

	spin_lock(&table->lock);
	slot = open_slot(table, fd);
	if (slot) {
		file = slot->file;
		slot->file = NULL;
		table->lowest = MIN(table->lowest, (unsigned)fd);
	}
	spin_unlock(&table->lock);
	if (!file)
		return -EBADF;
	file_put(file);
	return 0;
}

int fdtable_get_cloexec(struct fdtable *table, int fd)
{
	struct fd_slot *slot;

	SPIN_GUARD(&table->lock);
	slot = open_slot(table, fd);
	return slot ? slot->close_on_exec : -EBADF;
}

int fdtable_set_cloexec(struct fdtable *table, int fd, bool on)
{
	struct fd_slot *slot;

	SPIN_GUARD(&table->lock);
	slot = open_slot(table, fd);
	if (!slot)
		return -EBADF;
	slot->close_on_exec = on;
	return 0;
}
