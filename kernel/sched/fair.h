/*
 * fair.h: sharing one CPU by weight: earliest eligible virtual deadline first (EEVDF).
 *
 * After Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First" (1995). A
 * member's virtual time (vruntime) runs while it has the CPU, the slower the greater its
 * weight. The average of all members' virtual times, by weight, is where an ideally
 * shared CPU would have brought each of them; its lag is how far it is behind that:
 *
 *	lag = weight * (average - vruntime)	the sum over all members is 0
 *
 * A member asks for the CPU in requests of one slice. It is eligible while its lag is not
 * negative, and its deadline is the virtual time at which the ideal CPU would have served
 * the request: vruntime at its begin + slice / weight. Of the eligible the one with the
 * earliest deadline runs. So no lag grows beyond a slice, whatever the others do (and
 * beyond the longest time that one of them cannot be stopped).
 *
 * Who leaves keeps its lag, up to a slice either way, for when it joins again; a debt is
 * also worked off by sleeping. Pure: no clock, no locks. Times in ns, virtual ones too:
 * virtual ns are those of a member of FAIR_UNIT weight. The caller has the queue's lock.
 */
#ifndef KERNEL_SCHED_FAIR_H
#define KERNEL_SCHED_FAIR_H

#include "lib/rbtree.h"

enum {
	FAIR_UNIT = 1024, /* the weight of nice 0 */
	FAIR_NICES = 40,
	FAIR_SLICE_NS = 4000000,
};
/* More virtual time is not booked at once: products of it and all weights fit 64 bits. */
#define FAIR_STEP_MAX (1ull << 36)
/* And so far from base one may be before base is moved. */
#define FAIR_FAR (1ull << 30)

struct fair {
	struct rb_node node; /* while it waits; by deadline */
	uint64_t least;	     /* the least vruntime in its subtree */
	uint64_t vruntime, deadline;
	uint32_t weight, slice;
	int64_t lag;	  /* since it left: virtual ns */
	uint64_t left_at; /* ns */
};

struct fair_queue {
	struct rb_tree tree; /* members that wait; the one that runs is not in it */
	uint64_t base;	     /* vruntimes are taken relative to it; near the average */
	int64_t sum;	     /* weight * (vruntime - base), of all members */
	uint64_t weight;     /* of all members: 0, there is none */
};

/* By nice + 20: 1024 * 1.25^-nice. */
extern const uint32_t fair_weights[FAIR_NICES];

void fair_init(struct fair *fair, uint32_t weight);

static inline uint64_t fair_virtual(uint64_t ns, uint32_t weight)
{
	return likely(weight == FAIR_UNIT) ? ns : ns * FAIR_UNIT / weight;
}

static inline bool fair_is_before(const struct fair *a, const struct fair *b)
{
	return (int64_t)(a->deadline - b->deadline) < 0;
}

/* Whether a member of this virtual time is not ahead of the average: exactly. */
static inline bool fair_is_eligible(const struct fair_queue *queue, uint64_t vruntime)
{
	return (int64_t)(vruntime - queue->base) * (int64_t)queue->weight <= queue->sum;
}

/* Whether a member that waits should run instead of the one that does. */
static inline bool fair_preempts(const struct fair_queue *queue, const struct fair *fair,
				 const struct fair *running)
{
	return fair_is_before(fair, running) && fair_is_eligible(queue, fair->vruntime);
}

/* sum / weight, rounded down. With members. */
static inline int64_t fair_offset(const struct fair_queue *queue)
{
	int64_t weight = (int64_t)queue->weight;
	int64_t sum = queue->sum;

	if (likely(sum >= 0))
		return sum < weight ? 0 : sum / weight;
	return (sum - weight + 1) / weight;
}

/* The average, rounded down. */
static inline uint64_t fair_average(const struct fair_queue *queue)
{
	return queue->base + (queue->weight ? (uint64_t)fair_offset(queue) : 0);
}

/* Whether a member's virtual time shows that base should follow the average. */
static inline bool fair_is_far(const struct fair_queue *queue, uint64_t vruntime)
{
	return vruntime - queue->base + FAIR_FAR > 2 * FAIR_FAR;
}

/* Brings base to the average. With members. */
void fair_rebase(struct fair_queue *queue);

/*
 * Joins, with the lag that it left with. It moves the average by its own lag; to have the
 * lag l among members of weight W it must be l * (W + w) / W behind the old average. A
 * debt gets smaller by the time that it slept, since meanwhile others could have what it
 * took too early. Not in the tree before and after.
 */
static inline void fair_join(struct fair_queue *queue, struct fair *fair, uint64_t now)
{
	int64_t weight = (int64_t)queue->weight, lag = fair->lag;

	fair->vruntime = fair_average(queue);
	if (likely(weight)) { /* alone it owes nobody */
		if (lag < 0) {
			uint64_t slept = now - fair->left_at;

			lag = slept < (uint64_t)-lag ? lag + (int64_t)slept : 0;
		}
		if (lag)
			fair->vruntime -= (uint64_t)(lag + lag * fair->weight / weight);
	}
	queue->weight += fair->weight;
	queue->sum += (int64_t)(fair->vruntime - queue->base) * fair->weight;
	fair->deadline = fair->vruntime + fair_virtual(fair->slice, fair->weight);
	if (unlikely(fair_is_far(queue, fair->vruntime)))
		fair_rebase(queue);
}

static inline void fair_leave(struct fair_queue *queue, struct fair *fair, uint64_t now)
{
	int64_t bound = (int64_t)fair_virtual(fair->slice, fair->weight);
	int64_t ahead = (int64_t)(fair->vruntime - queue->base);
	int64_t lag = fair_offset(queue) - ahead;

	fair->lag = MAX(MIN(lag, bound), -bound);
	fair->left_at = now;
	queue->weight -= fair->weight;
	queue->sum -= ahead * fair->weight;
}

/* A member waits; does not wait any longer. Of many: */
void fair_link_many(struct fair_queue *queue, struct fair *fair);
void fair_unlink_many(struct fair_queue *queue, struct fair *fair);

static inline void fair_link(struct fair_queue *queue, struct fair *fair)
{
	if (unlikely(queue->tree.root)) {
		fair_link_many(queue, fair);
		return;
	}
	rb_link_alone(&queue->tree, &fair->node);
	fair->least = fair->vruntime;
}

static inline void fair_unlink(struct fair_queue *queue, struct fair *fair)
{
	if (likely(rb_is_alone(&queue->tree, &fair->node)))
		rb_erase_alone(&queue->tree, &fair->node);
	else
		fair_unlink_many(queue, fair);
}

/* One that waits does not any longer, and another does instead. */
static inline void fair_swap(struct fair_queue *queue, struct fair *from, struct fair *to)
{
	if (likely(rb_is_alone(&queue->tree, &from->node))) {
		rb_node_init(&from->node);
		rb_link_alone(&queue->tree, &to->node);
		to->least = to->vruntime;
	} else {
		fair_unlink_many(queue, from);
		fair_link(queue, to);
	}
}

/* fair_pick, where the one with the earliest deadline is not eligible. */
struct fair *fair_search(const struct fair_queue *queue, struct fair *running);

/*
 * The member to run: of those that wait and the one that runs (NULL: none). At equal
 * deadlines one that waits. NULL: nobody is there. It stays in the tree, if it was.
 */
static inline struct fair *fair_pick(const struct fair_queue *queue, struct fair *running)
{
	struct rb_node *node = rb_first(&queue->tree);
	struct fair *first;

	if (!node)
		return running;
	first = rb_entry(node, struct fair, node);
	if (unlikely(!fair_is_eligible(queue, first->vruntime)))
		return fair_search(queue, running);
	if (running && fair_is_before(running, first) &&
	    fair_is_eligible(queue, running->vruntime))
		return running;
	return first;
}

/* The virtual time of so long on the CPU, within FAIR_STEP_MAX. */
uint64_t fair_step(const struct fair *fair, uint64_t ns);
/* A request has been served: the next begins. */
static inline void fair_next_request(struct fair_queue *queue, struct fair *fair)
{
	fair->deadline = fair->vruntime + fair_virtual(fair->slice, fair->weight);
	if (unlikely(fair_is_far(queue, fair->vruntime)))
		fair_rebase(queue);
}

/* The member that runs had the CPU for so long. */
static inline void fair_ran(struct fair_queue *queue, struct fair *fair, uint64_t ns)
{
	if (unlikely(fair->weight != FAIR_UNIT || ns > FAIR_STEP_MAX))
		ns = fair_step(fair, ns);
	fair->vruntime += ns;
	queue->sum += (int64_t)(ns * fair->weight);
	if (unlikely((int64_t)(fair->vruntime - fair->deadline) >= 0))
		fair_next_request(queue, fair);
}

/* ns until its request will be over. */
static inline uint64_t fair_time_left(const struct fair *fair)
{
	uint64_t left = fair->deadline - fair->vruntime;

	if (unlikely(fair->weight != FAIR_UNIT))
		left = (left * fair->weight + FAIR_UNIT - 1) / FAIR_UNIT;
	return left;
}

/*
 * It gives up the rest of its request, as if it had used it. Not where it is ahead: then
 * others go first anyway, and it could run away.
 */
static inline void fair_yield(struct fair_queue *queue, struct fair *fair)
{
	uint64_t step = fair->deadline - fair->vruntime;

	if (!fair_is_eligible(queue, fair->vruntime))
		return;
	fair->vruntime += step;
	queue->sum += (int64_t)(step * fair->weight);
	fair_next_request(queue, fair);
}

/* Another weight, of one that is no member; its lag stays what it is in ns of the CPU. */
void fair_set_weight(struct fair *fair, uint32_t weight);

#endif
