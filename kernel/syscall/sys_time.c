/*
 * sys_time.c: clocks and sleeping: clock_gettime(2), clock_nanosleep(2) and their kin.
 */
#include "kernel/syscall/internal.h"
#include "kernel/time/clock.h"

static int clock_read(int clock, uint64_t *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*ns = clock_realtime();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = clock_monotonic();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = task_run_time(cpu_task()); /* all of its process */
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_clock_gettime(int clock, struct user_ptr to)
{
	uint64_t ns;
	int error = clock_read(clock, &ns);

	return error ? error : user_time_put(to, ns);
}

long sys_clock_getres(int clock, struct user_ptr to)
{
	uint64_t ns;
	int error = clock_read(clock, &ns);

	if (error || !to.address)
		return error;
	return user_time_put(to, 1);
}

long sys_gettimeofday(struct user_ptr time, struct user_ptr zone)
{
	uint64_t us = clock_realtime() / NSEC_PER_USEC;
	const struct abi_timeval value = { (int64_t)(us / 1000000),
					   (int64_t)(us % 1000000) };
	const struct abi_timezone utc = { 0, 0 };

	if (time.address && copy_to_user(time, &value, sizeof(value)))
		return -EFAULT;
	if (zone.address && copy_to_user(zone, &utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

long sys_time(struct user_ptr to)
{
	int64_t seconds = (int64_t)(clock_realtime() / NSEC_PER_SEC);

	if (to.address && copy_to_user(to, &seconds, sizeof(seconds)))
		return -EFAULT;
	return seconds;
}

/* What is left to sleep goes to the caller only when the sleep was cut short. */
static long sleep_until(uint64_t deadline, struct user_ptr left)
{
	int error = task_sleep_until(deadline);
	uint64_t now = clock_monotonic();

	if (error && left.address &&
	    user_time_put(left, deadline > now ? deadline - now : 0))
		return -EFAULT;
	return error;
}

long sys_nanosleep(struct user_ptr time, struct user_ptr left)
{
	uint64_t ns;
	int error = user_time_get(&ns, time);

	return error ? error : sleep_until(clock_monotonic() + ns, left);
}

long sys_clock_nanosleep(int clock, int flags, struct user_ptr time, struct user_ptr left)
{
	uint64_t ns, now;
	int error;

	/* A thread cannot sleep by its own CPU time, nor by that of its process alone. */
	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_MONOTONIC_RAW ||
	    clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return -EOPNOTSUPP;
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return -EINVAL;
	error = clock_read(clock, &now);
	if (error)
		return error;
	error = user_time_get(&ns, time);
	if (error)
		return error;
	if (!(flags & TIMER_ABSTIME))
		return sleep_until(clock_monotonic() + ns, left);
	if (ns <= now)
		return 0;
	/* A time of another clock is as far away on the monotonic one. */
	return sleep_until(clock_monotonic() + (ns - now), (struct user_ptr){ 0 });
}
