/*
 * table.h: every system call, a line each: Linux's number for x86_64, its name, and
 * what its arguments are. A file that wants something made of the lines defines
 * SYSCALL0 to SYSCALL6 and includes this one, which takes the definitions away again.
 *
 * The kinds of arguments, and the C type that sys_NAME gets for each, stand in
 * kinds.h. To add a call: a line here and a function sys_NAME in one of the sys_ files.
 */
SYSCALL3(0, read, FD, POINTER, SIZE)
SYSCALL3(1, write, FD, BYTES, SIZE)
SYSCALL3(2, open, PATH, OPEN_FLAGS, MODE)
SYSCALL1(3, close, FD)
SYSCALL2(4, stat, PATH, POINTER)
SYSCALL2(5, fstat, FD, POINTER)
SYSCALL2(6, lstat, PATH, POINTER)
SYSCALL3(7, poll, POINTER, UINT, INT)
SYSCALL3(8, lseek, FD, OFFSET, WHENCE)
SYSCALL3(16, ioctl, FD, HEX, ADDRESS)
SYSCALL4(17, pread64, FD, POINTER, SIZE, OFFSET)
SYSCALL4(18, pwrite64, FD, BYTES, SIZE, OFFSET)
SYSCALL3(19, readv, FD, POINTER, INT)
SYSCALL3(20, writev, FD, POINTER, INT)
SYSCALL0(24, sched_yield)
SYSCALL1(32, dup, FD)
SYSCALL2(33, dup2, FD, FD)
SYSCALL2(35, nanosleep, POINTER, POINTER)
SYSCALL0(39, getpid)
SYSCALL1(60, exit, INT)
SYSCALL1(63, uname, POINTER)
SYSCALL3(72, fcntl, FD, FCNTL, ADDRESS)
SYSCALL2(76, truncate, PATH, OFFSET)
SYSCALL2(77, ftruncate, FD, OFFSET)
SYSCALL2(83, mkdir, PATH, MODE)
SYSCALL1(84, rmdir, PATH)
SYSCALL2(85, creat, PATH, MODE)
SYSCALL1(87, unlink, PATH)
SYSCALL1(95, umask, MODE)
SYSCALL2(96, gettimeofday, POINTER, POINTER)
SYSCALL1(99, sysinfo, POINTER)
SYSCALL3(103, syslog, INT, POINTER, INT)
SYSCALL2(140, getpriority, INT, INT)
SYSCALL3(141, setpriority, INT, INT, INT)
SYSCALL2(142, sched_setparam, INT, POINTER)
SYSCALL2(143, sched_getparam, INT, POINTER)
SYSCALL3(144, sched_setscheduler, INT, INT, POINTER)
SYSCALL1(145, sched_getscheduler, INT)
SYSCALL1(146, sched_get_priority_max, INT)
SYSCALL1(147, sched_get_priority_min, INT)
SYSCALL2(148, sched_rr_get_interval, INT, POINTER)
SYSCALL4(169, reboot, HEX, HEX, HEX, POINTER)
SYSCALL0(186, gettid)
SYSCALL1(201, time, POINTER)
SYSCALL3(203, sched_setaffinity, INT, UINT, POINTER)
SYSCALL3(204, sched_getaffinity, INT, UINT, POINTER)
SYSCALL3(217, getdents64, FD, POINTER, UINT)
SYSCALL2(228, clock_gettime, CLOCK, POINTER)
SYSCALL2(229, clock_getres, CLOCK, POINTER)
SYSCALL4(230, clock_nanosleep, CLOCK, INT, POINTER, POINTER)
SYSCALL1(231, exit_group, INT)
SYSCALL4(257, openat, AT, PATH, OPEN_FLAGS, MODE)
SYSCALL3(258, mkdirat, AT, PATH, MODE)
SYSCALL4(262, newfstatat, AT, PATH, POINTER, HEX)
SYSCALL3(263, unlinkat, AT, PATH, HEX)
SYSCALL5(271, ppoll, POINTER, UINT, POINTER, POINTER, SIZE)
SYSCALL3(292, dup3, FD, FD, OPEN_FLAGS)
SYSCALL3(309, getcpu, POINTER, POINTER, POINTER)
SYSCALL3(318, getrandom, POINTER, SIZE, HEX)

#undef SYSCALL0
#undef SYSCALL1
#undef SYSCALL2
#undef SYSCALL3
#undef SYSCALL4
#undef SYSCALL5
#undef SYSCALL6
