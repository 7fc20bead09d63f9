/*
 * port.h: all that a ported program may ask of its home.
 *
 * A program is a set of files under programs/NAME/ that include lib/ and this
 * header only, with one entry:
 *
 *     int NAME_main(struct port *port, int argc, char **argv);
 *
 * argv[0] is the program's name, argv[argc] is NULL; the result is the exit
 * status (enum port_exit). The same bytes of source run in every
 * home: an ordinary process on the host, a kernel task on the console, a session
 * behind a character device, a static Linux executable. So a program keeps no
 * mutable static data (many instances run at once), uses no floating point, no
 * recursion without a bound, no frame over 1 KiB, and checks every allocation.
 *
 * All calls may sleep. `port` is the home's handle for this one run.
 */
#ifndef PROGRAMS_PORT_H
#define PROGRAMS_PORT_H

#include "lib/base.h"
#include "lib/errno.h"

struct port;

/* How a program ends. */
enum port_exit {
	PORT_EXIT_SUCCESS = 0,
	PORT_EXIT_FAILURE = 1, /* told to stop, or the home failed */
	PORT_EXIT_USAGE = 2,
	PORT_EXIT_NO_MEMORY = 3, /* an allocation that it cannot do without failed */
};

enum port_log_level {
	PORT_LOG_ERROR,
	PORT_LOG_WARNING,
	PORT_LOG_INFO,
	PORT_LOG_DEBUG,
};

/*
 * Reads one line of input into line (size bytes at most, the terminating NUL
 * included), without its newline; a NUL or other control byte is handed over as
 * it came. A last line that ends without a newline is a line.
 * Returns the length; -ENODATA at end of file; -EMSGSIZE where the line was
 * longer than size - 1 (all of it is consumed and line holds its beginning);
 * -EINTR when the run is to stop; -EIO when the home lost its input.
 */
MUST_CHECK ssize_t port_read_line(struct port *port, char *line, size_t size);

/*
 * Writes all of bytes[0..len). Output reaches the reader at the latest with the
 * next port_read_line or at the program's end.
 * Returns 0; -EINTR when the run is to stop; -EPIPE when nobody can read any more;
 * -EIO or -ENOMEM from the home. After an error the program ends.
 */
MUST_CHECK int port_write(struct port *port, const char *bytes, size_t len);

/* Memory, aligned to 16 bytes, not cleared; NULL when there is none. size > 0. */
MUST_CHECK void *port_alloc(struct port *port, size_t size);

/* Gives back what port_alloc returned; NULL is allowed. */
void port_free(struct port *port, void *memory);

/* Nanoseconds of a clock that never goes back; its zero means nothing. */
uint64_t port_time(struct port *port);

/* A seed for a generator; each call another one, unless the home was told to repeat. */
uint64_t port_random_seed(struct port *port);

/* A message for the home's operator, not part of the program's output. No newline. */
void port_log(struct port *port, enum port_log_level level, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Whether the program is asked to end soon; long computations look now and then. */
bool port_stopping(struct port *port);

/* Whether the reader can draw UTF-8; false on a VGA text console. */
bool port_utf8(struct port *port);

#endif
