/*
 * sys_poll.c: poll(2) and ppoll(2). There are no signals yet, so a signal mask changes
 * nothing; its size is checked all the same.
 */
#include "kernel/debug/log.h"
#include "kernel/mm/slab.h"
#include "kernel/syscall/internal.h"
#include "kernel/time/clock.h"

enum { POLL_FEW = 10, SIGNAL_SET_SIZE = 8 };

/* A poll's arrays: the program's, and what do_poll works on. */
struct poll_set {
	unsigned count;
	struct abi_pollfd *fds;
	struct poll_request *requests;
	struct abi_pollfd few_fds[POLL_FEW];
	struct poll_request few_requests[POLL_FEW];
};

static void set_free(struct poll_set *set)
{
	if (set->fds != set->few_fds)
		kfree(set->fds);
	if (set->requests != set->few_requests)
		kfree(set->requests);
}

static int set_allocate(struct poll_set *set, unsigned count)
{
	set->count = count;
	set->fds = set->few_fds;
	set->requests = set->few_requests;
	if (count <= POLL_FEW)
		return 0;
	set->fds = kmalloc(count * sizeof(*set->fds), GFP_KERNEL);
	set->requests = kmalloc(count * sizeof(*set->requests), GFP_KERNEL);
	if (set->fds && set->requests)
		return 0;
	set_free(set);
	return -ENOMEM;
}

static void set_open_files(struct poll_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		int fd = set->fds[i].fd;

		set->requests[i] = (struct poll_request){
			.file = fd < 0 ? NULL : current_file(fd),
			.ignored = fd < 0,
			.events = set->fds[i].events,
		};
	}
}

static void set_put_files(struct poll_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->requests[i].file)
			file_put(set->requests[i].file);
}

static int set_put_results(const struct poll_set *set, struct user_ptr fds)
{
	for (unsigned i = 0; i < set->count; i++) {
		uint16_t result = (uint16_t)set->requests[i].result;
		struct user_ptr to = {
			fds.address + i * sizeof(*set->fds) +
				offsetof(struct abi_pollfd, revents),
		};

		if (copy_to_user(to, &result, sizeof(result)))
			return -EFAULT;
	}
	return 0;
}

static long poll_until(struct user_ptr fds, unsigned count, uint64_t deadline)
{
	struct poll_set set;
	long result;

	if (count > FD_MAX)
		return -EINVAL;
	result = set_allocate(&set, count);
	if (result)
		return result;
	result = copy_from_user(set.fds, fds, count * sizeof(*set.fds));
	if (result == 0) {
		set_open_files(&set);
		result = do_poll(set.requests, count, deadline);
		set_put_files(&set);
		if (result >= 0 && set_put_results(&set, fds))
			result = -EFAULT;
	}
	set_free(&set);
	return result;
}

static uint64_t deadline_in(uint64_t ns)
{
	return ns ? clock_monotonic() + ns : POLL_AT_ONCE;
}

long sys_poll(struct user_ptr fds, unsigned count, int timeout_ms)
{
	uint64_t deadline = 0;

	if (timeout_ms >= 0)
		deadline = deadline_in((uint64_t)timeout_ms * NSEC_PER_MSEC);
	return poll_until(fds, count, deadline);
}

long sys_ppoll(struct user_ptr fds, unsigned count, struct user_ptr timeout,
	       struct user_ptr signals, size_t signals_size)
{
	uint64_t deadline = 0, now, ns;
	long result;
	int error;

	if (timeout.address) {
		error = user_time_get(&ns, timeout);
		if (error)
			return error;
		deadline = deadline_in(ns);
	}
	if (signals.address && signals_size != SIGNAL_SET_SIZE)
		return -EINVAL;
	result = poll_until(fds, count, deadline);
	if (!timeout.address)
		return result;
	/* As Linux does: what is left of the time. That it cannot be told is no error. */
	now = clock_monotonic();
	if (user_time_put(timeout, deadline > now ? deadline - now : 0))
		log_debug("syscall: ppoll cannot tell the time that is left");
	return result;
}
