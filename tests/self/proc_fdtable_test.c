/*
 * proc_fdtable_test.c: descriptors and processes.
 */
#include "kernel/proc/process.h"
#include "tests/self/fs_helpers.h"

static struct file *open_null(void)
{
	struct file *file = NULL;

	EXPECT_EQ(vfs_open("/dev/null", O_RDWR, 0, &file), 0);
	return file;
}

SELF_TEST("fdtable.lowest_free_number", test_lowest)
{
	struct file *file = open_null();
	struct fdtable *table;
	struct file *found;

	EXPECT_EQ(fdtable_create(&table), 0);
	for (int i = 0; i < 5; i++) {
		file_get(file);
		EXPECT_EQ(fdtable_install(table, file, 0, false), i);
	}
	EXPECT_EQ(fdtable_close(table, 3), 0);
	EXPECT_EQ(fdtable_close(table, 1), 0);
	EXPECT_EQ(fdtable_close(table, 1), -EBADF);
	EXPECT_EQ(fdtable_close(table, -1), -EBADF);
	EXPECT_EQ(fdtable_close(table, FD_MAX), -EBADF);
	file_get(file);
	EXPECT_EQ(fdtable_install(table, file, 2, true), 3);
	EXPECT_EQ(fdtable_get_cloexec(table, 3), 1);
	EXPECT_EQ(fdtable_get_cloexec(table, 2), 0);
	EXPECT_EQ(fdtable_set_cloexec(table, 1, true), -EBADF);
	EXPECT_EQ(fdtable_reserve(table, 0), 1);
	EXPECT(fdtable_file(table, 1) == NULL);
	file_get(file);
	EXPECT_EQ(fdtable_replace(table, 1, file, false), -EBUSY);
	EXPECT_EQ(fdtable_install(table, file, 0, false), 5);
	fdtable_cancel(table, 1);
	file_get(file);
	EXPECT_EQ(fdtable_install(table, file, 0, false), 1);
	found = fdtable_file(table, 1);
	EXPECT(found == file);
	file_put(found);
	fdtable_put(table);
	EXPECT_EQ(refcount_read(&file->refs), 1);
	file_put(file);
}

SELF_TEST("fdtable.as_many_as_there_are", test_all)
{
	struct memory_use before = memory_use(), after;
	struct file *file = open_null();
	struct fdtable *table;

	EXPECT_EQ(fdtable_create(&table), 0);
	for (int i = 0; i < FD_MAX; i++) {
		file_get(file);
		EXPECT_EQ(fdtable_install(table, file, 0, false), i);
	}
	EXPECT_EQ(fdtable_install(table, file, 0, false), -EMFILE);
	EXPECT_EQ(fdtable_install(table, file, FD_MAX, false), -EINVAL);
	EXPECT_EQ(fdtable_replace(table, FD_MAX, file, false), -EBADF);
	EXPECT_EQ(fdtable_close(table, 777), 0);
	file_get(file);
	EXPECT_EQ(fdtable_install(table, file, 0, false), 777);
	EXPECT_EQ(refcount_read(&file->refs), FD_MAX + 1);
	fdtable_put(table);
	EXPECT_EQ(refcount_read(&file->refs), 1);
	file_put(file);
	after = memory_use();
	EXPECT_EQ(after.objects, before.objects);
}

static int grow_table(void)
{
	struct fdtable *table;
	struct file *file;
	int error = fdtable_create(&table), fd;

	if (error)
		return error;
	error = vfs_open("/dev/null", O_RDONLY, 0, &file);
	if (error) {
		fdtable_put(table);
		return error;
	}
	file_get(file);
	fd = fdtable_replace(table, 100, file, false);
	if (fd < 0)
		file_put(file);
	file_get(file);
	if (fd == 100)
		fd = fdtable_install(table, file, 500, false);
	if (fd != 500)
		file_put(file);
	file_put(file);
	fdtable_put(table);
	return MIN(fd, 0);
}

/* A task of a process of its own: it opens files, and never closes them. */
static struct {
	struct file *file;
	int id, task_id;
} child;

static int child_main(void *argument)
{
	struct process *process = process_current();

	child.id = process->id;
	child.task_id = cpu_task()->id;
	file_get(child.file);
	return fdtable_install(process->files, child.file, 7, false);
}

static int run_process(void)
{
	struct task *task;
	int status = -1;
	int error = process_create("child", child_main, NULL, PRIORITY_NORMAL, &task);

	if (error)
		return error;
	task_start(task);
	error = task_join(task, &status);
	task_put(task);
	return error ? error : status == 7 ? 0 : -EIO;
}

SELF_TEST("process.end_closes_files", test_process)
{
	child.file = open_null();
	EXPECT_EQ(run_process(), 0);
	EXPECT_EQ(refcount_read(&child.file->refs), 1);
	EXPECT_EQ(child.id, child.task_id);
	EXPECT(child.id != 0);
	EXPECT_EQ(process_current()->id, 0);
	file_put(child.file);
}

SELF_TEST("process.failing_allocations", test_process_failures)
{
	sweep_failures("descriptor table", grow_table);
	child.file = open_null();
	sweep_failures("process", run_process);
	file_put(child.file);
}
