/*
 * directory.c: what the directories of all file systems have in common.
 *
 * A directory's position is 0 in front of ".", 1 in front of "..", and from 2 on the
 * file system's own numbering, which grows and stays right while entries come and go.
 */
#include "kernel/fs/filesystem.h"
#include "kernel/fs/internal.h"

bool directory_emit_dots(struct inode *directory, off_t *position,
			 bool (*emit)(const struct directory_entry *entry, void *context),
			 void *context)
{
	while (*position < 2) {
		struct directory_entry entry = {
			.name = *position == 0 ? "." : "..",
			.inode = directory->number,
			.next = *position + 1,
			.type = directory_type(S_IFDIR),
		};

		if (*position == 1) {
			struct inode *parent = mount_parent(directory);

			entry.inode = parent->number;
			inode_put(parent);
		}
		if (!emit(&entry, context))
			return false;
		(*position)++;
	}
	return true;
}

int directory_open(struct inode *directory, const struct file_ops *ops, unsigned flags,
		   struct file **result)
{
	int error;

	inode_get(directory);
	error = file_create(ops, directory, flags, NULL, result);
	if (error)
		inode_put(directory);
	return error;
}

off_t directory_seek(struct file *file, off_t offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return file_seek(file, offset, whence, 0);
}
