/*
 * internal.h: the parts of ramfs: the tree of names (tree.c), the content of regular
 * files (content.c) and the index of its pages (index.c).
 */
#ifndef KERNEL_FS_RAMFS_INTERNAL_H
#define KERNEL_FS_RAMFS_INTERNAL_H

#include "kernel/fs/filesystem.h"
#include "kernel/mm/page.h"
#include "kernel/sched/rwlock.h"
#include "lib/rbtree.h"

/* Pages by number: a radix tree that is as high as its largest number needs. */
struct page_index {
	void *root;	 /* height 0: the page with number 0; else a node */
	unsigned height; /* levels of nodes */
};

void page_index_init(void); /* its cache; once */
struct page *page_index_find(const struct page_index *index, uint64_t number);
/* Takes the page over; the number has none yet. -ENOMEM. */
MUST_CHECK int page_index_insert(struct page_index *index, uint64_t number,
				 struct page *page);
/* Takes the page out, or NULL. */
struct page *page_index_remove(struct page_index *index, uint64_t number);
/* The least number >= number that has a page, UINT64_MAX: none. */
uint64_t page_index_next(const struct page_index *index, uint64_t number);

struct ramfs {
	struct rwlock tree_lock;
	uint64_t next_number;	/* [tree_lock] */
	_Atomic uint64_t pages; /* that files hold */
	uint64_t page_limit;	/* [I] half of the memory, as tmpfs */
};

struct ram_inode {
	struct inode inode;
	struct ramfs *fs; /* [I] */
	uint64_t created; /* [I] ns since 1970 */
	_Atomic uint64_t changed;

	/* [tree_lock] */
	uint32_t links;		       /* 0: removed, lives on while somebody holds it */
	struct rb_tree names, cookies; /* a directory's entries, twice */
	uint64_t next_cookie;

	/* A regular file's. */
	struct rwlock content_lock;
	_Atomic uint64_t size;	 /* [content_lock] to change; bytes */
	struct page_index index; /* [content_lock] */
};

static inline struct ram_inode *ram_inode_of(struct inode *inode)
{
	return container_of(inode, struct ram_inode, inode);
}

extern const struct file_ops ram_content_ops;
void ram_content_init(struct ram_inode *ram);
int ram_content_truncate(struct inode *inode, uint64_t size);
/* Gives back all pages; nobody holds the inode any more. */
void ram_content_drop(struct ram_inode *ram);

#endif
