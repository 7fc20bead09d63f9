/*
 * poll.c: poll(2) over files. The first pass hands each poll operation the table, so
 * that a wake-up from then on is remembered; later passes only look.
 */
#include "kernel/sched/poll.h"

#include "kernel/fs/file.h"

/* Bits that are told whether they were asked for or not. */
enum { POLL_ALWAYS = POLL_ERR | POLL_HUP | POLL_NVAL };

/* Whether the request has something to tell. */
static bool look(struct poll_request *request, struct poll_table *watch)
{
	request->result = 0;
	if (request->ignored)
		return false;
	request->result = request->file ? file_poll(request->file, watch) : POLL_NVAL;
	request->result &= request->events | POLL_ALWAYS;
	return request->result != 0;
}

/* How many are ready. Once one is, there will be no wait, and no need to watch more. */
static int look_at_all(struct poll_request *requests, unsigned n,
		       struct poll_table *watch)
{
	int ready = 0;

	for (unsigned i = 0; i < n; i++)
		ready += look(&requests[i], ready ? NULL : watch);
	return ready;
}

int do_poll(struct poll_request *requests, unsigned n, uint64_t deadline)
{
	struct poll_table table;
	int ready, error = 0;

	if (deadline == POLL_AT_ONCE)
		return look_at_all(requests, n, NULL);
	poll_table_init(&table);
	ready = look_at_all(requests, n, &table);
	while (!ready && !error) {
		error = poll_table_wait(&table, deadline);
		/* What came together with the deadline still counts. */
		if (!error || error == -ETIMEDOUT)
			ready = look_at_all(requests, n, NULL);
	}
	poll_table_finish(&table);
	return ready || error == -ETIMEDOUT ? ready : error;
}
