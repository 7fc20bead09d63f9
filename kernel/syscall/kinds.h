/*
 * kinds.h: the kinds of arguments in table.h: TYPE_x is what the function gets, FROM_x
 * makes it of the register, enum syscall_kind is for the tracer.
 */
#ifndef KERNEL_SYSCALL_KINDS_H
#define KERNEL_SYSCALL_KINDS_H

#include "kernel/mm/usercopy.h"

enum syscall_kind {
	KIND_FD, /* a descriptor */
	KIND_AT, /* a descriptor of a directory, or AT_FDCWD */
	KIND_INT,
	KIND_UINT,
	KIND_HEX, /* flags and codes without names here */
	KIND_SIZE,
	KIND_OFFSET,
	KIND_POINTER,
	KIND_ADDRESS, /* a pointer or a number, as another argument says */
	KIND_BYTES,   /* data to be read; its size is the next argument */
	KIND_PATH,    /* a string */
	KIND_OPEN_FLAGS,
	KIND_MODE, /* permissions; where O_CREAT is not set in flags: nothing */
	KIND_WHENCE,
	KIND_CLOCK,
	KIND_FCNTL,
};

#define TYPE_FD int
#define TYPE_AT int
#define TYPE_INT int
#define TYPE_UINT unsigned
#define TYPE_HEX unsigned
#define TYPE_SIZE size_t
#define TYPE_OFFSET off_t
#define TYPE_POINTER struct user_ptr
#define TYPE_ADDRESS uint64_t
#define TYPE_BYTES struct user_ptr
#define TYPE_PATH struct user_ptr
#define TYPE_OPEN_FLAGS unsigned
#define TYPE_MODE unsigned
#define TYPE_WHENCE int
#define TYPE_CLOCK int
#define TYPE_FCNTL int

#define FROM_FD(v) ((int)(v))
#define FROM_AT(v) ((int)(v))
#define FROM_INT(v) ((int)(v))
#define FROM_UINT(v) ((unsigned)(v))
#define FROM_HEX(v) ((unsigned)(v))
#define FROM_SIZE(v) (v)
#define FROM_OFFSET(v) ((off_t)(v))
#define FROM_POINTER(v) ((struct user_ptr){ v })
#define FROM_ADDRESS(v) (v)
#define FROM_BYTES(v) ((struct user_ptr){ v })
#define FROM_PATH(v) ((struct user_ptr){ v })
#define FROM_OPEN_FLAGS(v) ((unsigned)(v))
#define FROM_MODE(v) ((unsigned)(v))
#define FROM_WHENCE(v) ((int)(v))
#define FROM_CLOCK(v) ((int)(v))
#define FROM_FCNTL(v) ((int)(v))

#endif
