/*
 * lockdep.h: lock classes, their order, and the debug build's checker of both.
 *
 * Lock order is data: enum lock_rank is all of it, from the outermost lock to the
 * innermost. The debug build panics, naming both locks and where they were taken, when
 * a lock is taken that does not rank above all that this CPU or task holds, when it is
 * taken twice, released without being held, when a class that an interrupt takes is
 * taken with interrupts on (or an interrupt takes one that is not marked so), and when a
 * task sleeps with a spinlock held or in an interrupt. In the release build all of this
 * is empty.
 */
#ifndef KERNEL_SYNC_LOCKDEP_H
#define KERNEL_SYNC_LOCKDEP_H

#include "lib/base.h"

/*
 * Outermost first. Mutexes and other sleeping locks rank below every spinlock; spinlocks
 * that are held with interrupts on rank below all that interrupts take, since those nest
 * within them at any moment.
 */
enum lock_rank {
	RANK_FILE = 5,	     /* a file's position: held around its operations */
	RANK_PROGRAM = 10,   /* a session of a ported program */
	RANK_TTY_READ = 20,  /* one reader of a terminal at a time */
	RANK_DIRECTORY = 40, /* a directory's entries */
	RANK_INODE = 45,     /* a file's content */
	RANK_DEVICE = 50,    /* a driver's sleeping lock */
	RANK_MEMORY = 60,    /* the list of virtual areas */
	RANK_SPIN = 100,     /* spinlocks from here on, first those without LOCK_IRQ */
	RANK_FDTABLE = 110,
	RANK_SESSION = 120,  /* a program session's buffers */
	RANK_TABLE = 124,    /* tables of devices, mounts and the like */
	RANK_AREA = 126,     /* virtual areas and the kernel's page tables */
	RANK_IRQ = 130,	     /* with LOCK_IRQ from here on: interrupts nest within all */
	RANK_TTY = 130,	     /* a terminal's line discipline and buffers */
	RANK_REGISTRY = 140, /* tables of tasks and interrupts */
	RANK_SCREEN = 150,
	RANK_UART = 160,
	RANK_TIMER = 170,
	RANK_WAITQ = 180,
	RANK_TASK = 190,
	RANK_RUN_QUEUE = 200,
	RANK_RNG = 210,
	RANK_SLAB = 220,
	RANK_PAGE = 230,
	RANK_LOG = 240,
	RANK_CONSOLE_OUT = 250, /* the log's last way out */
};

enum lock_flags {
	LOCK_IRQ = 1 << 0,    /* interrupt handlers take it */
	LOCK_SLEEPS = 1 << 1, /* a mutex or the like */
};

struct lock_class {
	const char *name;
	uint16_t rank;
	uint16_t flags;
};

#define LOCK_CLASS(symbol, name_, rank_, flags_) \
	static const struct lock_class symbol UNUSED = { name_, rank_, flags_ }

enum { LOCKS_HELD_MAX = 12 };

/*
 * The locks that a CPU (spinlocks) or a task (sleeping locks) holds, in the order in
 * which it took them. Only the owner touches it.
 */
struct lock_held {
	unsigned depth;
	struct {
		const void *lock;
		const struct lock_class *lock_class;
		uint64_t where; /* the address of the code that took it */
	} at[LOCKS_HELD_MAX];
};

#if CONFIG_DEBUG
#define LOCKDEP_FIELDS const struct lock_class *lock_class;
#define LOCKDEP_INIT(class_) .lock_class = (class_),
#define LOCKDEP_CLASS(lock) ((lock)->lock_class)
#define LOCKDEP_SET_CLASS(lock, class_) ((lock)->lock_class = (class_))
/* What a task needs to have its sleeping locks checked. */
#define LOCKDEP_TASK_SIZE sizeof(struct lock_held)

/*
 * Spinlocks, from the CPU that takes or releases one, preemption off. acquire is called
 * before waiting for the lock; acquire_tried after a try, which cannot deadlock and so
 * may go against the order.
 */
void lockdep_acquire(const void *lock, const struct lock_class *lock_class);
void lockdep_acquire_tried(const void *lock, const struct lock_class *lock_class);
void lockdep_release(const void *lock);

/* The same for sleeping locks, on the task's own list. tried: as above. */
void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
			      const struct lock_class *lock_class, uint64_t where,
			      bool tried);
void lockdep_release_sleeping(struct lock_held *held, const void *lock);
/* A task ends: it must hold nothing. */
void lockdep_task_ends(const struct lock_held *held);

/* Called where the caller may sleep: reports when it must not. */
void lockdep_may_sleep(const char *what);

/* Logs what this CPU and (held may be NULL) its task hold: for panic. No locks. */
void lockdep_print_held(const struct lock_held *held);

/* What a CPU holds, for reports; NULL: nobody knows. */
const struct lock_held *lockdep_cpu_held(unsigned cpu);

/*
 * Gets each report. It panics, unless a test puts its own function here, which returns;
 * the checker then goes on as if nothing were wrong. NULL is the panic.
 */
extern void (*lockdep_report)(const char *text);
#define LOCKDEP_SET_REPORT(function) (lockdep_report = (function))
#else
#define LOCKDEP_FIELDS
#define LOCKDEP_INIT(class_)
#define LOCKDEP_CLASS(lock) NULL
#define LOCKDEP_SET_CLASS(lock, class_) ((void)(class_))
#define LOCKDEP_TASK_SIZE 0
#define LOCKDEP_SET_REPORT(function) ((void)(function))
static inline void lockdep_acquire(const void *lock, const struct lock_class *lock_class)
{
}

static inline void lockdep_acquire_tried(const void *lock,
					 const struct lock_class *lock_class)
{
}

static inline void lockdep_release(const void *lock)
{
}

static inline void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
					    const struct lock_class *lock_class,
					    uint64_t where, bool tried)
{
}

static inline void lockdep_release_sleeping(struct lock_held *held, const void *lock)
{
}

static inline void lockdep_task_ends(const struct lock_held *held)
{
}

static inline void lockdep_may_sleep(const char *what)
{
}

static inline void lockdep_print_held(const struct lock_held *held)
{
}

static inline const struct lock_held *lockdep_cpu_held(unsigned cpu)
{
	return NULL;
}
#endif

#endif
