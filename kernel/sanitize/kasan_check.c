/*
 * kasan_check.c: what instrumented code calls: before each access, and for its static
 * variables.
 *
 * A shadow byte of 0 allows all of its 8 bytes, 1 to 7 the first so many, and any other
 * none. The linker sends the calls of memcpy and its kin here first (--wrap). User
 * addresses and what lies between the halves are left to the processor.
 */
#include "kernel/sanitize/kasan_internal.h"
#include "lib/string.h"

enum { GRANULE_LAST = SHADOW_GRANULE - 1, FIRST_MARK = 0x80, GLOBAL_SETS = 512 };

static struct {
	const struct kasan_global *first;
	size_t count;
} global_sets[GLOBAL_SETS];
static unsigned global_set_count;

typedef void (*constructor)(void);
extern const constructor table_constructor_start[], table_constructor_end[];

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__wrap_memset(void *to, int byte, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);
void *__real_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *to, int byte, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);

struct word {
	uint64_t v;
} PACKED;

/* Whether the shadow of a range is all 0, as it mostly is. */
static ALWAYS_INLINE bool is_open(uint64_t address, size_t size)
{
	const uint8_t *shadow = shadow_of(address), *last = shadow_of(address + size - 1);

	for (; last - shadow >= (ssize_t)sizeof(struct word);
	     shadow += sizeof(struct word))
		if (((const struct word *)shadow)->v)
			return false;
	while (shadow <= last)
		if (*shadow++)
			return false;
	return true;
}

/* The first byte of the range that may not be touched; its end: there is none. */
static uint64_t first_bad(uint64_t address, uint64_t end)
{
	while (address < end) {
		const uint8_t *shadow = shadow_of(address);
		uint64_t next = ALIGN_DOWN(address, SHADOW_GRANULE) + SHADOW_GRANULE;

		if (*shadow >= FIRST_MARK ||
		    (*shadow && (MIN(next, end) - 1) % SHADOW_GRANULE >= *shadow))
			return *shadow >= FIRST_MARK
				       ? address
				       : MAX(address, next - SHADOW_GRANULE + *shadow);
		address = next;
	}
	return end;
}

static NOINLINE void check_slowly(uint64_t address, size_t size, bool write,
				  uint64_t where, uint64_t frame)
{
	struct kasan_access access;

	if (address < KERNEL_HALF || is_open(address, size))
		return;
	access = (struct kasan_access){ address, size, write, where, frame, 0 };
	access.bad = first_bad(address, address + size);
	if (access.bad == address + size)
		return;
	/* The TLB may remember that there was no area here. */
	shadow_refresh(access.bad);
	access.bad = first_bad(address, address + size);
	if (access.bad != address + size)
		kasan_report(&access);
}

#define HERE \
	(uint64_t) __builtin_return_address(0), *(uint64_t *)__builtin_frame_address(0)

void kasan_check(const void *start, size_t size, bool write)
{
	if (size > 0)
		check_slowly((uint64_t)start, size, write, HERE);
}

/* The code looked at the shadow itself, and found that not all of it is allowed. */
#define ACCESS(size_)                                                \
	void __asan_report_load##size_##_noabort(uint64_t address);  \
	void __asan_report_load##size_##_noabort(uint64_t address)   \
	{                                                            \
		check_slowly(address, size_, false, HERE);           \
	}                                                            \
	void __asan_report_store##size_##_noabort(uint64_t address); \
	void __asan_report_store##size_##_noabort(uint64_t address)  \
	{                                                            \
		check_slowly(address, size_, true, HERE);            \
	}
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_report_load_n_noabort(uint64_t address, size_t size);
void __asan_report_load_n_noabort(uint64_t address, size_t size)
{
	check_slowly(address, size, false, HERE);
}

void __asan_report_store_n_noabort(uint64_t address, size_t size);
void __asan_report_store_n_noabort(uint64_t address, size_t size)
{
	check_slowly(address, size, true, HERE);
}

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n)
{
	if (n > 0) {
		check_slowly((uint64_t)from, n, false, HERE);
		check_slowly((uint64_t)to, n, true, HERE);
	}
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	if (n > 0) {
		check_slowly((uint64_t)from, n, false, HERE);
		check_slowly((uint64_t)to, n, true, HERE);
	}
	return __real_memmove(to, from, n);
}

void *__wrap_memset(void *to, int byte, size_t n)
{
	if (n > 0)
		check_slowly((uint64_t)to, n, true, HERE);
	return __real_memset(to, byte, n);
}

int __wrap_memcmp(const void *a, const void *b, size_t n)
{
	if (n > 0) {
		check_slowly((uint64_t)a, n, false, HERE);
		check_slowly((uint64_t)b, n, false, HERE);
	}
	return __real_memcmp(a, b, n);
}

/* Frames that are left without a return are not met again. */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

/* A variable of an inner scope: from its declaration to the scope's end. */
void __asan_unpoison_stack_memory(const void *start, size_t size);
void __asan_unpoison_stack_memory(const void *start, size_t size)
{
	kasan_open(start, size, ALIGN_UP(size, SHADOW_GRANULE), KASAN_STACK_SCOPE);
}

void __asan_poison_stack_memory(const void *start, size_t size);
void __asan_poison_stack_memory(const void *start, size_t size)
{
	kasan_close(start, ALIGN_UP(size, SHADOW_GRANULE), KASAN_STACK_SCOPE);
}

/* A file's constructor, at boot. */
void __asan_register_globals(const struct kasan_global *globals, size_t count);
void __asan_register_globals(const struct kasan_global *globals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kasan_open((const void *)globals[i].start, globals[i].size,
			   globals[i].size_with_zone, KASAN_GLOBAL);
	if (global_set_count < GLOBAL_SETS) {
		global_sets[global_set_count].first = globals;
		global_sets[global_set_count++].count = count;
	}
}

/* No file of the kernel ever goes. */
void __asan_unregister_globals(const struct kasan_global *globals, size_t count);
void __asan_unregister_globals(const struct kasan_global *globals, size_t count)
{
}

const struct kasan_global *kasan_find_global(uint64_t address)
{
	for (unsigned s = 0; s < global_set_count; s++) {
		const struct kasan_global *global = global_sets[s].first;

		for (size_t i = 0; i < global_sets[s].count; i++, global++)
			if (address - global->start < global->size_with_zone)
				return global;
	}
	return NULL;
}

void kasan_start(void)
{
	for (const constructor *run = table_constructor_start;
	     run < table_constructor_end; run++)
		(*run)();
	kasan_heap_start();
}
