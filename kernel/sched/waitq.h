/*
 * waitq.h: waiting for something to become true. Everything that blocks blocks here.
 *
 * A waiter puts itself on the queue, then looks at its condition, then sleeps; whoever
 * makes the condition true does so first and wakes the queue after, so no wake-up is
 * lost:
 *
 *	waiter                           waker
 *	waitq_prepare (on the queue)     condition = true
 *	condition? no                    waitq_wake (sees the waiter)
 *	waitq_sleep -> returns at once or is woken
 *
 * Wake from any context, waits in task context with no spinlock held. The condition is
 * evaluated with no lock held, several times, and between prepare and sleep too: it may
 * take spinlocks, but must not sleep itself nor have side effects that count. A waiter
 * that is woken must look again: wake-ups may be for somebody else.
 *
 * waitq_wake(queue, n) takes the first n off the queue, so two wake-ups reach two
 * waiters; a waiter that was woken but gives up (killed, timed out) passes it on.
 */
#ifndef KERNEL_SCHED_WAITQ_H
#define KERNEL_SCHED_WAITQ_H

#include "kernel/sync/spinlock.h"
#include "lib/errno.h"
#include "lib/list.h"

struct task;

struct waitq {
	struct spinlock lock;
	struct list waiters; /* [lock] struct wait_entry */
};

struct wait_entry {
	struct list link; /* [the queue's lock] */
	struct waitq *queue;
	struct task *task;
	/*
	 * Where it is set: called under the queue's lock, for every wake-up, instead of
	 * waking the task; the entry stays on the queue and does not count among the n.
	 */
	void (*notify)(struct wait_entry *entry);
	bool woken; /* taken off by a wake-up, which it has to use or to pass on */
};

void waitq_init(struct waitq *queue);

/* Wakes up to n waiters (in order of arrival), or all. */
void waitq_wake(struct waitq *queue, unsigned n);
void waitq_wake_all(struct waitq *queue);
/* Whether nobody waits: a wake-up may be skipped only under a lock both sides take. */
bool waitq_is_empty(const struct waitq *queue);

/* An entry with notify set, until waitq_remove; after that notify does not run. */
void waitq_add(struct waitq *queue, struct wait_entry *entry);
void waitq_remove(struct wait_entry *entry);

/* The pieces of the macros below. deadline: monotonic ns, 0 for none. */
void waitq_prepare(struct waitq *queue, struct wait_entry *entry, bool killable);
/* 0, -EINTR (killed) or -ETIMEDOUT; with waitq_finish, which is for who needs not. */
int waitq_sleep(struct wait_entry *entry, bool killable, uint64_t deadline);
void waitq_finish(struct wait_entry *entry);
/* After finish, for who gives up: another waiter gets the wake-up that came meanwhile. */
void waitq_pass_on(struct wait_entry *entry);

#define WAITQ_LOOP(queue_, condition_, killable_, deadline_)                        \
	({                                                                          \
		struct wait_entry entry_;                                           \
		const uint64_t until_ = (deadline_);                                \
		bool waits_ = false;                                                \
		int error_ = 0;                                                     \
		lockdep_may_sleep("waitq");                                         \
		for (;;) {                                                          \
			if (condition_) {                                           \
				if (waits_)                                         \
					waitq_finish(&entry_);                      \
				error_ = 0;                                         \
				break;                                              \
			}                                                           \
			if (waits_) {                                               \
				error_ = waitq_sleep(&entry_, (killable_), until_); \
				waits_ = false;                                     \
			} else if (error_) {                                        \
				waitq_pass_on(&entry_);                             \
				break;                                              \
			} else {                                                    \
				waitq_prepare((queue_), &entry_, (killable_));      \
				waits_ = true;                                      \
			}                                                           \
		}                                                                   \
		error_;                                                             \
	})

/* Waits until condition is true: 0, or -EINTR when the task is killed. */
#define waitq_wait(queue, condition) WAITQ_LOOP(queue, condition, true, 0)
/* Also -ETIMEDOUT at the deadline (monotonic ns; 0 is never). */
#define waitq_wait_until(queue, condition, deadline) \
	WAITQ_LOOP(queue, condition, true, deadline)
/* Not to be interrupted: for short waits that must end. */
#define waitq_wait_always(queue, condition) ((void)WAITQ_LOOP(queue, condition, false, 0))

/*
 * A set of queues that one task waits on at once, for poll(2): kernel/sched/poll.h. A
 * poll operation calls poll_watch for each queue whose wake-up could change its answer
 * (table may be NULL: only the answer is asked), with no spinlock held, and then returns
 * the POLL bits that hold now.
 */
struct poll_table;
void poll_watch(struct poll_table *table, struct waitq *queue);

/* poll(2); the numbers of the Linux ABI. */
enum poll_bits {
	POLL_IN = 0x0001,
	POLL_PRI = 0x0002,
	POLL_OUT = 0x0004,
	POLL_ERR = 0x0008,
	POLL_HUP = 0x0010,
	POLL_NVAL = 0x0020,
	POLL_RDNORM = 0x0040,
	POLL_WRNORM = 0x0100,
};

#endif
