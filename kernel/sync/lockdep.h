/*
 * lockdep.h: lock classes, their order, and the debug build's checker of both.
 *
 * Lock order is data: enum lock_rank is all of it, from the outermost lock to the
 * innermost. A class without a rank (RANK_NONE: tests, private locks of what comes and
 * goes) is judged by what was seen: the checker keeps the graph of which class was taken
 * while which was held, and of what interrupts take.
 *
 * The debug build panics, with the stacks of now and of then, when a lock is taken that
 * does not rank above all that this CPU or task holds, or that closes a circle in the
 * graph; when it is taken twice, released without being held, waited for too long; when
 * what an interrupt takes is taken with interrupts on, or while it is held one is taken
 * that may be interrupted; when a task sleeps with a spinlock held or in an interrupt,
 * ends, idles or leaves a system call with a lock, or frees one that it holds. In the
 * release build all of this is empty.
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
	RANK_NONE = 0,	     /* judged by the graph alone */
	RANK_FILE = 5,	     /* a file's position: held around its operations */
	RANK_PROGRAM = 10,   /* a session of a ported program */
	RANK_TTY_READ = 20,  /* one reader of a terminal at a time */
	RANK_DIRECTORY = 40, /* a directory's entries */
	RANK_INODE = 45,     /* a file's content */
	RANK_DEVICE = 50,    /* a driver's sleeping lock */
	RANK_SPIN = 100,     /* spinlocks from here on, first those without LOCK_IRQ */
	RANK_FDTABLE = 110,
	RANK_SESSION = 120,  /* a program session's buffers */
	RANK_TABLE = 124,    /* tables of devices, mounts and the like */
	RANK_AREA = 126,     /* virtual areas and the kernel's page tables */
	RANK_IRQ = 130,	     /* with LOCK_IRQ from here on: interrupts nest within all */
	RANK_TTY = 130,	     /* a terminal's line discipline and buffers */
	RANK_REGISTRY = 140, /* tables of tasks and interrupts */
	RANK_TIMER = 170,
	RANK_WAITQ = 180,
	RANK_INHERIT = 190, /* who waits for whose mutex */
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
	/* Several of the class may be held: a later one lies at a higher address. */
	LOCK_BY_ADDRESS = 1 << 2,
};

#if CONFIG_DEBUG
struct lock_class_state;
#define LOCK_CLASS_FIELDS struct lock_class_state *state; /* the checker's */
#else
#define LOCK_CLASS_FIELDS
#endif

struct lock_class {
	const char *name;
	uint16_t rank;
	uint16_t flags;
	LOCK_CLASS_FIELDS
};

/* How a lock was taken: the last argument of lockdep_acquire. */
enum lock_how {
	LOCKDEP_TRIED =
		1 << 0, /* without waiting: cannot deadlock, may go against order */
};

enum { LOCKS_HELD_MAX = 16, LOCK_FRAMES = 8 };

/*
 * The locks that a CPU (spinlocks) or a task (sleeping locks) holds, in the order in
 * which it took them. Only the owner changes it.
 */
struct lock_held {
	unsigned depth;
	struct lock_entry {
		const void *lock;
		const struct lock_class *lock_class;
		uint64_t since; /* TSC: when it was taken, or the wait for it began */
		uint32_t how;
		bool waiting;		     /* not held yet */
		uint64_t where[LOCK_FRAMES]; /* the stack of who took it; 0 ends it */
	} at[LOCKS_HELD_MAX];
};

#if CONFIG_DEBUG

struct lock_stat {
	/* [a] times; of contentions and acquisitions, those after another CPU's */
	_Atomic uint64_t contentions, acquisitions, con_bounces, acq_bounces;
	/* [a] TSC ticks; min is one too high, 0: none yet */
	_Atomic uint64_t wait_min, wait_max, wait_total, hold_min, hold_max, hold_total;
	_Atomic uint32_t last_cpu;
};

struct lock_class_state {
	_Atomic uint32_t id;   /* its place in the graph, 0 before it was first taken */
	_Atomic uint32_t seen; /* enum lock_seen */
	uint64_t seen_where[2][LOCK_FRAMES]; /* where it was so first */
	struct lock_stat stat;
};

#define LOCK_CLASS(symbol, name_, rank_, flags_)                               \
	static struct lock_class_state PASTE(symbol, _state);                  \
	static const struct lock_class symbol UNUSED = { name_, rank_, flags_, \
							 &PASTE(symbol, _state) }
#define LOCKDEP_FIELDS const struct lock_class *lock_class;
#define LOCKDEP_INIT(class_) .lock_class = (class_),
#define LOCKDEP_CLASS(lock) ((lock)->lock_class)
#define LOCKDEP_SET_CLASS(lock, class_) ((lock)->lock_class = (class_))
/* What a task needs to have its sleeping locks checked. */
#define LOCKDEP_TASK_SIZE sizeof(struct lock_held)

/*
 * Spinlocks, from the CPU that takes or releases one, preemption off. acquire is called
 * before waiting for the lock; where it has to wait, contended comes before that,
 * waiting at every look (*since is 0 before the first), and acquired after.
 */
void lockdep_acquire(const void *lock, const struct lock_class *lock_class, unsigned how);
void lockdep_contended(const void *lock);
void lockdep_waiting(const void *lock, uint64_t *since);
void lockdep_acquired(const void *lock);
void lockdep_release(const void *lock);

/*
 * The same for sleeping locks, on the task's own list (NULL: not checked). where: the
 * code that takes it, below which its stack is not of interest.
 */
void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
			      const struct lock_class *lock_class, uint64_t where,
			      unsigned how);
void lockdep_contended_sleeping(struct lock_held *held, const void *lock);
void lockdep_acquired_sleeping(struct lock_held *held, const void *lock);
void lockdep_release_sleeping(struct lock_held *held, const void *lock);

/* Called where the caller may sleep: reports when it must not. */
void lockdep_may_sleep(const char *what);
/* A task ends, or this CPU idles: it must hold nothing. */
void lockdep_task_ends(const struct lock_held *held);
void lockdep_idle(void);
/*
 * What must leave as it came: enter's result goes to leave, which reports a lock that
 * was taken and not released, or preemption that stayed off. what: "system call".
 */
uint32_t lockdep_enter(void);
void lockdep_leave(uint32_t entered, const char *what);
/* Memory is freed: it must not hold a lock that is held here. */
void lockdep_free(const void *memory, size_t size);
/* preempt_enable without a preempt_disable. */
void lockdep_preempt_unbalanced(void);

/* Implemented by sched/: the list of the task that runs, or NULL. */
struct lock_held *lockdep_task_held(void);

/* Logs the rest of a report, and what this CPU and (NULL: no) task hold. For panic. */
void lockdep_print_held(const struct lock_held *held);

/* What a CPU holds, for reports; NULL: nobody knows. */
const struct lock_held *lockdep_cpu_held(unsigned cpu);

/* Every class that was taken, for /proc/lock_stat; and its counters from 0 again. */
void lockdep_visit(void (*visit)(const struct lock_class *lock_class, void *context),
		   void *context);
void lockdep_clear_stat(void);

/*
 * Gets each report: lines, the first of which says what is wrong, then the stacks. It
 * panics, unless a test puts its own function here, which returns; the checker then goes
 * on as if nothing were wrong. NULL is the panic. Called on any CPU, interrupts off.
 */
extern void (*lockdep_report)(const char *text);
#define LOCKDEP_SET_REPORT(function) (lockdep_report = (function))
/* How long a spinlock may be waited for, in TSC ticks. */
extern uint64_t lockdep_wait_limit;

/*
 * A report of another checker that knows locks: begun, its lines, its end, which
 * returns where a test catches reports.
 */
void lockdep_report_begin(void);
void lockdep_report_line(const char *fmt, ...) PRINTF_LIKE(1, 2);
void lockdep_report_stack(const uint64_t *where);
void lockdep_report_end(void);

#else

#define LOCK_CLASS(symbol, name_, rank_, flags_) \
	static const struct lock_class symbol UNUSED = { name_, rank_, flags_ }
#define LOCKDEP_FIELDS
#define LOCKDEP_INIT(class_)
#define LOCKDEP_CLASS(lock) NULL
#define LOCKDEP_SET_CLASS(lock, class_) ((void)(class_))
#define LOCKDEP_TASK_SIZE 0
#define LOCKDEP_SET_REPORT(function) ((void)(function))
static inline void lockdep_acquire(const void *lock, const struct lock_class *lock_class,
				   unsigned how)
{
}

static inline void lockdep_contended(const void *lock)
{
}

static inline void lockdep_waiting(const void *lock, uint64_t *since)
{
}

static inline void lockdep_acquired(const void *lock)
{
}

static inline void lockdep_release(const void *lock)
{
}

static inline void lockdep_acquire_sleeping(struct lock_held *held, const void *lock,
					    const struct lock_class *lock_class,
					    uint64_t where, unsigned how)
{
}

static inline void lockdep_contended_sleeping(struct lock_held *held, const void *lock)
{
}

static inline void lockdep_acquired_sleeping(struct lock_held *held, const void *lock)
{
}

static inline void lockdep_release_sleeping(struct lock_held *held, const void *lock)
{
}

static inline void lockdep_may_sleep(const char *what)
{
}

static inline void lockdep_task_ends(const struct lock_held *held)
{
}

static inline void lockdep_idle(void)
{
}

static inline uint32_t lockdep_enter(void)
{
	return 0;
}

static inline void lockdep_leave(uint32_t entered, const char *what)
{
}

static inline void lockdep_free(const void *memory, size_t size)
{
}

static inline void lockdep_preempt_unbalanced(void)
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
