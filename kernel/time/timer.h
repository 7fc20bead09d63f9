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
	void (*expire)(struct timer *); /* [I] interrupts off; may start it again */
	_Atomic uint32_t cpu;		/* changes under its old CPU's lock */
	/* [the lock of cpu's timers] */
	struct rb_node node;
	uint64_t deadline; /* ns, monotonic */
	bool armed;
};

/*
 * The platform's one-shot alarm, on the CPU that calls: set(ns from now, within min_ns
 * and max_ns), interrupts off. Registered at INIT_CLOCK; start is called once clocks are
 * calibrated, on the one with the highest rating: TSC deadline 300, APIC 200, PIT 100.
 */
struct clock_event {
	const char *name;
	int (*start)(struct clock_event *event); /* 0, or an error: the next is tried */
	void (*set)(uint64_t ns);
	uint64_t min_ns, max_ns;
	unsigned rating;
	struct clock_event *next; /* the registry's */
};
void clock_event_register(struct clock_event *added);
/* An event driver's interrupt ends here. */
void timer_interrupt(void);

void timer_init(void); /* after clock_init */

/*
 * For sched/: calls the handler on this CPU at deadline (0: no more), as timers are,
 * without their lock and tree. With interrupts off.
 */
void timer_set_slice(uint64_t deadline);
void timer_set_slice_handler(void (*handler)(void));

/* The alarm in use, "none"; how often it came to a CPU. */
const char *timer_event_name(void);
uint64_t timer_interrupts(unsigned cpu);

void timer_setup(struct timer *timer, void (*expire)(struct timer *));
/* Arms, or moves it when it is armed. Any context. */
void timer_start(struct timer *timer, uint64_t deadline);
/*
 * Disarms; true when it was armed. When it returns, expire neither runs nor will,
 * except when called from expire itself. Not with a lock that expire takes.
 */
bool timer_cancel(struct timer *timer);

#endif
