/*
 * file.h: an open file description (POSIX.1-2017 3.258) and what can be done with it.
 *
 * Descriptors (kernel/proc/fdtable.h) and whoever works on the file hold references;
 * the last file_put calls release. do_ functions see kernel pointers and cursors only;
 * kernel tasks and the system-call layer call the same ones.
 */
#ifndef KERNEL_FS_FILE_H
#define KERNEL_FS_FILE_H

#include "kernel/dev/chardev.h"
#include "kernel/sched/mutex.h"
#include "kernel/sync/refcount.h"

struct inode;
struct file;

/* stat(2), kernel's form; the layer above makes the ABI's. */
struct file_status {
	uint64_t device, inode, rdevice, size, blocks;
	uint32_t mode, links, uid, gid, block_size;
	uint64_t atime, mtime, ctime; /* ns since 1970 */
};

enum file_whence { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE };

/* The most that one read or write moves, as on Linux: MAX_RW_COUNT. */
#define FILE_TRANSFER_MAX ((size_t)0x7ffff000)

struct directory_entry {
	const char *name;
	uint64_t inode;
	off_t next;   /* the position behind it */
	uint8_t type; /* DT_: getdents64(2) */
};

struct file_ops {
	ssize_t (*read)(struct file *file, struct iter *to, off_t *position);
	ssize_t (*write)(struct file *file, struct iter *from, off_t *position);
	unsigned (*poll)(struct file *file, struct poll_table *table);
	int (*ioctl)(struct file *file, unsigned command, struct argument argument);
	off_t (*seek)(struct file *file, off_t offset, int whence);
	/*
	 * Calls emit for entries from *position on, which it moves, until false. emit
	 * may sleep and write to files, so it is called with no lock of the directory's.
	 */
	int (*readdir)(struct file *file, off_t *position,
		       bool (*emit)(const struct directory_entry *entry, void *context),
		       void *context);
	void (*release)(struct file *file);
	/* read and write move the file's position: they run under position_lock. */
	bool positioned;
};

struct file {
	struct refcount refs;
	const struct file_ops *ops; /* [I] */
	struct inode *inode;	    /* [I] owns a reference; may be NULL */
	_Atomic unsigned flags;	    /* O_: access mode, O_NONBLOCK, O_APPEND */
	struct mutex position_lock;
	off_t position; /* [position_lock] */
	void *private_; /* [I] the implementation's */
};

/* One reference, for the caller. On success it takes over the inode's. -ENOMEM. */
MUST_CHECK int file_create(const struct file_ops *ops, struct inode *inode,
			   unsigned flags, void *private_, struct file **result);
void file_get(struct file *file);
void file_put(struct file *file);

static inline bool file_readable(const struct file *file)
{
	return (atomic_load_explicit(&file->flags, memory_order_relaxed) + 1) & 1;
}

static inline bool file_writable(const struct file *file)
{
	return (atomic_load_explicit(&file->flags, memory_order_relaxed) + 1) & 2;
}

/* For seek operations: the new position of a file of that size; sets file->position. */
off_t file_seek(struct file *file, off_t offset, int whence, uint64_t size);

/* The cache of files; before any is made. */
void file_init(void);

/* As read(2), write(2), lseek(2), ioctl(2): -EBADF for the wrong access mode, ... */
MUST_CHECK ssize_t do_read(struct file *file, struct iter *to);
MUST_CHECK ssize_t do_write(struct file *file, struct iter *from);
/* At a position of the caller's. -EINVAL when negative, -ESPIPE for what has none. */
MUST_CHECK ssize_t do_pread(struct file *file, struct iter *to, off_t position);
MUST_CHECK ssize_t do_pwrite(struct file *file, struct iter *from, off_t position);
MUST_CHECK off_t do_lseek(struct file *file, off_t offset, int whence);
MUST_CHECK int do_ioctl(struct file *file, unsigned command, struct argument argument);
MUST_CHECK int do_fstat(struct file *file, struct file_status *status);
/* As ftruncate(2): -EINVAL for what is not a regular file open for writing. */
MUST_CHECK int do_ftruncate(struct file *file, off_t size);
/* Hands entries to emit from the file's position on, until it says false. -ENOTDIR. */
MUST_CHECK int do_readdir(struct file *file,
			  bool (*emit)(const struct directory_entry *entry,
				       void *context),
			  void *context);
/* F_SETFL of fcntl(2): O_NONBLOCK and O_APPEND change, the rest is ignored. */
void do_set_flags(struct file *file, unsigned flags);
unsigned file_poll(struct file *file, struct poll_table *table);

/*
 * poll(2) over files. deadline: monotonic ns, 0 never, POLL_AT_ONCE. How many are ready,
 * -EINTR, -ENOMEM.
 */
enum { POLL_AT_ONCE = 1 };
struct poll_request {
	struct file *file; /* NULL: POLL_NVAL, unless ignored */
	bool ignored;	   /* a negative descriptor */
	unsigned events;   /* POLL_ */
	unsigned result;
};
MUST_CHECK int do_poll(struct poll_request *requests, unsigned n, uint64_t deadline);

#endif
