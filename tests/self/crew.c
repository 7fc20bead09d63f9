/*
 * crew.c: tasks that start together: each waits, turning, until all have come, so that
 * what they do overlaps as far as there are CPUs.
 */
#include "tests/self/crew.h"

unsigned crew_size(void)
{
	return MIN(MAX(cpu_count * 2, 3u), (unsigned)CREW_MAX);
}

static int join_in(void *argument)
{
	struct crew_member *self = argument;
	struct crew *crew = self->crew;

	atomic_fetch_add(&crew->ready, 1);
	while (atomic_load(&crew->ready) < crew->size)
		task_yield();
	crew->work(self->index);
	return 0;
}

bool crew_start(struct crew *crew, unsigned size, void (*work)(unsigned index))
{
	crew->size = size;
	crew->work = work;
	atomic_store(&crew->ready, 0);
	for (unsigned i = 0; i < size; i++) {
		struct crew_member *member = &crew->members[i];

		member->crew = crew;
		member->index = i;
		member->task = NULL;
		if (task_create("crew", join_in, member, PRIORITY_NORMAL, &member->task))
			self_fail(__FILE__, __LINE__, "no memory for %u tasks", size);
		if (member->task)
			continue;
		/* Those that are there need not wait for the rest. */
		atomic_store(&crew->ready, CREW_MAX);
		crew->size = i;
		return false;
	}
	return true;
}

void crew_join(struct crew *crew)
{
	for (unsigned i = 0; i < crew->size; i++) {
		EXPECT_EQ(task_join(crew->members[i].task, NULL), 0);
		task_put(crew->members[i].task);
	}
}

void crew_run(unsigned size, void (*work)(unsigned index))
{
	struct crew crew;

	(void)crew_start(&crew, size, work);
	crew_join(&crew);
}
