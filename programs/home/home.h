/*
 * home.h: what the two homes on Linux share. home.c makes the port of a standard
 * input and output; host.c (with a C library) and user.c (with none) give it the
 * system calls underneath and start the program.
 */
#ifndef PROGRAMS_HOME_HOME_H
#define PROGRAMS_HOME_HOME_H

#include "programs/port.h"

#define HOME_INPUT 4096

struct port {
	bool utf8;
	bool at_end; /* end of input was seen; it stays so */
	size_t next; /* bytes of input that were taken */
	size_t have; /* bytes in input */
	char input[HOME_INPUT];
};

enum {
	HOME_STDIN = 0,
	HOME_STDOUT = 1,
	HOME_STDERR = 2,
};

/*
 * read(2) and write(2): bytes, 0 at the end of input, or a negative errno. -EINTR
 * is returned only when the run is to stop.
 */
ssize_t home_read(char *bytes, size_t size);
ssize_t home_write(int fd, const char *bytes, size_t len);

/*
 * Whether to draw UTF-8: a terminal as its locale says (one that says nothing
 * can), everything else always. getenv is the C library's or the like.
 */
bool home_is_utf8(bool terminal, const char *(*getenv)(const char *name));

#endif
