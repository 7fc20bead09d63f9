/*
 * dispatch.c: from a number and six registers to a C function.
 *
 * Each line of the table becomes a small function that gives the registers their types,
 * and an entry of the array.
 */
#include "kernel/debug/log.h"
#include "kernel/debug/trace.h"
#include "kernel/syscall/internal.h"

#define SYSCALL0(number, name)                        \
	static long call_##name(const uint64_t *args) \
	{                                             \
		return sys_##name();                  \
	}
#define SYSCALL1(number, name, a)                     \
	static long call_##name(const uint64_t *args) \
	{                                             \
		return sys_##name(FROM_##a(args[0])); \
	}
#define SYSCALL2(number, name, a, b)                                     \
	static long call_##name(const uint64_t *args)                    \
	{                                                                \
		return sys_##name(FROM_##a(args[0]), FROM_##b(args[1])); \
	}
#define SYSCALL3(number, name, a, b, c)                                 \
	static long call_##name(const uint64_t *args)                   \
	{                                                               \
		return sys_##name(FROM_##a(args[0]), FROM_##b(args[1]), \
				  FROM_##c(args[2]));                   \
	}
#define SYSCALL4(number, name, a, b, c, d)                               \
	static long call_##name(const uint64_t *args)                    \
	{                                                                \
		return sys_##name(FROM_##a(args[0]), FROM_##b(args[1]),  \
				  FROM_##c(args[2]), FROM_##d(args[3])); \
	}
#define SYSCALL5(number, name, a, b, c, d, e)                           \
	static long call_##name(const uint64_t *args)                   \
	{                                                               \
		return sys_##name(FROM_##a(args[0]), FROM_##b(args[1]), \
				  FROM_##c(args[2]), FROM_##d(args[3]), \
				  FROM_##e(args[4]));                   \
	}
#define SYSCALL6(number, name, a, b, c, d, e, f)                         \
	static long call_##name(const uint64_t *args)                    \
	{                                                                \
		return sys_##name(FROM_##a(args[0]), FROM_##b(args[1]),  \
				  FROM_##c(args[2]), FROM_##d(args[3]),  \
				  FROM_##e(args[4]), FROM_##f(args[5])); \
	}
#include "kernel/syscall/table.h"

#define ENTRY(number, name, ...) [number] = call_##name,
#define SYSCALL0 ENTRY
#define SYSCALL1 ENTRY
#define SYSCALL2 ENTRY
#define SYSCALL3 ENTRY
#define SYSCALL4 ENTRY
#define SYSCALL5 ENTRY
#define SYSCALL6 ENTRY
static long (*const calls[])(const uint64_t *args) = {
#include "kernel/syscall/table.h"
};

enum { LOG_LINE = 320 };

static _Atomic uint64_t unknown_calls;
static uint64_t call_counts[CPU_MAX]; /* each CPU its own; a lost one does no harm */
static bool log_calls;

static NOINLINE COLD void log_call(uint64_t number, const uint64_t *args, long result)
{
	char line[LOG_LINE];

	syscall_format(line, sizeof(line), number, args, result);
	log_info("syscall: %d %s", cpu_task()->id, line);
}

long syscall_dispatch(uint64_t number, const uint64_t args[SYSCALL_ARGS])
{
	long result = -ENOSYS;
	uint32_t entered = lockdep_enter();

	trace(TRACE_CALL, number, args[0]);
	call_counts[cpu_this()->id]++;
	if (likely(number < ARRAY_SIZE(calls) && calls[number]))
		result = calls[number](args);
	else
		atomic_fetch_add(&unknown_calls, 1);
	trace(TRACE_RETURN, number, (uint64_t)result);
	lockdep_leave(entered, "a system call");
	if (unlikely(log_calls))
		log_call(number, args, result);
	return result;
}

COLD void syscall_set_log(bool on)
{
	log_calls = on;
}

COLD void syscall_stats(struct syscall_stats *stats)
{
	stats->calls = 0;
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		stats->calls += call_counts[cpu];
	stats->unknown = unknown_calls;
}
