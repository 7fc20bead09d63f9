/*
 * content.c: the bytes of ramfs's regular files.
 *
 * A page that was never written is a hole and reads as zeros. Bytes of a page behind
 * the file's end are always zero, so that a file which grows shows nothing old; what
 * breaks that (a copy that faults half-way, a cut) clears them again. The pages of all
 * files together stay below the file system's limit: -ENOSPC, not a machine without
 * memory.
 */
#include "kernel/fs/ramfs/internal.h"
#include "kernel/mm/usercopy.h"
#include "kernel/time/clock.h"
#include "lib/string.h"

LOCK_CLASS(content_class, "ramfs content", RANK_INODE, LOCK_SLEEPS);

/* Far more than there is memory: holes cost nothing. */
static const off_t size_limit = (off_t)1 << 40;

void ram_content_init(struct ram_inode *ram)
{
	rwlock_init(&ram->content_lock, &content_class);
	atomic_init(&ram->size, 0);
	ram->index = (struct page_index){ 0 };
}

static ssize_t read_piece(struct ram_inode *ram, struct iter *to, off_t at, size_t n)
{
	struct page *page = page_index_find(&ram->index, (uint64_t)at >> PAGE_SHIFT);

	if (!page)
		return iter_zero(to, n);
	return iter_put(to, (char *)page_address(page) + (at & (PAGE_SIZE - 1)), n);
}

static ssize_t content_read(struct file *file, struct iter *to, off_t *position)
{
	struct ram_inode *ram = ram_inode_of(file->inode);
	ssize_t done = 0;

	READ_GUARD(&ram->content_lock);
	while (to->left && *position < (off_t)ram->size) {
		size_t n = MIN(PAGE_SIZE - (*position & (PAGE_SIZE - 1)),
			       ram->size - (uint64_t)*position);
		ssize_t moved = read_piece(ram, to, *position, MIN(n, to->left));

		if (moved < 0)
			return done ? done : moved;
		*position += moved;
		done += moved;
	}
	return done;
}

/* With content_lock to write: the page of that number, made where there is none. */
static int page_for_writing(struct ram_inode *ram, uint64_t number, struct page **result)
{
	struct ramfs *fs = ram->fs;
	struct page *page = page_index_find(&ram->index, number);
	int error = -ENOSPC;

	*result = page;
	if (page)
		return 0;
	if (atomic_fetch_add(&fs->pages, 1) >= fs->page_limit)
		goto uncount;
	error = -ENOMEM;
	page = page_alloc(0, GFP_KERNEL | GFP_ZERO);
	if (!page)
		goto uncount;
	error = page_index_insert(&ram->index, number, page);
	if (error)
		goto free;
	*result = page;
	return 0;
free:
	page_free(page);
uncount:
	atomic_fetch_sub(&fs->pages, 1);
	return error;
}

/* With content_lock held. */
static ssize_t write_piece(struct ram_inode *ram, struct iter *from, off_t at, size_t n)
{
	struct page *page;
	size_t offset = at & (PAGE_SIZE - 1), kept;
	ssize_t moved;
	int error = page_for_writing(ram, (uint64_t)at >> PAGE_SHIFT, &page);

	if (error)
		return error;
	moved = iter_get(from, (char *)page_address(page) + offset, n);
	if (moved < 0) {
		/* Some bytes may have arrived: none must be left behind the end. */
		kept = (uint64_t)at < ram->size ? MIN(n, ram->size - (uint64_t)at) : 0;
		memset((char *)page_address(page) + offset + kept, 0, n - kept);
	}
	return moved;
}

static ssize_t content_write(struct file *file, struct iter *from, off_t *position)
{
	struct ram_inode *ram = ram_inode_of(file->inode);
	ssize_t done = 0, moved = 0;

	WRITE_GUARD(&ram->content_lock);
	if (from->left && atomic_load(&file->flags) & O_APPEND)
		*position = (off_t)ram->size;
	while (from->left && moved >= 0) {
		size_t n = PAGE_SIZE - (*position & (PAGE_SIZE - 1));

		if (*position >= size_limit)
			return done ? done : -EFBIG;
		moved = write_piece(ram, from, *position, MIN(n, from->left));
		if (moved < 0)
			break;
		*position += moved;
		done += moved;
		if ((uint64_t)*position > ram->size)
			ram->size = (uint64_t)*position;
	}
	if (done)
		ram->changed = clock_realtime();
	return done ? done : moved;
}

/* Frees pages from number on. With content_lock, or for an inode that nobody holds. */
static void free_pages(struct ram_inode *ram, uint64_t number)
{
	number = page_index_next(&ram->index, number);
	while (number != UINT64_MAX) {
		page_free(page_index_remove(&ram->index, number));
		atomic_fetch_sub(&ram->fs->pages, 1);
		number = page_index_next(&ram->index, number);
	}
}

int ram_content_truncate(struct inode *inode, uint64_t size)
{
	struct ram_inode *ram = ram_inode_of(inode);
	size_t offset = size & (PAGE_SIZE - 1);
	struct page *page;

	if (size > size_limit)
		return -EFBIG;
	WRITE_GUARD(&ram->content_lock);
	free_pages(ram, (size + PAGE_SIZE - 1) >> PAGE_SHIFT);
	page = offset ? page_index_find(&ram->index, size >> PAGE_SHIFT) : NULL;
	if (page)
		memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
	ram->size = size;
	ram->changed = clock_realtime();
	return 0;
}

void ram_content_drop(struct ram_inode *ram)
{
	free_pages(ram, 0);
}

static off_t content_seek(struct file *file, off_t offset, int whence)
{
	return file_seek(file, offset, whence, ram_inode_of(file->inode)->size);
}

const struct file_ops ram_content_ops = {
	.read = content_read,
	.write = content_write,
	.seek = content_seek,
	.positioned = true,
};
