/*
 * coverage.c: hands out how often each branch of the kernel was taken, when the machine
 * ends: the linker puts these functions before those of kernel/x86/power.c (--wrap).
 *
 * gcc counts (-fprofile-arcs) and lists each file's counters in the section .table.gcov
 * (-fprofile-info-section; its structures are those of gcc 12's gcov.h). They go, as
 * they are, to the port of QEMU's isa-debugcon, from which scripts/coverage makes what
 * gcov reads: for each file its name, and for each function its numbers.
 */
#include "kernel/x86/cpu.h"
#include "kernel/x86/io.h"
#include "kernel/x86/power.h"
#include "lib/string.h"

enum {
	DEBUGCON = 0xe9, /* reads as itself, where the device is */
	COUNTERS = 8,	 /* kinds of them, of which the first is arcs */
	WORD_FILE = 0x66636f67,
	WORD_END = 0x65636f67,
};

struct counts {
	uint32_t number;
	int64_t *values;
};

struct function {
	const struct object *object;
	uint32_t ident, line_checksum, graph_checksum;
	struct counts arcs;
};

/* A file of source. */
struct object {
	uint32_t version;
	struct object *next;
	uint32_t stamp, checksum;
	const char *name;
	void (*merge[COUNTERS])(int64_t *values, uint32_t number);
	uint32_t function_count;
	const struct function *const *functions;
};

extern const struct object *const table_gcov_start[], *const table_gcov_end[];

NORETURN void __wrap_power_exit(enum power_status status);
NORETURN void __real_power_exit(enum power_status status);
NORETURN void __wrap_power_off(void);
NORETURN void __real_power_off(void);
NORETURN void __wrap_power_reboot(void);
NORETURN void __real_power_reboot(void);
void __gcov_merge_add(int64_t *values, uint32_t number);

/* gcc's way to tell what the counters are. Nobody merges here. */
void __gcov_merge_add(int64_t *values, uint32_t number)
{
}

static void put(const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	while (size-- > 0)
		out8(DEBUGCON, *p++);
}

static void put32(uint32_t value)
{
	put(&value, sizeof(value));
}

static void put_function(const struct object *object, const struct function *function)
{
	/* One of a header's, which another file gave out. */
	if (!function || function->object != object) {
		put32(0);
		return;
	}
	put32(1);
	put32(function->ident);
	put32(function->line_checksum);
	put32(function->graph_checksum);
	put32(function->arcs.number);
	put(function->arcs.values, function->arcs.number * sizeof(int64_t));
}

static void put_object(const struct object *object)
{
	uint32_t length = strlen(object->name);

	put32(WORD_FILE);
	put32(length);
	put(object->name, length);
	put32(object->version);
	put32(object->stamp);
	put32(object->checksum);
	put32(object->function_count);
	for (uint32_t i = 0; i < object->function_count; i++)
		put_function(object, object->functions[i]);
}

static void put_all(void)
{
	static bool done;

	if (done || in8(DEBUGCON) != DEBUGCON)
		return;
	done = true;
	for (const struct object *const *o = table_gcov_start; o < table_gcov_end; o++)
		put_object(*o);
	put32(WORD_END);
}

void __wrap_power_exit(enum power_status status)
{
	put_all();
	__real_power_exit(status);
}

void __wrap_power_off(void)
{
	put_all();
	__real_power_off();
}

void __wrap_power_reboot(void)
{
	put_all();
	__real_power_reboot();
}
