/*
 * crew.h: for self-tests of locks: a crew of tasks that all do one thing at once, spread
 * over the CPUs as far as there are any.
 */
#ifndef TESTS_SELF_CREW_H
#define TESTS_SELF_CREW_H

#include "kernel/sched/task.h"
#include "tests/self/self.h"

enum { CREW_MAX = 12 };

struct crew {
	unsigned size;
	void (*work)(unsigned index);
	_Atomic uint32_t ready; /* how many stand at the start */
	struct crew_member {
		struct crew *crew;
		unsigned index;
		struct task *task;
	} members[CREW_MAX];
};

/* How many to use: two for each CPU, at least 3. */
unsigned crew_size(void);
/* Each calls work(0 .. size - 1), after all have come. False: no memory. */
bool crew_start(struct crew *crew, unsigned size, void (*work)(unsigned index));
void crew_join(struct crew *crew);
/* Both. */
void crew_run(unsigned size, void (*work)(unsigned index));

/*
 * Lets time pass until the condition holds, for what another task is about to do; a test
 * fails where it never does. Not where two must come in an order.
 */
#define AWAIT(condition_)                                                             \
	do {                                                                          \
		for (unsigned tries_ = 0; !(condition_) && tries_ < 10000; tries_++)  \
			if (task_sleep(NSEC_PER_MSEC / 4))                            \
				break;                                                \
		if (!(condition_))                                                    \
			self_fail(__FILE__, __LINE__, "never came: %s", #condition_); \
	} while (0)

#endif
