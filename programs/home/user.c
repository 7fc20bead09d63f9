/*
 * user.c: a ported program as a static Linux x86_64 executable that needs nothing
 * but system calls: no C library, no relocations. It runs on Linux as on Octavo.
 * PROGRAM_MAIN is the program's entry; user.asm calls user_start.
 */
#include "programs/home/home.h"
#include "lib/string.h"

int PROGRAM_MAIN(struct port *port, int argc, char **argv);

/* Numbers of the Linux x86_64 ABI. */
enum {
	CALL_READ = 0,
	CALL_WRITE = 1,
	CALL_MMAP = 9,
	CALL_MUNMAP = 11,
	CALL_RT_SIGACTION = 13,
	CALL_IOCTL = 16,
	CALL_CLOCK_GETTIME = 228,
	CALL_GETRANDOM = 318,
	IOCTL_TCGETS = 0x5401,
	PROT_READ_WRITE = 3,
	MAP_PRIVATE_ANONYMOUS = 0x22,
	CLOCK_MONOTONIC = 1,
	SIGPIPE = 13,
	SIGNAL_IGNORE = 1,
};

/* The kernel's struct sigaction; its set of signals has 8 bytes. */
struct linux_sigaction {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

/* A negative result is an errno. */
long linux_call(long number, long a, long b, long c, long d, long e, long f);
int user_start(long *stack);

/* Each block begins with its size; 16 bytes keep the rest aligned. */
struct block {
	size_t size;
	size_t unused;
};

static char **environment;

ssize_t home_read(char *bytes, size_t size)
{
	long n;

	do {
		n = linux_call(CALL_READ, HOME_STDIN, (long)bytes, (long)size, 0, 0, 0);
	} while (n == -EINTR);
	return n < 0 ? -EIO : n;
}

ssize_t home_write(int fd, const char *bytes, size_t len)
{
	long n;

	do {
		n = linux_call(CALL_WRITE, fd, (long)bytes, (long)len, 0, 0, 0);
	} while (n == -EINTR);
	return n;
}

void *port_alloc(struct port *port, size_t size)
{
	struct block *block;
	long at;

	if (size > SIZE_MAX / 2)
		return NULL;
	size += sizeof(*block);
	at = linux_call(CALL_MMAP, 0, (long)size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS,
			-1, 0);
	if (at < 0)
		return NULL;
	block = (struct block *)at;
	block->size = size;
	return block + 1;
}

void port_free(struct port *port, void *memory)
{
	struct block *block = memory;

	if (block == NULL)
		return;
	block--;
	linux_call(CALL_MUNMAP, (long)block, (long)block->size, 0, 0, 0, 0);
}

uint64_t port_time(struct port *port)
{
	uint64_t now[2] = { 0, 0 };

	linux_call(CALL_CLOCK_GETTIME, CLOCK_MONOTONIC, (long)now, 0, 0, 0, 0);
	return now[0] * NSEC_PER_SEC + now[1];
}

uint64_t port_random_seed(struct port *port)
{
	uint64_t seed = 0;

	if (linux_call(CALL_GETRANDOM, (long)&seed, sizeof(seed), 0, 0, 0, 0) !=
	    sizeof(seed))
		seed = port_time(port);
	return seed;
}

bool port_stopping(struct port *port)
{
	return false;
}

static const char *get_variable(const char *name)
{
	size_t length = strlen(name);

	for (char **at = environment; *at != NULL; at++) {
		if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
			return *at + length + 1;
	}
	return NULL;
}

int user_start(long *stack)
{
	static struct port port;
	struct linux_sigaction ignore = { .handler = SIGNAL_IGNORE };
	char settings[64]; /* struct termios has 36 bytes */
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	long error;

	environment = argv + argc + 1;
	linux_call(CALL_RT_SIGACTION, SIGPIPE, (long)&ignore, 0, sizeof(ignore.mask), 0,
		   0);
	error = linux_call(CALL_IOCTL, HOME_STDOUT, IOCTL_TCGETS, (long)settings, 0, 0,
			   0);
	port.utf8 = home_is_utf8(error == 0, get_variable);
	return PROGRAM_MAIN(&port, argc, argv);
}
