/*
 * usercopy.h: the only place that touches user memory, and the cursor that bulk data
 * moves through.
 *
 * A user address is a struct user_ptr, which C cannot dereference. A bad one is -EFAULT,
 * never a fault in the kernel: the copy loops' faulting instructions stand in a table
 * that the page-fault handler consults (usercopy_fixup). May sleep (a fault may read).
 */
#ifndef KERNEL_MM_USERCOPY_H
#define KERNEL_MM_USERCOPY_H

#include "lib/base.h"

struct user_ptr {
	uint64_t address;
};

/* 0 or -EFAULT; after -EFAULT the destination's content is undefined. */
MUST_CHECK int copy_from_user(void *to, struct user_ptr from, size_t size);
MUST_CHECK int copy_to_user(struct user_ptr to, const void *from, size_t size);
MUST_CHECK int zero_user(struct user_ptr to, size_t size);
/* The string's length without NUL; -EFAULT; -ENAMETOOLONG when no NUL within size. */
MUST_CHECK ssize_t copy_string_from_user(char *to, struct user_ptr from, size_t size);

struct trap_frame;
/* Whether a kernel fault at this frame was a user copy's; moves rip to its error exit. */
bool usercopy_fixup(struct trap_frame *frame);

/*
 * A place for bytes that knows whose memory it is. A device's read and write, and
 * every bulk transfer, moves a cursor.
 */
struct iter_segment {
	uint64_t address;
	size_t size;
};

struct iter {
	bool user;
	uint64_t address; /* of the next byte */
	size_t left;	  /* bytes that remain, in all segments */
	size_t here;	  /* of them, before the next segment */
	const struct iter_segment *next;
};

struct iter iter_kernel(const void *memory, size_t size);
struct iter iter_user(struct user_ptr memory, size_t size);
/*
 * Several pieces of memory in turn, as for readv(2): at most size bytes of them. The
 * segments hold at least that much, and stay the caller's while the cursor is in use.
 */
struct iter iter_segments(bool user, const struct iter_segment *segments, size_t size);

/* Moves the cursor over MIN(size, it->left) bytes without touching them. */
void iter_skip(struct iter *it, size_t size);
/*
 * Both move MIN(size, it->left) bytes and return that. Where memory is bad they return
 * what lay in front of the bad segment; -EFAULT when that is nothing.
 */
MUST_CHECK ssize_t iter_put(struct iter *it, const void *from, size_t size);
MUST_CHECK ssize_t iter_get(struct iter *it, void *to, size_t size);
/* Fills with zeros, the same way. */
MUST_CHECK ssize_t iter_zero(struct iter *it, size_t size);

/* An ioctl's argument: a number, or a pointer into kernel or user memory. */
struct argument {
	bool user;
	uint64_t value;
};
MUST_CHECK int argument_get(struct argument from, void *to, size_t size);
MUST_CHECK int argument_put(struct argument to, const void *from, size_t size);

#endif
