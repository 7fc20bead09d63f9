/*
 * timer.h: calling a function at a time, from interrupt context.
 *
 * Each CPU keeps its timers in a tree by deadline and sets its one-shot event device
 * for the first; with none, no interrupt comes.
 */
#ifndef KERNEL_TIME_TIMER_H
#define KERNEL_TIME_TIMER_H

#include "lib/rbtree.h"

struct timer {
	struct rb_node node;
	uint64_t deadline;		/* ns, monotonic */
	void (*expire)(struct timer *); /* interrupts off; may start the timer again */
	uint32_t cpu;
	bool armed;
};

/* The platform's one-shot alarm: set(ns from now), 0 turns it off. */
struct clock_event {
	const char *name;
	void (*set)(uint64_t ns);
	uint64_t min_ns, max_ns;
	unsigned rating;
};
void clock_event_register(struct clock_event *event);
/* An event driver's interrupt ends here. */
void timer_interrupt(void);

void timer_init(void); /* after clock_init */

void timer_setup(struct timer *timer, void (*expire)(struct timer *));
/* Arms, or moves it when it is armed. Any context. */
void timer_start(struct timer *timer, uint64_t deadline);
/*
 * Disarms; true when it was armed. When it returns, expire neither runs nor will,
 * except when called from expire itself. Not with a lock that expire takes.
 */
bool timer_cancel(struct timer *timer);

#endif
