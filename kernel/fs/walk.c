/*
 * walk.c: from a path to an inode, one component at a time.
 *
 * At each step the walk owns one reference: to the directory it stands in. A component
 * is looked up by the directory's own file system; mounts are crossed here.
 */
#include "kernel/fs/internal.h"

/* The child called name, with a reference; the one to directory stays the caller's. */
static int step(struct inode *directory, const char *name, struct inode **result)
{
	struct inode *child;
	int error;

	if (!inode_is_directory(directory))
		return -ENOTDIR;
	if (path_is_dot(name)) {
		inode_get(directory);
		*result = directory;
		return 0;
	}
	if (path_is_dot_dot(name)) {
		*result = mount_parent(directory);
		return 0;
	}
	error = directory->ops->lookup(directory, name, &child);
	if (error)
		return error;
	*result = mount_enter(child);
	return 0;
}

/* A reference to where the walk begins. */
static struct inode *first_directory(struct inode *start, const char *path)
{
	if (!start || *path == '/')
		return mount_root();
	inode_get(start);
	return start;
}

int walk_start(struct inode *start, const char *path, struct walk *walk)
{
	struct inode *at, *child;
	int error = path_check(path);

	if (error)
		return error;
	at = first_directory(start, path);
	if (!at)
		return -ENOENT;
	walk->last.name[0] = 0;
	walk->last.slash = false;
	for (;;) {
		error = path_next(&path, &walk->last);
		if (error < 0)
			break;
		if (error == 0 || walk->last.last) {
			error = inode_is_directory(at) ? 0 : -ENOTDIR;
			break;
		}
		error = step(at, walk->last.name, &child);
		if (error)
			break;
		inode_put(at);
		at = child;
	}
	if (error) {
		inode_put(at);
		return error;
	}
	walk->directory = at;
	return 0;
}

int walk_end(const struct walk *walk, struct inode **result)
{
	struct inode *child;
	int error;

	if (!walk->last.name[0]) {
		inode_get(walk->directory);
		*result = walk->directory;
		return 0;
	}
	error = step(walk->directory, walk->last.name, &child);
	if (error)
		return error;
	if (walk->last.slash && !inode_is_directory(child)) {
		inode_put(child);
		return -ENOTDIR;
	}
	*result = child;
	return 0;
}

bool walk_is_name(const struct walk *walk)
{
	const char *name = walk->last.name;

	return name[0] && !path_is_dot(name) && !path_is_dot_dot(name);
}
