/* errno_name.h: "ENOENT" for ENOENT. Pure. */
#ifndef LIB_ERRNO_NAME_H
#define LIB_ERRNO_NAME_H

#include "lib/base.h"

/* The name of a (positive) error number, NULL where it has none. */
const char *errno_name(int error);

#endif
