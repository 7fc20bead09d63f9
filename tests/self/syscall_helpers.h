/*
 * syscall_helpers.h: system calls as a user process would make them: with memory of its
 * own, at low addresses.
 */
#ifndef TESTS_SELF_SYSCALL_HELPERS_H
#define TESTS_SELF_SYSCALL_HELPERS_H

#include "kernel/syscall/abi.h"
#include "kernel/syscall/syscall.h"
#include "kernel/x86/layout.h"
#include "lib/errno.h"
#include "tests/self/fs_helpers.h"

/*
 * Two pages that a user may write, one that it may read, and nothing around them; `user`
 * is the first two as the kernel sees them, for a test to fill and to look at.
 */
#define USER_BASE 0x10000000UL
#define USER_READ_ONLY (USER_BASE + 2 * PAGE_SIZE)
#define USER_NOTHING (USER_BASE + 3 * PAGE_SIZE)
#define USER_KERNEL 0xffffffff80100000UL /* not the user's to name */
extern char *user;

/* Maps them; false: there was no memory, and the test is skipped. */
bool user_start(void);
void user_end(void);

/* The user's address of a place in `user`, and of a string that is put there. */
static inline uint64_t user_at(size_t offset)
{
	return USER_BASE + offset;
}
uint64_t user_string(size_t offset, const char *text);

long call6(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
	   uint64_t f);
#define CALL_6(number, a, b, c, d, e, f, ...)                                     \
	call6(number, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), \
	      (uint64_t)(e), (uint64_t)(f))
/* call(number, up to six arguments) */
#define call(...) CALL_6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Linux's numbers, spelled out: taken from the table, they would prove little. */
enum call_number {
	NR_read = 0,
	NR_write = 1,
	NR_open = 2,
	NR_close = 3,
	NR_stat = 4,
	NR_fstat = 5,
	NR_poll = 7,
	NR_lseek = 8,
	NR_ioctl = 16,
	NR_pread64 = 17,
	NR_pwrite64 = 18,
	NR_readv = 19,
	NR_writev = 20,
	NR_sched_yield = 24,
	NR_dup = 32,
	NR_dup2 = 33,
	NR_nanosleep = 35,
	NR_getpid = 39,
	NR_exit = 60,
	NR_uname = 63,
	NR_fcntl = 72,
	NR_ftruncate = 77,
	NR_mkdir = 83,
	NR_rmdir = 84,
	NR_creat = 85,
	NR_unlink = 87,
	NR_umask = 95,
	NR_gettimeofday = 96,
	NR_sysinfo = 99,
	NR_syslog = 103,
	NR_getpriority = 140,
	NR_setpriority = 141,
	NR_sched_setparam = 142,
	NR_sched_getparam = 143,
	NR_sched_setscheduler = 144,
	NR_sched_getscheduler = 145,
	NR_sched_get_priority_max = 146,
	NR_sched_get_priority_min = 147,
	NR_sched_rr_get_interval = 148,
	NR_reboot = 169,
	NR_gettid = 186,
	NR_time = 201,
	NR_sched_setaffinity = 203,
	NR_sched_getaffinity = 204,
	NR_getdents64 = 217,
	NR_clock_gettime = 228,
	NR_clock_nanosleep = 230,
	NR_exit_group = 231,
	NR_openat = 257,
	NR_mkdirat = 258,
	NR_newfstatat = 262,
	NR_unlinkat = 263,
	NR_ppoll = 271,
	NR_dup3 = 292,
	NR_getcpu = 309,
	NR_getrandom = 318,
};

#endif
