/*
 * sys_sched.c: system calls on how tasks are scheduled: sched_setscheduler(2) and its
 * kin, sched_setaffinity(2), setpriority(2). Any task may change any, as root may.
 *
 * There are three policies, SCHED_OTHER, SCHED_FIFO and SCHED_RR; others, and the flag
 * SCHED_RESET_ON_FORK, are -EINVAL. There are no process groups and users yet: nobody is
 * found by them, -ESRCH.
 */
#include "kernel/syscall/internal.h"

enum {
	LEVEL_MIN = 1, /* sched_priority of real-time policies */
	LEVEL_MAX = 99,
	NICE_MIN = -20,
	NICE_MAX = 19,
	PRIO_PROCESS = 0, /* setpriority(2) */
	PRIO_PGRP = 1,
	PRIO_USER = 2,
};

/* With a reference; 0 is the running one. NULL: none; idle tasks are nobody's. */
static struct task *find(int id)
{
	struct task *task = id ? task_find(id) : cpu_task();

	if (!id) {
		task_get(task);
	} else if (task && task->base_priority >= PRIORITY_LEVELS) {
		task_put(task);
		task = NULL;
	}
	return task;
}

static void task_scope_end(struct task **task)
{
	if (*task)
		task_put(*task);
}
#define TASK(name, id) struct task *name CLEANUP(task_scope_end) = find(id)

static bool is_policy(int policy)
{
	return policy == POLICY_FAIR || policy == POLICY_FIFO || policy == POLICY_RR;
}

/* sched_priority of the policy: 0 for fair ones, which keep their nice value. */
static int set_policy(struct task *task, int policy, int level)
{
	if (!is_policy(policy))
		return -EINVAL;
	if (policy == POLICY_FAIR)
		return level ? -EINVAL
			     : task_set_policy(task, POLICY_FAIR, task->fair_priority);
	if (level < LEVEL_MIN || level > LEVEL_MAX)
		return -EINVAL;
	return task_set_policy(task, (enum task_policy)policy,
			       (unsigned)(PRIORITY_FAIR - 1 - level));
}

long sys_sched_setscheduler(int id, int policy, struct user_ptr from)
{
	int level;

	if (policy < 0 || id < 0 || !from.address)
		return -EINVAL;
	if (copy_from_user(&level, from, sizeof(level)))
		return -EFAULT;
	TASK(task, id);
	return task ? set_policy(task, policy, level) : -ESRCH;
}

long sys_sched_setparam(int id, struct user_ptr from)
{
	int level;

	if (id < 0 || !from.address)
		return -EINVAL;
	if (copy_from_user(&level, from, sizeof(level)))
		return -EFAULT;
	TASK(task, id);
	return task ? set_policy(task, task->policy, level) : -ESRCH;
}

long sys_sched_getscheduler(int id)
{
	if (id < 0)
		return -EINVAL;
	TASK(task, id);
	return task ? task->policy : -ESRCH;
}

long sys_sched_getparam(int id, struct user_ptr to)
{
	int level;

	if (id < 0 || !to.address)
		return -EINVAL;
	TASK(task, id);
	if (!task)
		return -ESRCH;
	level = task->base_priority < PRIORITY_FAIR ? task_nice_or_level(task) : 0;
	return copy_to_user(to, &level, sizeof(level)) ? -EFAULT : 0;
}

long sys_sched_get_priority_max(int policy)
{
	if (!is_policy(policy))
		return -EINVAL;
	return policy == POLICY_FAIR ? 0 : LEVEL_MAX;
}

long sys_sched_get_priority_min(int policy)
{
	if (!is_policy(policy))
		return -EINVAL;
	return policy == POLICY_FAIR ? 0 : LEVEL_MIN;
}

long sys_sched_rr_get_interval(int id, struct user_ptr to)
{
	if (id < 0)
		return -EINVAL;
	TASK(task, id);
	return task ? user_time_put(to, task_slice(task)) : -ESRCH;
}

/* A set of CPUs is 64 bits here: a shorter one lacks the high ones, more are ignored. */
long sys_sched_setaffinity(int id, unsigned size, struct user_ptr from)
{
	uint64_t mask = 0;

	if (copy_from_user(&mask, from, MIN(size, sizeof(mask))))
		return -EFAULT;
	TASK(task, id);
	return task ? task_set_affinity(task, mask) : -ESRCH;
}

/* The result is how many bytes it filled in. */
long sys_sched_getaffinity(int id, unsigned size, struct user_ptr to)
{
	uint64_t mask;

	if (size == 0 || size % sizeof(mask) != 0)
		return -EINVAL;
	TASK(task, id);
	if (!task)
		return -ESRCH;
	mask = task->affinity & sched_cpus();
	return copy_to_user(to, &mask, sizeof(mask)) ? -EFAULT : (long)sizeof(mask);
}

/* 0, and whose priority is meant, with a reference; or an error. */
static int find_by(int which, int who, struct task **task)
{
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	*task = which == PRIO_PROCESS ? find(who) : NULL;
	return *task ? 0 : -ESRCH;
}

/* 40..1 for nice -20..19, so that no result is an error. */
long sys_getpriority(int which, int who)
{
	struct task *task CLEANUP(task_scope_end) = NULL;
	int error = find_by(which, who, &task);

	return error ? error
		     : NICE_MAX + 1 - ((int)task->fair_priority - PRIORITY_NORMAL);
}

long sys_setpriority(int which, int who, int nice)
{
	struct task *task CLEANUP(task_scope_end) = NULL;
	int error = find_by(which, who, &task);

	if (!error)
		task_set_nice(task, MAX(MIN(nice, NICE_MAX), NICE_MIN));
	return error;
}
