/*
 * kcsan_calls.c: what code instrumented with gcc -fsanitize=thread calls: before each
 * access, and instead of each atomic operation, which is done here. Their names and
 * arguments are those of gcc's sanitizer.def. All are done in the strongest order.
 */
#include "kernel/sanitize/kcsan_internal.h"
#include "lib/string.h"

#define HERE \
	(uint64_t) __builtin_return_address(0), *(uint64_t *)__builtin_frame_address(0)

#define ACCESS(name_, size_, kind_)                            \
	void __tsan_##name_##size_(const volatile void *p);    \
	void __tsan_##name_##size_(const volatile void *p)     \
	{                                                      \
		kcsan_access((uint64_t)p, size_, kind_, HERE); \
	}
#define ACCESSES(size_)                                         \
	ACCESS(read, size_, KCSAN_READ)                         \
	ACCESS(write, size_, KCSAN_WRITE)                       \
	ACCESS(volatile_read, size_, KCSAN_READ | KCSAN_MARKED) \
	ACCESS(volatile_write, size_, KCSAN_WRITE | KCSAN_MARKED)
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)

#define RANGE(name_, kind_)                                  \
	void __tsan_##name_(const void *p, size_t size);     \
	void __tsan_##name_(const void *p, size_t size)      \
	{                                                    \
		kcsan_range((uint64_t)p, size, kind_, HERE); \
	}
RANGE(read_range, KCSAN_READ)
RANGE(write_range, KCSAN_WRITE)

#define SIXTEEN(name_, kind_)                              \
	void __tsan_##name_(const void *p);                \
	void __tsan_##name_(const void *p)                 \
	{                                                  \
		kcsan_range((uint64_t)p, 16, kind_, HERE); \
	}
SIXTEEN(read16, KCSAN_READ)
SIXTEEN(write16, KCSAN_WRITE)

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__wrap_memset(void *to, int byte, size_t n);
void *__real_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int byte, size_t n);

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n)
{
	kcsan_range((uint64_t)from, n, KCSAN_READ, HERE);
	kcsan_range((uint64_t)to, n, KCSAN_WRITE, HERE);
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	kcsan_range((uint64_t)from, n, KCSAN_READ, HERE);
	kcsan_range((uint64_t)to, n, KCSAN_WRITE, HERE);
	return __real_memmove(to, from, n);
}

void *__wrap_memset(void *to, int byte, size_t n)
{
	kcsan_range((uint64_t)to, n, KCSAN_WRITE, HERE);
	return __real_memset(to, byte, n);
}

#define LOOK(bits_, kind_) \
	kcsan_access((uint64_t)p, (bits_) / 8, (kind_) | KCSAN_MARKED, HERE)

#define UPDATE(bits_, name_)                                                          \
	uint##bits_##_t __tsan_atomic##bits_##_##name_(volatile uint##bits_##_t *p,   \
						       uint##bits_##_t v, int order); \
	uint##bits_##_t __tsan_atomic##bits_##_##name_(volatile uint##bits_##_t *p,   \
						       uint##bits_##_t v, int order)  \
	{                                                                             \
		LOOK(bits_, KCSAN_WRITE);                                             \
		return __atomic_##name_(p, v, __ATOMIC_SEQ_CST);                      \
	}

#define COMPARE(bits_, name_)                                                           \
	bool __tsan_atomic##bits_##_##name_(volatile uint##bits_##_t *p,                \
					    uint##bits_##_t *expected,                  \
					    uint##bits_##_t v, int order, int failed);  \
	bool __tsan_atomic##bits_##_##name_(volatile uint##bits_##_t *p,                \
					    uint##bits_##_t *expected,                  \
					    uint##bits_##_t v, int order, int failed)   \
	{                                                                               \
		LOOK(bits_, KCSAN_WRITE);                                               \
		return __atomic_compare_exchange_n(p, expected, v, false,               \
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	}

#define ATOMICS(bits_)                                                                 \
	uint##bits_##_t __tsan_atomic##bits_##_load(const volatile uint##bits_##_t *p, \
						    int order);                        \
	uint##bits_##_t __tsan_atomic##bits_##_load(const volatile uint##bits_##_t *p, \
						    int order)                         \
	{                                                                              \
		LOOK(bits_, KCSAN_READ);                                               \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                           \
	}                                                                              \
	void __tsan_atomic##bits_##_store(volatile uint##bits_##_t *p,                 \
					  uint##bits_##_t v, int order);               \
	void __tsan_atomic##bits_##_store(volatile uint##bits_##_t *p,                 \
					  uint##bits_##_t v, int order)                \
	{                                                                              \
		LOOK(bits_, KCSAN_WRITE);                                              \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                              \
	}                                                                              \
	uint##bits_##_t __tsan_atomic##bits_##_exchange(volatile uint##bits_##_t *p,   \
							uint##bits_##_t v, int order); \
	uint##bits_##_t __tsan_atomic##bits_##_exchange(volatile uint##bits_##_t *p,   \
							uint##bits_##_t v, int order)  \
	{                                                                              \
		LOOK(bits_, KCSAN_WRITE);                                              \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                    \
	}                                                                              \
	UPDATE(bits_, fetch_add)                                                       \
	UPDATE(bits_, fetch_sub)                                                       \
	UPDATE(bits_, fetch_and)                                                       \
	UPDATE(bits_, fetch_or)                                                        \
	UPDATE(bits_, fetch_xor)                                                       \
	COMPARE(bits_, compare_exchange_strong)                                        \
	COMPARE(bits_, compare_exchange_weak)
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* The constructor that gcc makes in each file calls it: nothing is to be done. */
void __tsan_init(void);
void __tsan_init(void)
{
}
