/*
 * names.c: a system call as a line of text, in the manner of strace(1).
 */
#include "kernel/syscall/internal.h"
#include "lib/errno_name.h"
#include "lib/printf.h"
#include "lib/string.h"

struct call_form {
	char name[sizeof("sched_get_priority_max")]; /* the longest */
	uint16_t number;
	uint8_t count;
	uint8_t kinds[SYSCALL_ARGS];
};

#define SYSCALL0(number, name) { #name, number, 0, { 0 } },
#define SYSCALL1(number, name, a) { #name, number, 1, { KIND_##a } },
#define SYSCALL2(number, name, a, b) { #name, number, 2, { KIND_##a, KIND_##b } },
#define SYSCALL3(number, name, a, b, c) \
	{ #name, number, 3, { KIND_##a, KIND_##b, KIND_##c } },
#define SYSCALL4(number, name, a, b, c, d) \
	{ #name, number, 4, { KIND_##a, KIND_##b, KIND_##c, KIND_##d } },
#define SYSCALL5(number, name, a, b, c, d, e) \
	{ #name, number, 5, { KIND_##a, KIND_##b, KIND_##c, KIND_##d, KIND_##e } },
#define SYSCALL6(number, name, a, b, c, d, e, f) \
	{ #name,                                 \
	  number,                                \
	  6,                                     \
	  { KIND_##a, KIND_##b, KIND_##c, KIND_##d, KIND_##e, KIND_##f } },
static const struct call_form forms[] = {
#include "kernel/syscall/table.h"
};

enum { STRING_SHOWN = 64, BYTES_SHOWN = 32 };

/* The text being written; what does not fit is dropped. */
struct line {
	char *text;
	size_t size, length;
};

static PRINTF_LIKE(2, 3) void add(struct line *line, const char *fmt, ...)
{
	va_list args;
	int n;

	if (line->length + 1 >= line->size)
		return;
	va_start(args, fmt);
	n = fmt_vsnprintf(line->text + line->length, line->size - line->length, fmt,
			  args);
	va_end(args);
	line->length = MIN(line->length + (size_t)n, line->size - 1);
}

static const struct call_form *find(uint64_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (forms[i].number == number)
			return &forms[i];
	return NULL;
}

const char *syscall_name(uint64_t number)
{
	const struct call_form *form = find(number);

	return form ? form->name : NULL;
}

static void add_quoted(struct line *line, const char *bytes, size_t n, bool more)
{
	add(line, "\"");
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)bytes[i];

		if (c == '\n')
			add(line, "\\n");
		else if (c == '"' || c == '\\')
			add(line, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			add(line, "\\x%02x", c);
		else
			add(line, "%c", c);
	}
	add(line, more ? "\"..." : "\"");
}

static void add_path(struct line *line, uint64_t address)
{
	char text[STRING_SHOWN];
	ssize_t n =
		copy_string_from_user(text, (struct user_ptr){ address }, sizeof(text));

	if (n == -ENAMETOOLONG)
		add_quoted(line, text, sizeof(text), true);
	else if (n < 0)
		add(line, "0x%llx", (unsigned long long)address);
	else
		add_quoted(line, text, (size_t)n, false);
}

static void add_bytes(struct line *line, uint64_t address, uint64_t size)
{
	char bytes[BYTES_SHOWN];
	size_t n = MIN(size, sizeof(bytes));

	if (copy_from_user(bytes, (struct user_ptr){ address }, n))
		add(line, "0x%llx", (unsigned long long)address);
	else
		add_quoted(line, bytes, n, size > n);
}

static void add_open_flags(struct line *line, unsigned flags)
{
	static const struct {
		const char *name;
		unsigned flag;
	} names[] = {
		{ "O_CREAT", O_CREAT },		{ "O_EXCL", O_EXCL },
		{ "O_NOCTTY", O_NOCTTY },	{ "O_TRUNC", O_TRUNC },
		{ "O_APPEND", O_APPEND },	{ "O_NONBLOCK", O_NONBLOCK },
		{ "O_LARGEFILE", O_LARGEFILE }, { "O_DIRECTORY", O_DIRECTORY },
		{ "O_NOFOLLOW", O_NOFOLLOW },	{ "O_CLOEXEC", O_CLOEXEC },
	};
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR",
					     "O_ACCMODE" };

	add(line, "%s", modes[flags & O_ACCMODE]);
	flags &= ~(unsigned)O_ACCMODE;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (flags & names[i].flag)
			add(line, "|%s", names[i].name);
		flags &= ~names[i].flag;
	}
	if (flags)
		add(line, "|0x%x", flags);
}

static void add_name(struct line *line, const char *const *names, size_t n, int value)
{
	if (value >= 0 && (size_t)value < n)
		add(line, "%s", names[value]);
	else
		add(line, "%d", value);
}

static void add_symbol(struct line *line, enum syscall_kind kind, int value)
{
	static const char *const whences[] = { "SEEK_SET", "SEEK_CUR", "SEEK_END",
					       "SEEK_DATA", "SEEK_HOLE" };
	static const char *const clocks[] = {
		"CLOCK_REALTIME",	    "CLOCK_MONOTONIC",
		"CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID",
		"CLOCK_MONOTONIC_RAW",	    "CLOCK_REALTIME_COARSE",
		"CLOCK_MONOTONIC_COARSE",   "CLOCK_BOOTTIME",
	};
	static const char *const fcntls[] = { "F_DUPFD", "F_GETFD", "F_SETFD", "F_GETFL",
					      "F_SETFL" };

	if (kind == KIND_WHENCE)
		add_name(line, whences, ARRAY_SIZE(whences), value);
	else if (kind == KIND_CLOCK)
		add_name(line, clocks, ARRAY_SIZE(clocks), value);
	else if (kind == KIND_FCNTL && value == F_DUPFD_CLOEXEC)
		add(line, "F_DUPFD_CLOEXEC");
	else if (kind == KIND_FCNTL)
		add_name(line, fcntls, ARRAY_SIZE(fcntls), value);
	else if (kind == KIND_AT && value == AT_FDCWD)
		add(line, "AT_FDCWD");
	else
		add(line, "%d", value);
}

static void add_argument(struct line *line, enum syscall_kind kind, const uint64_t *arg)
{
	switch (kind) {
	case KIND_UINT:
		add(line, "%u", (unsigned)*arg);
		break;
	case KIND_SIZE:
	case KIND_OFFSET:
		add(line, "%lld", (long long)*arg);
		break;
	case KIND_HEX:
	case KIND_POINTER:
	case KIND_ADDRESS:
		if (*arg || kind != KIND_POINTER)
			add(line, "0x%llx", (unsigned long long)*arg);
		else
			add(line, "NULL");
		break;
	case KIND_BYTES:
		add_bytes(line, arg[0], arg[1]);
		break;
	case KIND_PATH:
		add_path(line, *arg);
		break;
	case KIND_OPEN_FLAGS:
		add_open_flags(line, (unsigned)*arg);
		break;
	case KIND_MODE:
		add(line, "0%o", (unsigned)*arg);
		break;
	default:
		add_symbol(line, kind, (int)*arg);
		break;
	}
}

/* Whether a mode means nothing, because flags in front of it make no file. */
static bool unused_mode(const struct call_form *form, unsigned i, const uint64_t *args)
{
	return form->kinds[i] == KIND_MODE && i > 0 &&
	       form->kinds[i - 1] == KIND_OPEN_FLAGS && !(args[i - 1] & O_CREAT);
}

size_t syscall_format(char *text, size_t size, uint64_t number,
		      const uint64_t args[SYSCALL_ARGS], long result)
{
	struct line line = { .text = text, .size = size };
	const struct call_form *form = find(number);

	if (!form)
		add(&line, "syscall_%llu(", (unsigned long long)number);
	else
		add(&line, "%s(", form->name);
	for (unsigned i = 0; form && i < form->count && !unused_mode(form, i, args);
	     i++) {
		if (i)
			add(&line, ", ");
		add_argument(&line, form->kinds[i], &args[i]);
	}
	if (result < 0 && errno_name((int)-result))
		add(&line, ") = -1 %s", errno_name((int)-result));
	else
		add(&line, ") = %ld", result);
	return line.length;
}
