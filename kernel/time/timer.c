/*
 * timer.c: the timers of each CPU, and its alarm.
 *
 * A CPU's timers are in a tree by deadline, changed under its lock by any CPU; only the
 * CPU itself sets its alarm, so a timer is always started on the CPU that asks. The
 * alarm is set anew only when something earlier than it comes: one that is too early,
 * since its timer was cancelled or a slice moved, finds nothing and is set for the rest.
 * That makes the common pair of start and cancel cheap.
 */
#include "kernel/time/timer.h"

#include "kernel/debug/log.h"
#include "kernel/debug/trace.h"
#include "kernel/sync/spinlock.h"
#include "kernel/time/clock.h"
#include "kernel/time/internal.h"

enum {
	/* Timers that one interrupt runs, so that nothing can keep a CPU in it. */
	EXPIRE_MAX = 64,
};

struct timer_cpu {
	struct spinlock lock;
	struct rb_tree tree;   /* [lock] */
	struct timer *running; /* [lock] its expire is being called, here */
	/* The CPU's own, with interrupts off. */
	uint64_t alarm; /* when it will come, 0: it is not set */
	uint64_t slice; /* 0: none */
	uint64_t interrupts;
};

LOCK_CLASS(timers_class, "timers", RANK_TIMER, LOCK_IRQ);
static struct timer_cpu timer_cpus[CPU_MAX] = {
	[0 ... CPU_MAX - 1] = { .lock = SPINLOCK_INIT(&timers_class) },
};

static struct clock_event *events; /* registered, linked by next */
static struct clock_event *event;  /* [I] after timer_init; NULL: none */
static void (*slice_handler)(void);

void clock_event_register(struct clock_event *added)
{
	added->next = events;
	events = added;
}

static struct timer_cpu *this_timers(void)
{
	return &timer_cpus[cpu_this()->id];
}

/* Makes the alarm come at deadline or earlier. On the CPU itself, interrupts off. */
static void set_alarm(struct timer_cpu *timers, uint64_t deadline)
{
	uint64_t now, ns;

	if (!event || (timers->alarm && timers->alarm <= deadline))
		return;
	now = clock_monotonic();
	ns = deadline > now ? deadline - now : 0;
	ns = MAX(ns, event->min_ns);
	ns = MIN(ns, event->max_ns);
	timers->alarm = now + ns;
	event->set(ns);
}

void timer_set_slice(uint64_t deadline)
{
	struct timer_cpu *timers = this_timers();

	timers->slice = deadline;
	if (deadline)
		set_alarm(timers, deadline);
}

void timer_set_slice_handler(void (*handler)(void))
{
	slice_handler = handler;
}

static bool is_earlier(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct timer, node)->deadline <
	       rb_entry(b, struct timer, node)->deadline;
}

void timer_setup(struct timer *timer, void (*expire)(struct timer *))
{
	timer->expire = expire;
	atomic_init(&timer->cpu, 0);
	rb_node_init(&timer->node);
	timer->deadline = 0;
	timer->armed = false;
}

/* The lock of the timers that this one belongs to. Interrupts are off. */
static struct timer_cpu *lock_timers_of(struct timer *timer)
{
	for (;;) {
		uint32_t cpu = atomic_load_explicit(&timer->cpu, memory_order_relaxed);
		struct timer_cpu *timers = &timer_cpus[cpu];

		spin_lock(&timers->lock);
		if (atomic_load_explicit(&timer->cpu, memory_order_relaxed) == cpu)
			return timers;
		spin_unlock(&timers->lock);
	}
}

/* With the lock of timers. */
static bool disarm(struct timer_cpu *timers, struct timer *timer)
{
	bool was_armed = timer->armed;

	if (was_armed)
		rb_erase(&timers->tree, &timer->node);
	timer->armed = false;
	return was_armed;
}

void timer_start(struct timer *timer, uint64_t deadline)
{
	uint64_t flags = irq_save();
	uint32_t here = cpu_this()->id;
	struct timer_cpu *timers = lock_timers_of(timer);

	disarm(timers, timer);
	/*
	 * To this CPU, whose alarm we can set. Another one that runs its expire keeps it,
	 * for timer_cancel to find it there, and sets its alarm when that returns.
	 */
	while (timers != &timer_cpus[here] && timers->running != timer) {
		atomic_store_explicit(&timer->cpu, here, memory_order_relaxed);
		spin_unlock(&timers->lock);
		timers = lock_timers_of(timer);
		disarm(timers, timer); /* somebody else may have been faster */
	}
	timer->deadline = deadline;
	timer->armed = true;
	rb_insert(&timers->tree, &timer->node, is_earlier);
	if (timers == &timer_cpus[here] && rb_first(&timers->tree) == &timer->node)
		set_alarm(timers, deadline);
	spin_unlock(&timers->lock);
	irq_restore(flags);
}

bool timer_cancel(struct timer *timer)
{
	bool was_armed = false, running_elsewhere;

	do {
		uint64_t flags = irq_save();
		struct timer_cpu *timers = lock_timers_of(timer);

		was_armed |= disarm(timers, timer);
		/* Here it can only be that expire itself calls. */
		running_elsewhere = timers->running == timer && timers != this_timers();
		spin_unlock(&timers->lock);
		irq_restore(flags);
		if (running_elsewhere)
			cpu_relax();
	} while (running_elsewhere);
	return was_armed;
}

/* Runs what is due. With the lock, which it releases for each expire. */
static void expire_timers(struct timer_cpu *timers, uint64_t now)
{
	for (unsigned i = 0; i < EXPIRE_MAX; i++) {
		struct rb_node *first = rb_first(&timers->tree);
		struct timer *timer;
		void (*expire)(struct timer *);
		uint32_t entered;

		if (!first)
			return;
		timer = rb_entry(first, struct timer, node);
		if (timer->deadline > now)
			return;
		disarm(timers, timer);
		timers->running = timer;
		expire = timer->expire;
		trace(TRACE_TIMER, (uint64_t)expire, now - timer->deadline);
		spin_unlock(&timers->lock);
		entered = lockdep_enter();
		expire(timer); /* the timer may be gone after this */
		lockdep_leave(entered, "a timer");
		spin_lock(&timers->lock);
		timers->running = NULL;
	}
}

void timer_interrupt(void)
{
	struct timer_cpu *timers = this_timers();
	uint64_t now = clock_monotonic();
	struct rb_node *first;

	timers->interrupts++;
	timers->alarm = 0;
	spin_lock(&timers->lock);
	expire_timers(timers, now);
	first = rb_first(&timers->tree);
	if (first)
		set_alarm(timers, rb_entry(first, struct timer, node)->deadline);
	spin_unlock(&timers->lock);
	if (!timers->slice)
		return;
	if (timers->slice > now) {
		set_alarm(timers, timers->slice);
	} else {
		timers->slice = 0;
		/* calls: slice_ended */
		slice_handler();
	}
}

void timer_init(void)
{
	while (!event) {
		struct clock_event *best = NULL;

		for (struct clock_event *e = events; e; e = e->next)
			if (e->rating && (!best || e->rating > best->rating))
				best = e;
		if (!best) {
			log_err("timer: no alarm: nothing will ever time out");
			return;
		}
		if (best->start(best) == 0)
			event = best;
		best->rating = 0; /* tried */
	}
	log_info("timer: %s", event->name);
	clock_start_timers();
}

const char *timer_event_name(void)
{
	return event ? event->name : "none";
}

uint64_t timer_interrupts(unsigned cpu)
{
	return timer_cpus[cpu].interrupts;
}
