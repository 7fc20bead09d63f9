/*
 * poll.h: one task that waits on many queues at once: what poll(2) and its kin are made
 * of. The first pass over the files gives each poll operation the table, later ones
 * NULL; between two passes the task sleeps until any of the queues was woken:
 *
 *	poll_table_init(&table);
 *	for (watch = &table;; watch = NULL) {
 *		ready = look at all files, with watch;
 *		if (ready)
 *			break;
 *		error = poll_table_wait(&table, deadline);
 *		if (error)
 *			break;
 *	}
 *	poll_table_finish(&table);
 *
 * A wake-up after a look is remembered, so none is lost. The first few queues need no
 * memory; more are kmalloc'ed, and running out of it is poll_table_wait's error.
 */
#ifndef KERNEL_SCHED_POLL_H
#define KERNEL_SCHED_POLL_H

#include "kernel/sched/waitq.h"

enum { POLL_INLINE = 6, POLL_CHUNK = 32 };

struct poll_entry {
	struct wait_entry wait;
	struct poll_table *table;
};

struct poll_chunk {
	struct poll_chunk *next;
	unsigned count;
	struct poll_entry entries[POLL_CHUNK];
};

/* Its fields are poll.c's. Only the task that made it uses it, except woken. */
struct poll_table {
	struct task *task;
	_Atomic bool woken; /* one of the queues was, since the last wait */
	bool no_memory;	    /* a queue could not be watched */
	unsigned count;	    /* entries in use of the first ones */
	struct poll_entry first[POLL_INLINE];
	struct poll_chunk *chunks;
};

void poll_table_init(struct poll_table *table);
/*
 * Sleeps until a queue is woken (at once if one was). 0: look again. -EINTR: the task
 * is killed; -ETIMEDOUT at the deadline (monotonic ns, 0: never); -ENOMEM.
 */
MUST_CHECK int poll_table_wait(struct poll_table *table, uint64_t deadline);
/* Stops watching and frees. */
void poll_table_finish(struct poll_table *table);

#endif
