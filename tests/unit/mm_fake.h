/*
 * mm_fake.h: a machine for mm/ on the host: physical memory is one reserved mapping, a
 * spinlock is a flag that must be free, a panic jumps back to the test. Included before
 * the product's files, which then find the real headers' guards taken.
 */
#ifndef TESTS_UNIT_MM_FAKE_H
#define TESTS_UNIT_MM_FAKE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/base.h"

#define KERNEL_X86_LAYOUT_H
#define PAGE_SHIFT 12
#define PAGE_SIZE ((size_t)1 << PAGE_SHIFT)
#define IMAGE_BASE 0xffffffff80000000ULL

static char *fake_memory;
static const uint64_t fake_memory_size = 16 * GIB;

static inline void *phys_to_virt(uint64_t phys)
{
	return fake_memory + phys;
}

static inline uint64_t virt_to_phys(const void *virt)
{
	uint64_t address = (uint64_t)virt;

	return address >= IMAGE_BASE ? address - IMAGE_BASE
				     : address - (uint64_t)fake_memory;
}

#define kernel_image_start ((char *)IMAGE_BASE + 0x100000)
#define kernel_image_end ((char *)IMAGE_BASE + 0x163123)

#define KERNEL_X86_CPU_H
enum { CPU_MAX = 4 };
struct cpu {
	uint32_t id;
};
static struct cpu fake_cpu;

static inline struct cpu *cpu_this(void)
{
	return &fake_cpu;
}

#define KERNEL_DEBUG_TRACE_H
#define trace_alloc(object, size) ((void)(object))
#define trace_free(object) ((void)(object))

#define KERNEL_SYNC_SPINLOCK_H
#define KERNEL_SYNC_LOCKDEP_H
static void UNUSED lockdep_free(const void *memory, size_t size)
{
}

#define LOCK_CLASS(symbol, name, rank, flags) \
	static const char *const symbol UNUSED = name
struct spinlock {
	bool held;
};
#define SPINLOCK_INIT(class_) \
	{                     \
		false         \
	}

static inline void fake_init(struct spinlock *lock)
{
	lock->held = false;
}
#define spin_init(lock, class_) fake_init(lock)

static inline uint64_t spin_lock_irq(struct spinlock *lock)
{
	assert_false(lock->held);
	lock->held = true;
	return 0;
}

static inline void spin_unlock_irq(struct spinlock *lock, uint64_t flags)
{
	assert_true(lock->held);
	lock->held = false;
}

static inline void fake_leave(struct spinlock **lock)
{
	spin_unlock_irq(*lock, 0);
}

static inline struct spinlock *fake_enter(struct spinlock *lock)
{
	spin_lock_irq(lock);
	return lock;
}
#define SPIN_IRQ_GUARD(lock_)                                                 \
	struct spinlock *PASTE(guard_, __LINE__) CLEANUP(fake_leave) UNUSED = \
		fake_enter(lock_)
#define SPIN_GUARD(lock_) SPIN_IRQ_GUARD(lock_)

#define KERNEL_DEBUG_LOG_H
#define log_info(...) ((void)0)
#define log_warn(...) ((void)0)

#define KERNEL_DEBUG_PANIC_H
static jmp_buf fake_panic_jump;
static bool fake_panic_expected;
static char fake_panic_text[512];

static NORETURN PRINTF_LIKE(1, 2) void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(fake_panic_text, sizeof(fake_panic_text), fmt, args);
	va_end(args);
	if (!fake_panic_expected) {
		fprintf(stderr, "panic: %s\n", fake_panic_text);
		abort();
	}
	fake_panic_expected = false;
	longjmp(fake_panic_jump, 1);
}
#define ASSERT(condition)                                      \
	do {                                                   \
		if (!(condition))                              \
			panic("%s does not hold", #condition); \
	} while (0)
/* The statement must panic, and with these words. */
#define EXPECT_PANIC(statement, words)                            \
	do {                                                      \
		fake_panic_expected = true;                       \
		if (setjmp(fake_panic_jump) == 0) {               \
			statement;                                \
			fail_msg("%s did not panic", #statement); \
		}                                                 \
		assert_non_null(strstr(fake_panic_text, words));  \
	} while (0)

#define KERNEL_DEBUG_SYMBOLS_H
enum { SYMBOL_PLACE_SIZE = 88 };
static inline const char *symbol_place(uint64_t address, char *place)
{
	return "somebody";
}

/* Nothing but the counting that the tests arm. */
#define KERNEL_MM_FAULT_INJECT_H
static uint64_t fake_fail_at;

static inline bool fault_is_armed(void)
{
	return fake_fail_at > 0;
}

static inline bool fault_inject(uint64_t site)
{
	return fake_fail_at && --fake_fail_at == 0;
}

/* There is nothing kept anywhere. */
#define KERNEL_MM_SHRINKER_H
#define SHRINKER(symbol, name, count, scan) \
	static const void *const symbol[] UNUSED = { (void *)(count), (void *)(scan) }
#define PRESSURE_NOTIFIER(notify)
static atomic_bool memory_short;
void memory_pressure(bool is_short);

void memory_pressure(bool is_short)
{
	memory_short = is_short;
}

static uint64_t memory_reclaim(uint64_t pages)
{
	return 0;
}

static inline void fake_machine_start(void)
{
	fake_memory = mmap(NULL, fake_memory_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(fake_memory != MAP_FAILED);
}

static inline void fake_machine_stop(void)
{
	munmap(fake_memory, fake_memory_size);
}

#endif
