/*
 * abi.h: the structs and numbers that programs for Linux on x86_64 use, where the
 * kernel's own are others: stat(2), getdents64(2), poll(2), readv(2), uname(2),
 * sysinfo(2), clock_gettime(2), gettimeofday(2).
 */
#ifndef KERNEL_SYSCALL_ABI_H
#define KERNEL_SYSCALL_ABI_H

#include "lib/base.h"

struct abi_timespec {
	int64_t seconds, nanoseconds;
};

struct abi_timeval {
	int64_t seconds, microseconds;
};

struct abi_timezone {
	int32_t minutes_west, dst;
};

struct abi_stat {
	uint64_t device, inode, links;
	uint32_t mode, uid, gid, reserved0;
	uint64_t rdevice;
	int64_t size, block_size, blocks;
	struct abi_timespec atime, mtime, ctime;
	int64_t reserved[3];
};
_Static_assert(sizeof(struct abi_stat) == 144, "struct stat of the ABI");

struct abi_dirent {
	uint64_t inode;
	int64_t next;
	uint16_t length; /* of the record, a multiple of 8 */
	uint8_t type;
	char name[];
} PACKED;

struct abi_pollfd {
	int32_t fd;
	uint16_t events, revents;
};

struct abi_iovec {
	uint64_t base, length;
};

enum { ABI_NAME_SIZE = 65 };
struct abi_utsname {
	char sysname[ABI_NAME_SIZE], nodename[ABI_NAME_SIZE], release[ABI_NAME_SIZE];
	char version[ABI_NAME_SIZE], machine[ABI_NAME_SIZE], domainname[ABI_NAME_SIZE];
};

struct abi_sysinfo {
	int64_t uptime; /* seconds */
	uint64_t loads[3];
	uint64_t total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
	uint16_t processes, reserved;
	uint64_t total_high, free_high;
	uint32_t unit; /* bytes that the sizes count */
	uint32_t reserved2;
};
_Static_assert(sizeof(struct abi_sysinfo) == 112, "struct sysinfo of the ABI");

enum {
	AT_FDCWD = -100,
	AT_SYMLINK_NOFOLLOW = 0x100,
	AT_REMOVEDIR = 0x200,
	AT_NO_AUTOMOUNT = 0x800,
	AT_EMPTY_PATH = 0x1000,
	IOV_MAX = 1024,
};

enum abi_fcntl {
	F_DUPFD = 0,
	F_GETFD = 1,
	F_SETFD = 2,
	F_GETFL = 3,
	F_SETFL = 4,
	F_DUPFD_CLOEXEC = 1030,
	FD_CLOEXEC = 1,
};

enum abi_ioctl {
	FIONBIO = 0x5421,
	FIONCLEX = 0x5450,
	FIOCLEX = 0x5451,
};

enum abi_clock {
	CLOCK_REALTIME,
	CLOCK_MONOTONIC,
	CLOCK_PROCESS_CPUTIME_ID,
	CLOCK_THREAD_CPUTIME_ID,
	CLOCK_MONOTONIC_RAW,
	CLOCK_REALTIME_COARSE,
	CLOCK_MONOTONIC_COARSE,
	CLOCK_BOOTTIME,
	TIMER_ABSTIME = 1,
};

#endif
