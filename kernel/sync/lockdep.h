/*
 * lockdep.h: lock classes, their order, and the debug build's checker of both.
 *
 * Lock order is data: enum lock_rank is all of it, from the outermost lock to the
 * innermost. The debug build panics, naming both locks and where they were taken, when
 * a lock is taken that does not rank above all that this CPU or task holds, when it is
 * taken twice, released without being held, when a class that an interrupt takes is
 * taken with interrupts on, and when a task sleeps with a spinlock held. In the release
 * build all of this is empty.
 */
#ifndef KERNEL_SYNC_LOCKDEP_H
#define KERNEL_SYNC_LOCKDEP_H

#include "lib/base.h"

/* Outermost first. Mutexes and other sleeping locks rank below every spinlock. */
enum lock_rank {
	RANK_PROGRAM = 10,   /* a session of a ported program */
	RANK_TTY_READ = 20,  /* one reader of a terminal at a time */
	RANK_FILE = 30,	     /* a file's position */
	RANK_DIRECTORY = 40, /* a directory's entries */
	RANK_DEVICE = 50,    /* a driver's sleeping lock */
	RANK_MEMORY = 60,    /* the list of virtual areas */
	RANK_SPIN = 100,     /* spinlocks from here on */
	RANK_FDTABLE = 110,
	RANK_SESSION = 120,  /* a program session's buffers */
	RANK_TTY = 130,	     /* a terminal's line discipline and buffers */
	RANK_REGISTRY = 140, /* tables of devices, tasks and the like */
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

#if CONFIG_DEBUG
#define LOCKDEP_FIELDS const struct lock_class *lock_class;
#define LOCKDEP_INIT(class_) .lock_class = (class_),
#define LOCKDEP_CLASS(lock) ((lock)->lock_class)
/* Called before waiting for the lock. */
void lockdep_acquire(const void *lock, const struct lock_class *lock_class);
void lockdep_release(const void *lock);
/* Called where the caller may sleep: panics when it must not. */
void lockdep_may_sleep(const char *what);
#else
#define LOCKDEP_FIELDS
#define LOCKDEP_INIT(class_)
#define LOCKDEP_CLASS(lock) NULL
static inline void lockdep_acquire(const void *lock, const struct lock_class *lock_class)
{
}

static inline void lockdep_release(const void *lock)
{
}

static inline void lockdep_may_sleep(const char *what)
{
}
#endif

#endif
