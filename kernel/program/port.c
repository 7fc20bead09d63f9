/*
 * port.c: what a port asks of the kernel: programs/port.h for both homes.
 *
 * All that a run holds hangs on its struct port: input not yet handed over, and the
 * blocks of memory, each behind a header that links it. port_run gives back whatever
 * the program left, so that a run that was killed half-way leaves nothing behind.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/random.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/program/internal.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { KMALLOC_LIMIT = 32 * 1024 }; /* larger blocks come page by page */

struct block {
	struct list link;
	size_t size;  /* with this header */
	uint64_t pad; /* what follows is aligned to 16 */
};

static void *block_alloc(size_t size)
{
	return size > KMALLOC_LIMIT ? vmalloc(size, GFP_KERNEL)
				    : kmalloc(size, GFP_KERNEL);
}

static void block_free(struct block *block)
{
	if (block->size > KMALLOC_LIMIT)
		vfree(block);
	else
		kfree(block);
}

void *port_alloc(struct port *port, size_t size)
{
	struct block *block = NULL;

	if (size <= SIZE_MAX - sizeof(*block))
		block = block_alloc(size + sizeof(*block));
	if (!block)
		return NULL;
	block->size = size + sizeof(*block);
	list_add_tail(&port->blocks, &block->link);
	port->memory += block->size;
	program_count_memory(port->program, (int64_t)block->size);
	return block + 1;
}

void port_free(struct port *port, void *memory)
{
	struct block *block = (struct block *)memory - 1;

	if (!memory)
		return;
	port->memory -= block->size;
	program_count_memory(port->program, -(int64_t)block->size);
	list_remove(&block->link);
	block_free(block);
}

/* The next byte of input: 1, 0 at the end of file, or -errno. */
static int port_next(struct port *port, char *byte)
{
	if (port->input_at == port->input_len) {
		ssize_t n = port->ops->read(port, port->input, sizeof(port->input));

		if (n <= 0)
			return (int)n;
		port->input_at = 0;
		port->input_len = (size_t)n;
	}
	*byte = port->input[port->input_at++];
	return 1;
}

ssize_t port_read_line(struct port *port, char *line, size_t size)
{
	size_t length = 0;
	bool any = false;
	char byte = 0;
	int got;

	for (;;) {
		got = port_stopping(port) ? -EINTR : port_next(port, &byte);
		if (got < 0)
			return got;
		if (got == 0 || byte == '\n')
			break;
		any = true;
		if (length < size)
			line[length] = byte;
		length++;
	}
	if (got == 0 && !any)
		return -ENODATA;
	program_count_line(port->program);
	line[MIN(length, size - 1)] = '\0';
	return length < size ? (ssize_t)length : -EMSGSIZE;
}

int port_write(struct port *port, const char *bytes, size_t len)
{
	if (port_stopping(port))
		return -EINTR;
	program_count_output(port->program, len);
	return port->ops->write(port, bytes, len);
}

uint64_t port_time(struct port *port)
{
	return clock_monotonic();
}

uint64_t port_random_seed(struct port *port)
{
	return random_u64();
}

void port_log(struct port *port, enum port_log_level level, const char *fmt, ...)
{
	static const enum log_level levels[] = {
		[PORT_LOG_ERROR] = LOG_ERR,
		[PORT_LOG_WARNING] = LOG_WARNING,
		[PORT_LOG_INFO] = LOG_INFO,
		[PORT_LOG_DEBUG] = LOG_DEBUG,
	};
	char text[256];
	va_list args;

	va_start(args, fmt);
	(void)fmt_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_print(levels[level], "%s: %s", port->program->name, text);
}

bool port_stopping(struct port *port)
{
	return atomic_load_explicit(&port->stop, memory_order_relaxed) || task_killed();
}

bool port_utf8(struct port *port)
{
	return port->utf8;
}

void port_open(struct port *port, const struct program *program,
	       const struct port_ops *ops, void *context)
{
	*port = (struct port){
		.ops = ops,
		.program = program,
		.context = context,
		.utf8 = true,
	};
	list_init(&port->blocks);
}

int port_run(struct port *port, int argc, char **argv)
{
	struct block *block, *next;
	int status;

	program_count_start(port->program);
	status = port->program->main(port, argc, argv);
	list_for_each_safe (block, next, &port->blocks, link)
		port_free(port, block + 1);
	if (status == PORT_EXIT_NO_MEMORY)
		status = -ENOMEM;
	program_count_end(port->program, status, port_stopping(port));
	return status;
}
