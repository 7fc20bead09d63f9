/*
 * host.c: a ported program as an ordinary process, with the host's C library (and
 * whatever sanitizers it is built with). PROGRAM_MAIN is the program's entry. An
 * interrupt from the terminal asks the program to stop.
 */
#include "programs/home/home.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

int PROGRAM_MAIN(struct port *port, int argc, char **argv);

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	stopping = 1;
}

ssize_t home_read(char *bytes, size_t size)
{
	ssize_t n;

	do {
		n = stopping ? -1 : read(HOME_STDIN, bytes, size);
	} while (n < 0 && !stopping && errno == EINTR);
	if (n >= 0)
		return n;
	return stopping ? -EINTR : -EIO;
}

ssize_t home_write(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	do {
		n = write(fd, bytes, len);
	} while (n < 0 && errno == EINTR && !stopping);
	return n < 0 ? -errno : n;
}

void *port_alloc(struct port *port, size_t size)
{
	return malloc(size);
}

void port_free(struct port *port, void *memory)
{
	free(memory);
}

uint64_t port_time(struct port *port)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

uint64_t port_random_seed(struct port *port)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = port_time(port);
	return seed;
}

bool port_stopping(struct port *port)
{
	return stopping;
}

static const char *get_variable(const char *name)
{
	return getenv(name);
}

int main(int argc, char **argv)
{
	static struct port port;
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	port.utf8 = home_is_utf8(isatty(HOME_STDOUT), get_variable);
	return PROGRAM_MAIN(&port, argc, argv);
}
