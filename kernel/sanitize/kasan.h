/*
 * kasan.h: the address sanitizer: a shadow byte for every 8 bytes of the kernel's
 * memory says how many of them may be touched, and the compiler asks it before each
 * access (gcc -fsanitize=kernel-address). Here is what the allocators tell it; all of
 * it is empty in other variants. Any context; nothing sleeps or takes a lock.
 */
#ifndef KERNEL_SANITIZE_KASAN_H
#define KERNEL_SANITIZE_KASAN_H

#include "kernel/x86/paging.h"

#ifndef CONFIG_KASAN
#define CONFIG_KASAN 0
#endif

/* Why bytes may not be touched: shadow bytes from 0x80 up. The F's are the compiler's. */
enum kasan_mark {
	KASAN_FREE_PAGE = 0xe1,
	KASAN_FREE_OBJECT = 0xe2,
	KASAN_RED_ZONE = 0xe3, /* behind an object, and between objects */
	KASAN_NO_AREA = 0xe4,  /* virtual space that no area has */
	KASAN_FREE_AREA = 0xe5,
	KASAN_GLOBAL = 0xe6, /* behind a static variable */
	KASAN_STACK_LEFT = 0xf1,
	KASAN_STACK_MIDDLE = 0xf2,
	KASAN_STACK_RIGHT = 0xf3,
	KASAN_STACK_SCOPE = 0xf8,
};

#if CONFIG_KASAN

/* Who did it: a number of the stack depot's, and the task. Nothing in other variants. */
struct kasan_track {
	uint32_t stack;
	int32_t task; /* -1: before tasks */
};

/* The first size bytes may be touched, the rest up to `room` has a mark. */
void kasan_open(const void *start, size_t size, size_t room, enum kasan_mark why);
void kasan_close(const void *start, size_t size, enum kasan_mark why);
/* Notes the caller's stack and task. */
void kasan_note(struct kasan_track *track);
/* Reports a free of what is free already, or of an address that is no object's start. */
void kasan_bad_free(const void *object, const char *what);

/* Notes who took or gave back a block of pages, and opens or closes it. */
void kasan_page_alloc(const void *block, unsigned order);
void kasan_page_free(const void *block, unsigned order);

/*
 * An object that was freed waits before it is used again. kasan_delay returns one that
 * has waited long enough, to be really freed, or NULL. All three are called between begin
 * and end, and what they return is freed there: one at a time, with interrupts off, so
 * that nobody finds an object that neither waits nor is free.
 */
uint64_t kasan_delay_begin(void);
void kasan_delay_end(uint64_t flags);
void *kasan_delay(void *object, size_t size);
/* One of those that wait, NULL: none does. */
void *kasan_undelay(void);
/* Calls visit for each that waits. */
void kasan_visit_delayed(void (*visit)(void *object, void *context), void *context);

/* An area of virtual space gets shadow of its own; -ENOMEM. */
MUST_CHECK int kasan_area_new(uint64_t base, size_t bytes, paging_source source);

/* Once the shadow is whole: makes the static variables' red zones. */
void kasan_start(void);

/* An access that no compiler sees, of a user copy. */
void kasan_check(const void *start, size_t size, bool write);

#else
struct kasan_track {
};

static inline void kasan_open(const void *start, size_t size, size_t room,
			      enum kasan_mark why)
{
}

static inline void kasan_close(const void *start, size_t size, enum kasan_mark why)
{
}

static inline void kasan_note(struct kasan_track *track)
{
}

static inline void kasan_bad_free(const void *object, const char *what)
{
}

static inline void kasan_page_alloc(const void *block, unsigned order)
{
}

static inline void kasan_page_free(const void *block, unsigned order)
{
}

static inline uint64_t kasan_delay_begin(void)
{
	return 0;
}

static inline void kasan_delay_end(uint64_t flags)
{
}

static inline void *kasan_delay(void *object, size_t size)
{
	return object;
}

static inline void *kasan_undelay(void)
{
	return NULL;
}

static inline void kasan_visit_delayed(void (*visit)(void *object, void *context),
				       void *context)
{
}

static inline int kasan_area_new(uint64_t base, size_t bytes, paging_source source)
{
	return 0;
}

static inline void kasan_check(const void *start, size_t size, bool write)
{
}
#endif

/* Physical memory that is the sanitizer's own: empty in other variants. */
struct kasan_memory {
	uint64_t base, end;
};
#if CONFIG_KASAN
extern struct kasan_memory kasan_memory;
#else
static const struct kasan_memory kasan_memory UNUSED;
#endif

#endif
