/*
 * syscall_sched_test.c: system calls on how tasks are scheduled: sched_setscheduler(2)
 * and its kin, sched_setaffinity(2), setpriority(2); what they do, and each error.
 */
#include "tests/self/sched_helpers.h"
#include "tests/self/syscall_helpers.h"

enum {
	DATA = 256,
	NOBODY = INT32_MAX,
	OTHER = 0, /* policies of Linux's ABI */
	FIFO = 1,
	RR = 2,
	BATCH = 3,
};

static uint64_t number(int n)
{
	*(int *)(user + DATA) = n;
	return user_at(DATA);
}

static uint64_t set_of(uint64_t mask)
{
	*(uint64_t *)(user + DATA) = mask;
	return user_at(DATA);
}

SELF_TEST("syscall.policies", test_policies)
{
	struct task *self = cpu_task();

	if (!user_start())
		return;
	EXPECT_EQ(call(NR_sched_getscheduler, 0), OTHER);
	EXPECT_EQ(call(NR_setpriority, 0, 0, 3), 0);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, FIFO, number(7)), 0);
	EXPECT_EQ(call(NR_sched_getscheduler, self->id), FIFO);
	EXPECT_EQ(self->priority, PRIORITY_FAIR - 1 - 7);
	EXPECT_EQ(call(NR_sched_setparam, self->id, number(99)), 0);
	EXPECT_EQ(self->priority, 0);
	EXPECT_EQ(call(NR_sched_getparam, 0, number(0)), 0);
	EXPECT_EQ(*(int *)(user + DATA), 99);
	EXPECT_EQ(call(NR_sched_rr_get_interval, 0, user_at(DATA)), 0);
	EXPECT_EQ(*(uint64_t *)(user + DATA + 8), 0);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, RR, number(1)), 0);
	EXPECT_EQ(self->priority, PRIORITY_FAIR - 2);
	EXPECT_EQ(call(NR_sched_rr_get_interval, 0, user_at(DATA)), 0);
	EXPECT(*(uint64_t *)(user + DATA + 8) > 0);
	/* A nice value is kept, and may be changed, for later. */
	EXPECT_EQ(call(NR_getpriority, 0, 0), 20 - 3);
	EXPECT_EQ(call(NR_setpriority, 0, 0, 5), 0);
	EXPECT_EQ(self->priority, PRIORITY_FAIR - 2);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, OTHER, number(0)), 0);
	EXPECT_EQ(self->priority, PRIORITY_NORMAL + 5);
	EXPECT_EQ(call(NR_sched_getparam, 0, number(1)), 0);
	EXPECT_EQ(*(int *)(user + DATA), 0);
	EXPECT_EQ(call(NR_sched_get_priority_max, FIFO), 99);
	EXPECT_EQ(call(NR_sched_get_priority_min, RR), 1);
	EXPECT_EQ(call(NR_sched_get_priority_max, OTHER), 0);
	EXPECT_EQ(call(NR_sched_get_priority_min, OTHER), 0);
	EXPECT_EQ(call(NR_setpriority, 0, 0, 0), 0);
	user_end();
}

SELF_TEST("syscall.policies_wrong", test_policies_wrong)
{
	if (!user_start())
		return;
	EXPECT_EQ(call(NR_sched_setscheduler, 0, -1, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, BATCH, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, OTHER, number(1)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, FIFO, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, RR, number(100)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, -1, OTHER, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, OTHER, 0), -EINVAL);
	EXPECT_EQ(call(NR_sched_setscheduler, 0, OTHER, USER_NOTHING), -EFAULT);
	EXPECT_EQ(call(NR_sched_setscheduler, NOBODY, OTHER, number(0)), -ESRCH);
	EXPECT_EQ(call(NR_sched_setscheduler, cpu_this()->idle->id ?: NOBODY, OTHER,
		       number(0)),
		  -ESRCH);
	EXPECT_EQ(call(NR_sched_setparam, 0, number(1)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setparam, -1, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setparam, 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_sched_setparam, 0, USER_NOTHING), -EFAULT);
	EXPECT_EQ(call(NR_sched_setparam, NOBODY, number(0)), -ESRCH);
	EXPECT_EQ(call(NR_sched_getscheduler, -1), -EINVAL);
	EXPECT_EQ(call(NR_sched_getscheduler, NOBODY), -ESRCH);
	EXPECT_EQ(call(NR_sched_getparam, -1, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_getparam, 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_sched_getparam, NOBODY, number(0)), -ESRCH);
	EXPECT_EQ(call(NR_sched_getparam, 0, USER_READ_ONLY), -EFAULT);
	EXPECT_EQ(call(NR_sched_get_priority_max, BATCH), -EINVAL);
	EXPECT_EQ(call(NR_sched_get_priority_min, -1), -EINVAL);
	EXPECT_EQ(call(NR_sched_rr_get_interval, -1, number(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_rr_get_interval, NOBODY, number(0)), -ESRCH);
	EXPECT_EQ(call(NR_sched_rr_get_interval, 0, USER_NOTHING), -EFAULT);
	EXPECT_EQ(cpu_task()->priority, PRIORITY_NORMAL);
	user_end();
}

SELF_TEST("syscall.affinity", test_affinity)
{
	uint64_t *mask;

	if (!user_start())
		return;
	mask = (uint64_t *)(user + DATA);
	EXPECT_EQ(call(NR_sched_getaffinity, 0, 128, set_of(0)), 8);
	EXPECT_EQ(*mask, sched_cpus());
	EXPECT_EQ(call(NR_sched_setaffinity, cpu_task()->id, 1, set_of(1)), 0);
	EXPECT_EQ(atomic_load(&cpu_task()->cpu), 0);
	EXPECT_EQ(call(NR_sched_getaffinity, 0, 8, set_of(0)), 8);
	EXPECT_EQ(*mask, 1);
	EXPECT_EQ(call(NR_sched_setaffinity, 0, 8, set_of(~sched_cpus())), -EINVAL);
	EXPECT_EQ(call(NR_sched_setaffinity, 0, 0, set_of(1)), -EINVAL);
	EXPECT_EQ(call(NR_sched_setaffinity, 0, 8, USER_NOTHING), -EFAULT);
	EXPECT_EQ(call(NR_sched_setaffinity, NOBODY, 8, set_of(1)), -ESRCH);
	EXPECT_EQ(call(NR_sched_setaffinity, -1, 8, set_of(1)), -ESRCH);
	EXPECT_EQ(call(NR_sched_getaffinity, 0, 0, set_of(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_getaffinity, 0, 12, set_of(0)), -EINVAL);
	EXPECT_EQ(call(NR_sched_getaffinity, NOBODY, 8, set_of(0)), -ESRCH);
	EXPECT_EQ(call(NR_sched_getaffinity, 0, 8, USER_READ_ONLY), -EFAULT);
	EXPECT_EQ(call(NR_sched_setaffinity, 0, 128, set_of(UINT64_MAX)), 0);
	user_end();
}

SELF_TEST("syscall.nice_values", test_nice_values)
{
	struct task *self = cpu_task();

	EXPECT_EQ(call(NR_getpriority, 0, 0), 20);
	EXPECT_EQ(call(NR_setpriority, 0, self->id, -7), 0);
	EXPECT_EQ(self->priority, PRIORITY_NORMAL - 7);
	EXPECT_EQ(call(NR_getpriority, 0, self->id), 27);
	EXPECT_EQ(call(NR_setpriority, 0, 0, -100), 0);
	EXPECT_EQ(call(NR_getpriority, 0, 0), 40);
	EXPECT_EQ(call(NR_setpriority, 0, 0, 100), 0);
	EXPECT_EQ(call(NR_getpriority, 0, 0), 1);
	EXPECT_EQ(call(NR_setpriority, 0, 0, 0), 0);
	EXPECT_EQ(self->priority, PRIORITY_NORMAL);
	EXPECT_EQ(call(NR_setpriority, -1, 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_setpriority, 3, 0, 0), -EINVAL);
	EXPECT_EQ(call(NR_getpriority, 3, 0), -EINVAL);
	for (int which = 0; which < 3; which++) {
		EXPECT_EQ(call(NR_getpriority, which, NOBODY), -ESRCH);
		EXPECT_EQ(call(NR_setpriority, which, NOBODY, 0), -ESRCH);
	}
	EXPECT_EQ(call(NR_getpriority, 0, -1), -ESRCH);
}
