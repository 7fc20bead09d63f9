/*
 * not_swept.h: self-tests that `faults -t` leaves out, by the beginnings of their names,
 * and why: they test what cannot go on without the one thing that failed, or make things
 * fail themselves.
 */
#ifndef TESTS_SELF_NOT_SWEPT_H
#define TESTS_SELF_NOT_SWEPT_H

static const struct {
	const char *prefix, *reason;
} not_swept[] = {
	{ "fdtable.as_many_as_there_are", "uses what it could not get" },
	{ "fdtable.lowest_free_number", "uses what it could not get" },
	{ "fs.failing_allocations", "makes its own allocations fail" },
	{ "fs.mkdir_rmdir_unlink", "leaves behind what it made" },
	{ "fs.removed_while_open", "uses what it could not get" },
	{ "inherit.", "tests tasks, and needs all of them" },
	{ "kasan.", "plants bugs" },
	{ "lock.", "tests tasks, and needs all of them" },
	{ "lockdep.", "plants bugs" },
	{ "process.end_closes_files", "uses what it could not get" },
	{ "process.failing_allocations", "makes its own allocations fail" },
	{ "program.allocations_fail", "makes its own allocations fail" },
	{ "program.each_without_memory", "makes its own allocations fail" },
	{ "ramfs.full", "fills memory: too many allocations" },
	{ "sched.", "tests tasks, and needs all of them" },
	{ "schedfuzz.", "tests tasks, and needs all of them" },
	{ "smp.", "tests tasks, and needs all of them" },
	{ "page.all_cpus", "all CPUs at once: which is the Nth is by chance" },
	{ "slab.caches_come", "all CPUs at once: which is the Nth is by chance" },
	{ "slab.freed_by_another", "all CPUs at once: which is the Nth is by chance" },
	{ "sync.", "tests tasks, and needs all of them" },
	{ "syscall.emfile", "leaves behind what it made" },
	{ "syscall.exit", "uses what it could not get" },
	{ "syscall.failing_allocations", "makes its own allocations fail" },
	{ "syscall.open_read_write_close", "leaves behind what it made" },
	{ "syscall.poll", "waits for what it could not get" },
	{ "trace.", "its records are there for good once made" },
	{ "tty.writer_sleeps", "waits for what it could not get" },
	{ "ubsan.", "plants bugs" },
};

#endif
