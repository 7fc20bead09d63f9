/*
 * spinlock.h: ticket locks for several CPUs. A holder never sleeps.
 *
 * Every lock names its class; a class has a rank, and locks are taken in rising rank
 * only (the debug build checks, see lockdep.h). A lock that an interrupt handler takes
 * is taken with interrupts off everywhere: spin_lock_irq/SPIN_IRQ_GUARD. Same-rank
 * locks are never held together, but for those of a class with LOCK_BY_ADDRESS.
 */
#ifndef KERNEL_SYNC_SPINLOCK_H
#define KERNEL_SYNC_SPINLOCK_H

#include <stdatomic.h>
#include "kernel/sync/lockdep.h"
#include "kernel/sync/preempt.h"

/* Tickets count by two; the low bit of `serving` says that its turn has been taken up. */
struct spinlock {
	union {
		uint64_t word; /* [a] both: free while they are equal */
		struct {
			uint32_t serving, next; /* [a] the turn, the next to hand out */
		};
	};
	LOCKDEP_FIELDS
};

#define SPINLOCK_INIT(class_)                   \
	{                                       \
		.word = 0, LOCKDEP_INIT(class_) \
	}
/* Added to the word of a free lock: a ticket is handed out, its turn taken up. */
#define SPIN_TAKE ((uint64_t)2 << 32 | 1)

static inline void spin_init(struct spinlock *lock, const struct lock_class *lock_class)
{
	*lock = (struct spinlock)SPINLOCK_INIT(lock_class);
}

void spin_wait(struct spinlock *lock); /* the slow path */

/* Whether both halves are equal, in as few instructions as there are. */
static inline bool spin_word_is_free(uint64_t word)
{
	return word == (word << 32 | word >> 32);
}

static inline bool spin_take_free(struct spinlock *lock)
{
	uint64_t word = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);

	return spin_word_is_free(word) &&
	       __atomic_compare_exchange_n(&lock->word, &word, word + SPIN_TAKE, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Whether nobody has it, at this moment; then all is seen that its last holder did. */
static inline bool spin_is_free(const struct spinlock *lock)
{
	uint64_t word = __atomic_load_n(&lock->word, __ATOMIC_ACQUIRE);

	return spin_word_is_free(word);
}

static inline void spin_release(struct spinlock *lock)
{
	__atomic_store_n(&lock->serving,
			 __atomic_load_n(&lock->serving, __ATOMIC_RELAXED) + 1,
			 __ATOMIC_RELEASE);
}

static inline void spin_lock_here(struct spinlock *lock)
{
	preempt_disable();
	lockdep_acquire(lock, LOCKDEP_CLASS(lock), 0);
	if (unlikely(!spin_take_free(lock)))
		spin_wait(lock);
}

static inline void spin_unlock_here(struct spinlock *lock)
{
	lockdep_release(lock);
	spin_release(lock);
	preempt_enable();
}

/* With interrupts off while it is held; the result goes to spin_unlock_irq. */
static inline uint64_t spin_lock_irq_here(struct spinlock *lock)
{
	uint64_t flags = irq_save();

	spin_lock_here(lock);
	return flags;
}

static inline void spin_unlock_irq_here(struct spinlock *lock, uint64_t flags)
{
	lockdep_release(lock);
	spin_release(lock);
	irq_restore(flags);
	preempt_enable();
}

/*
 * The bodies above are inlined where speed counts (CONFIG_HOT, a file's flag in
 * mk/kernel.mk) and called elsewhere (spinlock_calls.c). The debug build inlines all of
 * them, since its checker names the place that takes a lock.
 */
#if CONFIG_DEBUG || CONFIG_HOT
#define spin_lock(lock) spin_lock_here(lock)
#define spin_unlock(lock) spin_unlock_here(lock)
#define spin_lock_irq(lock) spin_lock_irq_here(lock)
#define spin_unlock_irq(lock, flags) spin_unlock_irq_here(lock, flags)
#else
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
uint64_t spin_lock_irq(struct spinlock *lock);
void spin_unlock_irq(struct spinlock *lock, uint64_t flags);
#endif

/* For panic only: the lock is taken or will never be free. */
bool spin_try(struct spinlock *lock);

struct spin_guard {
	struct spinlock *lock;
	uint64_t flags;
};

static inline void spin_guard_leave(struct spin_guard *guard)
{
	spin_unlock(guard->lock);
}

static inline void spin_irq_guard_leave(struct spin_guard *guard)
{
	spin_unlock_irq(guard->lock, guard->flags);
}

static inline struct spin_guard spin_guard_enter(struct spinlock *lock)
{
	spin_lock(lock);
	return (struct spin_guard){ .lock = lock };
}

static inline struct spin_guard spin_irq_guard_enter(struct spinlock *lock)
{
	uint64_t flags = spin_lock_irq(lock);

	return (struct spin_guard){ .lock = lock, .flags = flags };
}

/* Holds the lock to the end of the scope. */
#define SPIN_GUARD(lock_)                                                            \
	struct spin_guard PASTE(guard_, __LINE__) CLEANUP(spin_guard_leave) UNUSED = \
		spin_guard_enter(lock_)
#define SPIN_IRQ_GUARD(lock_)                                                            \
	struct spin_guard PASTE(guard_, __LINE__) CLEANUP(spin_irq_guard_leave) UNUSED = \
		spin_irq_guard_enter(lock_)

#endif
