/* internal.h: how the files of the lock checker share the work; debug build only. */
#ifndef KERNEL_SYNC_INTERNAL_H
#define KERNEL_SYNC_INTERNAL_H

#include "kernel/sync/lockdep.h"
#include "kernel/x86/cpu.h"

/* In which contexts a class was taken: bits, and indices of seen_where. */
enum lock_seen {
	SEEN_IN_IRQ = 1 << 0,  /* by an interrupt, or it is declared to be */
	SEEN_IRQS_ON = 1 << 1, /* where one may come */
};

/* The CPU's list of another, for reports: it changes under the reader. */
extern struct lock_held lockdep_cpus[CPU_MAX];

/* lockdep_graph.c: a class is used, perhaps for the first time. */
void graph_class(const struct lock_class *class_);
/* to is being taken while from is held: reports a circle. */
void graph_order(const struct lock_entry *from, const struct lock_entry *to);
/* The class is taken in such a context: reports where others make that a deadlock. */
void graph_context(const struct lock_entry *entry, enum lock_seen seen);

/* lockdep.c: the stack from a frame up, 0 behind the last. */
void lockdep_capture(uint64_t where[LOCK_FRAMES], const uint64_t *frame);

/* lockdep_report.c: a report of one lock being taken, and the one before, if any. */
void report_pair(const char *what, const struct lock_entry *entry,
		 const struct lock_entry *other);
void report_entry(const char *what, const struct lock_entry *entry);
/* As a part of one: "'name' was taken:" and its stack. */
void report_taken(const struct lock_entry *entry);

/* lockdep_stat.c */
void stat_acquired(const struct lock_class *lock_class);
void stat_contended(const struct lock_class *lock_class);
void stat_waited(const struct lock_class *lock_class, uint64_t ticks);
void stat_released(const struct lock_class *lock_class, uint64_t ticks);

#endif
