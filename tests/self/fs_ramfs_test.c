/*
 * fs_ramfs_test.c: the content of files in memory, against what POSIX says and against
 * a plain array.
 */
#include "kernel/dev/random.h"
#include "kernel/mm/slab.h"
#include "lib/string.h"
#include "tests/self/fs_helpers.h"

static uint64_t size_of(struct file *file)
{
	struct file_status status = { 0 };

	EXPECT_EQ(do_fstat(file, &status), 0);
	return status.size;
}

SELF_TEST("ramfs.position_and_append", test_position_and_append)
{
	struct file *file;
	char bytes[16];

	EXPECT_EQ(make_file("/tmp/p", "hello"), 0);
	EXPECT_EQ(vfs_open("/tmp/p", O_RDWR, 0, &file), 0);
	EXPECT_EQ(do_lseek(file, -2, SEEK_END), 3);
	EXPECT_EQ(read_bytes(file, bytes, sizeof(bytes)), 2);
	EXPECT(memcmp(bytes, "lo", 2) == 0);
	EXPECT_EQ(read_bytes(file, bytes, sizeof(bytes)), 0);
	EXPECT_EQ(do_lseek(file, 1, SEEK_SET), 1);
	EXPECT_EQ(do_lseek(file, 1, SEEK_CUR), 2);
	EXPECT_EQ(do_lseek(file, -3, SEEK_CUR), -EINVAL);
	EXPECT_EQ(do_lseek(file, INT64_MAX, SEEK_CUR), -EOVERFLOW);
	EXPECT_EQ(do_lseek(file, 0, 9), -EINVAL);
	EXPECT_EQ(do_lseek(file, 0, SEEK_CUR), 2);
	EXPECT_EQ(do_lseek(file, 2, SEEK_HOLE), 5);
	EXPECT_EQ(do_lseek(file, 5, SEEK_DATA), -ENXIO);
	EXPECT_EQ(do_lseek(file, 1, SEEK_DATA), 1);
	do_set_flags(file, O_APPEND);
	EXPECT_EQ(write_bytes(file, "!!", 2), 2);
	EXPECT_EQ(do_lseek(file, 0, SEEK_CUR), 7);
	do_set_flags(file, 0);
	EXPECT_EQ(do_lseek(file, 0, SEEK_SET), 0);
	EXPECT_EQ(write_bytes(file, "J", 1), 1);
	file_put(file);
	EXPECT_EQ(read_file("/tmp/p", bytes, sizeof(bytes)), 7);
	EXPECT(memcmp(bytes, "Jello!!", 7) == 0);
	EXPECT_EQ(vfs_unlink("/tmp/p"), 0);
}

SELF_TEST("ramfs.pread_leaves_the_position", test_pread)
{
	struct file *file;
	char bytes[4] = "";
	struct iter it = iter_kernel(bytes, 2);

	EXPECT_EQ(make_file("/tmp/q", "abcdef"), 0);
	EXPECT_EQ(vfs_open("/tmp/q", O_RDWR, 0, &file), 0);
	EXPECT_EQ(do_pread(file, &it, 3), 2);
	EXPECT(memcmp(bytes, "de", 2) == 0);
	EXPECT_EQ(do_pread(file, &it, -1), -EINVAL);
	it = iter_kernel("XY", 2);
	EXPECT_EQ(do_pwrite(file, &it, 5), 2);
	EXPECT_EQ(do_lseek(file, 0, SEEK_CUR), 0);
	EXPECT_EQ(size_of(file), 7);
	file_put(file);
	EXPECT_EQ(vfs_unlink("/tmp/q"), 0);
}

/* Bytes behind the end never come back. */
SELF_TEST("ramfs.truncated_bytes_are_gone", test_truncated)
{
	struct file *file;
	char bytes[8];

	EXPECT_EQ(make_file("/tmp/t", "secret!"), 0);
	EXPECT_EQ(vfs_open("/tmp/t", O_RDWR, 0, &file), 0);
	EXPECT_EQ(do_ftruncate(file, 2), 0);
	EXPECT_EQ(do_ftruncate(file, 7), 0);
	EXPECT_EQ(read_bytes(file, bytes, sizeof(bytes)), 7);
	EXPECT(memcmp(bytes, "se\0\0\0\0\0", 7) == 0);
	EXPECT_EQ(do_ftruncate(file, -1), -EINVAL);
	EXPECT_EQ(do_ftruncate(file, INT64_MAX), -EFBIG);
	file_put(file);
	EXPECT_EQ(try_open("/tmp/t", O_WRONLY | O_TRUNC), 0);
	EXPECT_EQ(read_file("/tmp/t", bytes, sizeof(bytes)), 0);
	EXPECT_EQ(vfs_unlink("/tmp/t"), 0);
}

/* Pages far apart, at every height that the index can have here; holes read as zeros. */
SELF_TEST("ramfs.sparse", test_sparse)
{
	static const off_t places[] = { 0,	   4095,       63 * 4096, 64 * 4096 - 1,
					64 * 4096, 4095 * 4096 };
	struct memory_use before = memory_use(), after;
	struct file *file;
	char bytes[2];

	EXPECT_EQ(vfs_open("/tmp/s", O_RDWR | O_CREAT, 0644, &file), 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_EQ(do_lseek(file, places[i], SEEK_SET), places[i]);
		EXPECT_EQ(write_bytes(file, "#", 1), 1);
	}
	EXPECT_EQ(size_of(file), 4095 * 4096 + 1);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_EQ(do_lseek(file, places[i], SEEK_SET), places[i]);
		EXPECT_EQ(read_bytes(file, bytes, 1), 1);
		EXPECT_EQ(bytes[0], '#');
	}
	EXPECT_EQ(do_lseek(file, 100 * 4096, SEEK_SET), 100 * 4096);
	EXPECT_EQ(read_bytes(file, bytes, 2), 2);
	EXPECT_EQ(bytes[0] | bytes[1], 0);
	EXPECT_EQ(do_ftruncate(file, 64 * 4096), 0);
	EXPECT_EQ(do_lseek(file, 64 * 4096 - 1, SEEK_SET), 64 * 4096 - 1);
	EXPECT_EQ(read_bytes(file, bytes, 2), 1);
	EXPECT_EQ(bytes[0], '#');
	EXPECT_EQ(vfs_unlink("/tmp/s"), 0);
	file_put(file);
	after = memory_use();
	EXPECT_EQ(after.objects, before.objects);
	EXPECT_EQ(after.pages, before.pages);
}

enum { MODEL_SIZE = 5 * 4096 + 100, MODEL_STEPS = 400, PIECE_MAX = 6000 };

struct model {
	uint8_t bytes[MODEL_SIZE]; /* zero behind size, as the file must be */
	size_t size;
	uint8_t piece[PIECE_MAX];
	struct file *file;
};

static void model_write(struct model *model, size_t at, size_t n)
{
	random_fill(model->piece, n);
	memcpy(model->bytes + at, model->piece, n);
	if (n)
		model->size = MAX(model->size, at + n);
	EXPECT_EQ(do_lseek(model->file, (off_t)at, SEEK_SET), at);
	EXPECT_EQ(write_bytes(model->file, model->piece, n), n);
}

static void model_read(struct model *model, size_t at, size_t n)
{
	size_t expected = at < model->size ? MIN(n, model->size - at) : 0;

	EXPECT_EQ(do_lseek(model->file, (off_t)at, SEEK_SET), at);
	EXPECT_EQ(read_bytes(model->file, model->piece, n), expected);
	EXPECT(memcmp(model->piece, model->bytes + at, expected) == 0);
}

static void model_truncate(struct model *model, size_t size)
{
	if (size < model->size)
		memset(model->bytes + size, 0, model->size - size);
	model->size = size;
	EXPECT_EQ(do_ftruncate(model->file, (off_t)size), 0);
}

SELF_TEST("ramfs.like_an_array", test_like_an_array)
{
	struct model *model = kzalloc(sizeof(*model), GFP_KERNEL);

	if (!model || vfs_open("/tmp/model", O_RDWR | O_CREAT, 0644, &model->file)) {
		kfree(model);
		self_skip("no memory");
		return;
	}
	for (int i = 0; i < MODEL_STEPS; i++) {
		uint64_t choice = random_u64();
		size_t at = choice % MODEL_SIZE;
		size_t n = MIN((choice >> 32) % PIECE_MAX, MODEL_SIZE - at);

		if (choice >> 60 < 6)
			model_write(model, at, n);
		else if (choice >> 60 < 14)
			model_read(model, at, n);
		else
			model_truncate(model, at);
		EXPECT_EQ(size_of(model->file), model->size);
	}
	file_put(model->file);
	kfree(model);
	EXPECT_EQ(vfs_unlink("/tmp/model"), 0);
}

static uint64_t fill_up(struct file *file, const char *block)
{
	ssize_t n = 1;

	while (n > 0)
		n = write_bytes(file, block, 64 * KIB);
	EXPECT_EQ(n, -ENOSPC);
	return size_of(file);
}

/* Files may have half of the memory; the rest of the machine goes on. */
SELF_TEST("ramfs.full", test_full)
{
	struct memory_use before = memory_use(), after;
	struct page_stats stats;
	struct file *file;
	char *block = kzalloc(64 * KIB, GFP_KERNEL);
	uint64_t size;

	page_stats(&stats);
	if (!block || stats.total > 256 * MIB / PAGE_SIZE ||
	    stats.free < stats.total * 3 / 4) {
		kfree(block);
		self_skip("takes a machine with little memory, most of it free");
		return;
	}
	EXPECT_EQ(vfs_open("/tmp/full", O_WRONLY | O_CREAT, 0644, &file), 0);
	size = fill_up(file, block);
	EXPECT(size > stats.total * PAGE_SIZE * 2 / 5);
	EXPECT_EQ(make_file("/tmp/more", "x"), -ENOSPC);
	EXPECT_EQ(do_ftruncate(file, 0), 0);
	/* What was refused does not count: there is as much room as before. */
	EXPECT_EQ(do_lseek(file, 0, SEEK_SET), 0);
	EXPECT_EQ(fill_up(file, block), size);
	EXPECT_EQ(do_ftruncate(file, 0), 0);
	EXPECT_EQ(make_file("/tmp/more", "x"), 0);
	file_put(file);
	EXPECT_EQ(vfs_unlink("/tmp/full"), 0);
	EXPECT_EQ(vfs_unlink("/tmp/more"), 0);
	kfree(block);
	after = memory_use();
	EXPECT_EQ(after.pages, before.pages);
}
