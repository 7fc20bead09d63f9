/* version.h: what this kernel calls itself, in uname(2) and /proc/version. */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

#define OCTAVO_VERSION "0.1.0"
/*
 * What programs for Linux ask after: they look at the first numbers of the release to
 * know which system calls there are.
 */
#define OCTAVO_RELEASE "6.1.0-octavo-" OCTAVO_VERSION

#endif
