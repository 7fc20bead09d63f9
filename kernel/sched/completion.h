/*
 * completion.h: waiting for an event that others announce: a thing is done.
 *
 * completion_done announces one event, which one waiter takes, now or later; so none is
 * lost, whoever comes first. completion_done_all lets everybody pass from then on. When
 * a wait has returned, the completion may be destroyed: who announced it does not touch
 * it any more.
 */
#ifndef KERNEL_SCHED_COMPLETION_H
#define KERNEL_SCHED_COMPLETION_H

#include "kernel/sched/waitq.h"

struct completion {
	struct waitq waiters;
	uint32_t done; /* [waiters.lock] events that nobody took yet; or COMPLETION_ALL */
};

void completion_init(struct completion *completion);
/* Any context. */
void completion_done(struct completion *completion);
void completion_done_all(struct completion *completion);

/* Waits for an event and takes it: 0, or -EINTR when the task is killed. */
MUST_CHECK int completion_wait(struct completion *completion);
/* Also -ETIMEDOUT at the deadline (monotonic ns; 0 is never). */
MUST_CHECK int completion_wait_until(struct completion *completion, uint64_t deadline);
/* Not to be interrupted: for what is sure to come. */
void completion_wait_always(struct completion *completion);
/* Takes an event if there is one. Any context. */
MUST_CHECK bool completion_try(struct completion *completion);

#endif
