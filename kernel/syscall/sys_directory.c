/*
 * sys_directory.c: getdents64(2).
 */
#include "kernel/syscall/internal.h"
#include "lib/string.h"

/* Room for the longest name; the buffer is cleared, so nothing of ours leaks out. */
union record {
	struct abi_dirent entry;
	char bytes[ALIGN_UP(sizeof(struct abi_dirent) + NAME_MAX_BYTES + 1, (size_t)8)];
};

struct output {
	struct iter to;
	int error; /* why emit said false */
	bool any;
};

static bool emit(const struct directory_entry *entry, void *context)
{
	struct output *output = context;
	size_t size = strlen(entry->name) + 1;
	union record record = { .bytes = { 0 } };

	record.entry.inode = entry->inode;
	record.entry.next = entry->next;
	record.entry.type = entry->type;
	record.entry.length = (uint16_t)ALIGN_UP(sizeof(record.entry) + size, (size_t)8);
	memcpy(record.bytes + sizeof(record.entry), entry->name, size);
	if (record.entry.length > output->to.left) {
		output->error = -EINVAL; /* means nothing when something did fit */
		return false;
	}
	if (iter_put(&output->to, record.bytes, record.entry.length) < 0) {
		output->error = -EFAULT;
		return false;
	}
	output->any = true;
	return true;
}

long sys_getdents64(int fd, struct user_ptr buffer, unsigned size)
{
	struct output output = { .to = iter_user(buffer, MIN(size, FILE_TRANSFER_MAX)) };
	CURRENT_FILE(file, fd);
	size_t before = output.to.left;
	int error;

	if (!file)
		return -EBADF;
	error = do_readdir(file, emit, &output);
	if (output.any)
		return (long)(before - output.to.left);
	return error ? error : output.error;
}
