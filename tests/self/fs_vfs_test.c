/*
 * fs_vfs_test.c: names: looking up, opening, making, removing, listing; every error.
 */
#include "kernel/mm/slab.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"

static int lookup(const char *path)
{
	struct inode *inode;
	int error = vfs_lookup(path, &inode);

	if (!error)
		inode_put(inode);
	return error;
}

static uint64_t number_of(const char *path)
{
	struct file_status status;

	return vfs_stat(path, &status) ? 0 : status.device << 32 | status.inode;
}

SELF_TEST("fs.lookup", test_lookup)
{
	EXPECT_EQ(lookup("/"), 0);
	EXPECT_EQ(lookup("///"), 0);
	EXPECT_EQ(lookup(""), -ENOENT);
	EXPECT_EQ(lookup("/dev/null"), 0);
	EXPECT_EQ(lookup("//dev///null"), 0);
	EXPECT_EQ(lookup("dev/null"), 0);
	EXPECT_EQ(lookup("/./dev/../dev/./null"), 0);
	EXPECT_EQ(lookup("/nothing"), -ENOENT);
	EXPECT_EQ(lookup("/nothing/more"), -ENOENT);
	EXPECT_EQ(lookup("/dev/null/"), -ENOTDIR);
	EXPECT_EQ(lookup("/dev/null/x"), -ENOTDIR);
	EXPECT_EQ(lookup("/dev/null/.."), -ENOTDIR);
	EXPECT_EQ(lookup("/dev/"), 0);
	EXPECT_EQ(lookup("/dev/."), 0);
}

SELF_TEST("fs.dot_dot_crosses_mounts", test_dot_dot)
{
	EXPECT_EQ(number_of("/dev/.."), number_of("/"));
	EXPECT_EQ(number_of("/.."), number_of("/"));
	EXPECT_EQ(number_of("/../../proc/.."), number_of("/"));
	EXPECT_EQ(number_of("/dev/../proc"), number_of("/proc"));
	EXPECT(number_of("/dev") != number_of("/"));
	EXPECT(number_of("/dev") >> 32 != number_of("/") >> 32);
}

SELF_TEST("fs.name_length", test_name_length)
{
	char path[NAME_MAX_BYTES + 16];

	memset(path, 'n', sizeof(path));
	memcpy(path, "/tmp/", 5);
	path[5 + NAME_MAX_BYTES] = 0;
	EXPECT_EQ(lookup(path), -ENOENT);
	EXPECT_EQ(make_file(path, "long"), 0);
	EXPECT_EQ(lookup(path), 0);
	EXPECT_EQ(vfs_unlink(path), 0);
	path[5 + NAME_MAX_BYTES] = 'n';
	path[6 + NAME_MAX_BYTES] = 0;
	EXPECT_EQ(lookup(path), -ENAMETOOLONG);
	EXPECT_EQ(make_file(path, "long"), -ENAMETOOLONG);
}

SELF_TEST("fs.path_length", test_path_length)
{
	char *path = kmalloc(PATH_MAX_BYTES + 1, GFP_KERNEL);

	if (!path) {
		self_skip("no memory");
		return;
	}
	memset(path, '/', PATH_MAX_BYTES);
	path[PATH_MAX_BYTES - 1] = 0;
	EXPECT_EQ(lookup(path), 0);
	path[PATH_MAX_BYTES - 1] = '/';
	path[PATH_MAX_BYTES] = 0;
	EXPECT_EQ(lookup(path), -ENAMETOOLONG);
	kfree(path);
}

SELF_TEST("fs.open_errors", test_open_errors)
{
	EXPECT_EQ(make_file("/tmp/plain", "x"), 0);
	EXPECT_EQ(try_open("/tmp/none", O_RDONLY), -ENOENT);
	EXPECT_EQ(try_open("/tmp/plain", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	EXPECT_EQ(try_open("/tmp/plain", O_RDONLY | O_DIRECTORY), -ENOTDIR);
	EXPECT_EQ(try_open("/tmp/plain/", O_RDONLY), -ENOTDIR);
	EXPECT_EQ(try_open("/tmp", O_RDONLY | O_DIRECTORY), 0);
	EXPECT_EQ(try_open("/tmp", O_WRONLY), -EISDIR);
	EXPECT_EQ(try_open("/tmp", O_RDONLY | O_TRUNC), -EISDIR);
	EXPECT_EQ(try_open("/tmp", O_RDONLY | O_CREAT), -EISDIR);
	EXPECT_EQ(try_open("/tmp/new/", O_RDWR | O_CREAT), -EISDIR);
	EXPECT_EQ(try_open("/tmp/.", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	EXPECT_EQ(try_open("/tmp/new", O_RDWR | O_CREAT | O_DIRECTORY), -EINVAL);
	EXPECT_EQ(try_open("/none/new", O_RDWR | O_CREAT), -ENOENT);
	EXPECT_EQ(try_open("/tmp/plain/new", O_RDWR | O_CREAT), -ENOTDIR);
	EXPECT_EQ(try_open("/dev/new", O_RDWR | O_CREAT), -EACCES);
	EXPECT_EQ(try_open("/proc/new", O_RDWR | O_CREAT), -EACCES);
	EXPECT_EQ(vfs_unlink("/tmp/plain"), 0);
}

SELF_TEST("fs.mkdir_rmdir_unlink", test_mkdir_rmdir_unlink)
{
	struct memory_use before = memory_use(), after;

	EXPECT_EQ(vfs_mkdir("/tmp/d", 0755), 0);
	EXPECT_EQ(vfs_mkdir("/tmp/d", 0755), -EEXIST);
	EXPECT_EQ(vfs_mkdir("/tmp/d/", 0755), -EEXIST);
	EXPECT_EQ(vfs_mkdir("/tmp/d/e/", 0755), 0);
	EXPECT_EQ(vfs_mkdir("/tmp/none/e", 0755), -ENOENT);
	EXPECT_EQ(vfs_mkdir("/", 0755), -EEXIST);
	EXPECT_EQ(vfs_mkdir("/tmp/..", 0755), -EEXIST);
	EXPECT_EQ(vfs_mkdir("/dev/d", 0755), -EPERM);
	EXPECT_EQ(make_file("/tmp/d/f", "x"), 0);
	EXPECT_EQ(vfs_mkdir("/tmp/d/f", 0755), -EEXIST);
	EXPECT_EQ(vfs_mkdir("/tmp/d/f/g", 0755), -ENOTDIR);
	EXPECT_EQ(vfs_rmdir("/tmp/d"), -ENOTEMPTY);
	EXPECT_EQ(vfs_rmdir("/tmp/d/f"), -ENOTDIR);
	EXPECT_EQ(vfs_rmdir("/tmp/d/none"), -ENOENT);
	EXPECT_EQ(vfs_rmdir("/tmp/d/."), -EINVAL);
	EXPECT_EQ(vfs_rmdir("/tmp/d/.."), -ENOTEMPTY);
	EXPECT_EQ(vfs_rmdir("/"), -EBUSY);
	EXPECT_EQ(vfs_rmdir("/dev"), -EBUSY);
	EXPECT_EQ(vfs_unlink("/tmp/d"), -EISDIR);
	EXPECT_EQ(vfs_unlink("/tmp/d/"), -EISDIR);
	EXPECT_EQ(vfs_unlink("/tmp/d/f/"), -ENOTDIR);
	EXPECT_EQ(vfs_unlink("/tmp/d/none"), -ENOENT);
	EXPECT_EQ(vfs_unlink("/tmp/d/."), -EISDIR);
	EXPECT_EQ(vfs_unlink("/"), -EISDIR);
	EXPECT_EQ(vfs_unlink("/dev/null"), -EPERM);
	EXPECT_EQ(vfs_unlink("/proc/version"), -EPERM);
	EXPECT_EQ(vfs_unlink("/tmp/d/f"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/d/e/"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/d"), 0);
	EXPECT_EQ(lookup("/tmp/d"), -ENOENT);
	after = memory_use();
	EXPECT_EQ(after.objects, before.objects);
	EXPECT_EQ(after.pages, before.pages);
}

static uint32_t links_of(const char *path)
{
	struct file_status status;

	return vfs_stat(path, &status) ? 0 : status.links;
}

SELF_TEST("fs.links_of_directories", test_links)
{
	uint32_t before = links_of("/tmp");

	EXPECT_EQ(vfs_mkdir("/tmp/a", 0755), 0);
	EXPECT_EQ(links_of("/tmp"), before + 1);
	EXPECT_EQ(links_of("/tmp/a"), 2);
	EXPECT_EQ(make_file("/tmp/a/f", ""), 0);
	EXPECT_EQ(links_of("/tmp/a"), 2);
	EXPECT_EQ(links_of("/tmp/a/f"), 1);
	EXPECT_EQ(vfs_unlink("/tmp/a/f"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/a"), 0);
	EXPECT_EQ(links_of("/tmp"), before);
}

/* What is removed lives on for those who have it open; nothing can be made in it. */
SELF_TEST("fs.removed_while_open", test_removed_while_open)
{
	struct memory_use before = memory_use(), after;
	struct file *directory, *file, *other;
	char byte = 0;

	EXPECT_EQ(vfs_mkdir("/tmp/gone", 0755), 0);
	EXPECT_EQ(vfs_mkdir("/tmp/gone/too", 0755), 0);
	EXPECT_EQ(make_file("/tmp/gone/file", "content"), 0);
	EXPECT_EQ(vfs_open("/tmp/gone/too", O_RDONLY | O_DIRECTORY, 0, &directory), 0);
	EXPECT_EQ(vfs_open("/tmp/gone/file", O_RDONLY, 0, &file), 0);
	EXPECT_EQ(vfs_unlink("/tmp/gone/file"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/gone/too"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/gone"), 0);
	EXPECT_EQ(read_bytes(file, &byte, 1), 1);
	EXPECT_EQ(byte, 'c');
	EXPECT_EQ(vfs_open_at(directory->inode, "new", O_CREAT | O_RDWR, 0644, &other),
		  -ENOENT);
	EXPECT_EQ(vfs_open_at(directory->inode, "../..", O_RDONLY, 0, &other), 0);
	file_put(other);
	file_put(file);
	file_put(directory);
	after = memory_use();
	EXPECT_EQ(after.objects, before.objects);
	EXPECT_EQ(after.pages, before.pages);
}

struct listing {
	char names[256];
	unsigned most, count;
};

static bool list_name(const struct directory_entry *entry, void *context)
{
	struct listing *listing = context;
	size_t length = strlen(listing->names);

	if (listing->count == listing->most)
		return false;
	listing->count++;
	str_copy(listing->names + length, entry->name, sizeof(listing->names) - length);
	str_copy(listing->names + strlen(listing->names), " ", 2);
	return true;
}

static void list(struct file *file, unsigned most, const char *expected)
{
	struct listing listing = { .most = most };

	EXPECT_EQ(do_readdir(file, list_name, &listing), 0);
	if (strcmp(listing.names, expected) != 0)
		self_fail(__FILE__, __LINE__, "lists '%s', not '%s'", listing.names,
			  expected);
}

SELF_TEST("fs.readdir", test_readdir)
{
	struct file *file;

	EXPECT_EQ(vfs_mkdir("/tmp/l", 0755), 0);
	EXPECT_EQ(make_file("/tmp/l/b", ""), 0);
	EXPECT_EQ(make_file("/tmp/l/a", ""), 0);
	EXPECT_EQ(make_file("/tmp/l/c", ""), 0);
	EXPECT_EQ(vfs_open("/tmp/l", O_RDONLY, 0, &file), 0);
	list(file, 100, ". .. b a c ");
	list(file, 100, "");
	EXPECT_EQ(do_lseek(file, 0, SEEK_SET), 0);
	list(file, 1, ". ");
	list(file, 2, ".. b ");
	/* What was listed goes, what was not stays, what is new comes. */
	EXPECT_EQ(vfs_unlink("/tmp/l/b"), 0);
	EXPECT_EQ(make_file("/tmp/l/d", ""), 0);
	list(file, 100, "a c d ");
	file_put(file);
	EXPECT_EQ(vfs_unlink("/tmp/l/a"), 0);
	EXPECT_EQ(vfs_unlink("/tmp/l/c"), 0);
	EXPECT_EQ(vfs_unlink("/tmp/l/d"), 0);
	EXPECT_EQ(vfs_rmdir("/tmp/l"), 0);
	EXPECT_EQ(vfs_open("/dev/null", O_RDONLY, 0, &file), 0);
	EXPECT_EQ(do_readdir(file, list_name, NULL), -ENOTDIR);
	file_put(file);
}

SELF_TEST("fs.access_mode", test_access_mode)
{
	struct file *file;
	char byte = 'x';

	EXPECT_EQ(make_file("/tmp/m", "abc"), 0);
	EXPECT_EQ(vfs_open("/tmp/m", O_RDONLY, 0, &file), 0);
	EXPECT_EQ(write_bytes(file, &byte, 1), -EBADF);
	EXPECT_EQ(do_ftruncate(file, 0), -EINVAL);
	file_put(file);
	EXPECT_EQ(vfs_open("/tmp/m", O_WRONLY, 0, &file), 0);
	EXPECT_EQ(read_bytes(file, &byte, 1), -EBADF);
	file_put(file);
	EXPECT_EQ(vfs_open("/tmp/m", O_ACCMODE, 0, &file), 0);
	EXPECT_EQ(read_bytes(file, &byte, 1), -EBADF);
	EXPECT_EQ(write_bytes(file, &byte, 1), -EBADF);
	file_put(file);
	EXPECT_EQ(vfs_open("/tmp", O_RDONLY, 0, &file), 0);
	EXPECT_EQ(read_bytes(file, &byte, 1), -EISDIR);
	file_put(file);
	EXPECT_EQ(vfs_unlink("/tmp/m"), 0);
}
