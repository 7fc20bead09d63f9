/*
 * fs_helpers.h: for the self-tests of files: short forms, and what finds leaks.
 */
#ifndef TESTS_SELF_FS_HELPERS_H
#define TESTS_SELF_FS_HELPERS_H

#include "kernel/fs/vfs.h"
#include "tests/self/self.h"

/*
 * Memory in use: objects, areas, and pages that are no slab's. It waits until tasks that
 * ended are gone, and gives back the stacks that are kept.
 */
struct memory_use {
	uint64_t objects, areas, pages;
};
struct memory_use memory_use(void);

/*
 * Makes the 1st, 2nd, ... allocation of attempt() fail, until it has none left to fail.
 * Each time attempt must say -ENOMEM and leave memory as it was. It returns 0, with all
 * undone, where nothing fails.
 */
void sweep_failures(const char *name, int (*attempt)(void));

/*
 * vfs_open for tests, by its name: in a sweep of failures (faults.h), once something was
 * made to fail, one that fails gives a file all the same, which takes everything and
 * gives nothing, so that a test which has noted its failure goes on and gives back what
 * it has.
 */
int test_open(const char *path, unsigned flags, uint32_t mode, struct file **result);
#define vfs_open(path, flags, mode, result) test_open(path, flags, mode, result)
extern struct file *test_stand_in; /* that file; NULL: no sweep is under way */

/* vfs_open and file_put in one: 0 or the error. */
int try_open(const char *path, unsigned flags);
/* Makes a file with this content; 0 or the error. */
int make_file(const char *path, const char *content);
/* Reads up to size bytes from the beginning of a path's file; the count or the error. */
ssize_t read_file(const char *path, char *bytes, size_t size);
ssize_t read_bytes(struct file *file, void *bytes, size_t size);
ssize_t write_bytes(struct file *file, const void *bytes, size_t size);

#endif
