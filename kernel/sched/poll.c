/*
 * poll.c: a task on many wait queues. Each entry's notify marks the table and wakes the
 * task; the mark is set before the wake-up and looked at after the task announced its
 * sleep, so that no wake-up is lost.
 */
#include "kernel/sched/poll.h"

#include "kernel/mm/slab.h"
#include "kernel/sched/internal.h"

void poll_table_init(struct poll_table *table)
{
	table->task = cpu_task();
	atomic_init(&table->woken, false);
	table->no_memory = false;
	table->count = 0;
	table->chunks = NULL;
}

static void poll_notify(struct wait_entry *wait)
{
	struct poll_table *table = container_of(wait, struct poll_entry, wait)->table;

	atomic_store(&table->woken, true);
	sched_wake(table->task, SCHED_WAKE_ANY);
}

static struct poll_entry *new_entry(struct poll_table *table)
{
	struct poll_chunk *chunk = table->chunks;

	if (table->count < POLL_INLINE)
		return &table->first[table->count++];
	if (!chunk || chunk->count == POLL_CHUNK) {
		chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			return NULL;
		chunk->count = 0;
		chunk->next = table->chunks;
		table->chunks = chunk;
	}
	return &chunk->entries[chunk->count++];
}

void poll_watch(struct poll_table *table, struct waitq *queue)
{
	struct poll_entry *entry;

	if (!table)
		return;
	entry = new_entry(table);
	if (!entry) {
		table->no_memory = true;
		return;
	}
	entry->table = table;
	entry->wait.task = table->task;
	entry->wait.notify = poll_notify;
	waitq_add(queue, &entry->wait);
}

int poll_table_wait(struct poll_table *table, uint64_t deadline)
{
	int error = 0;

	if (table->no_memory)
		return -ENOMEM;
	lockdep_may_sleep("poll");
	while (!error) {
		sched_wait_begin(true);
		if (!atomic_load(&table->woken))
			error = sched_wait(true, deadline);
		sched_wait_end();
		if (atomic_exchange(&table->woken, false))
			return 0;
	}
	return error;
}

void poll_table_finish(struct poll_table *table)
{
	for (unsigned i = 0; i < table->count; i++)
		waitq_remove(&table->first[i].wait);
	while (table->chunks) {
		struct poll_chunk *chunk = table->chunks;

		for (unsigned i = 0; i < chunk->count; i++)
			waitq_remove(&chunk->entries[i].wait);
		table->chunks = chunk->next;
		kfree(chunk);
	}
}
