/*
 * sys_task.c: system calls on the running task. A task that leaves by exit ends as if
 * its entry had returned: proc/ then gives its process up.
 */
#include "kernel/syscall/internal.h"

enum { EXIT_MASK = 0xff };

long sys_getpid(void)
{
	return process_current()->id;
}

long sys_gettid(void)
{
	return cpu_task()->id;
}

long sys_sched_yield(void)
{
	task_yield();
	return 0;
}

long sys_exit(int status)
{
	task_exit(status & EXIT_MASK);
}

/* A process has one task. */
long sys_exit_group(int status)
{
	task_exit(status & EXIT_MASK);
}

long sys_getcpu(struct user_ptr cpu, struct user_ptr node, struct user_ptr unused)
{
	const unsigned mine = cpu_this()->id, node_zero = 0;

	if (cpu.address && copy_to_user(cpu, &mine, sizeof(mine)))
		return -EFAULT;
	if (node.address && copy_to_user(node, &node_zero, sizeof(node_zero)))
		return -EFAULT;
	return 0;
}
