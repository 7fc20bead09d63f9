/*
 * ubsan.c: what code instrumented with gcc -fsanitize=undefined calls when it did what
 * C does not define: says where, what, and with which values. The structures are those
 * of gcc's ubsan.cc. Overflow of signed numbers is defined here (-fwrapv), so gcc looks
 * for it only where a file or function says otherwise.
 */
#include "kernel/debug/panic.h"
#include "kernel/sanitize/finding.h"
#include "lib/printf.h"

struct location {
	const char *file;
	uint32_t line, column;
};

enum { TYPE_INTEGER = 0, REPORTED = 1u << 31 };

struct type {
	uint16_t kind, info; /* of an integer: bit 0 signed, then log2 of its bits */
	char name[];	     /* with its quotes */
};

struct typed_data {
	struct location location;
	const struct type *type;
};

struct shift_data {
	struct location location;
	const struct type *left, *right;
};

struct bounds_data {
	struct location location;
	const struct type *array, *index;
};

struct mismatch_data {
	struct location location;
	const struct type *type;
	uint8_t log_alignment, access;
};

struct plain_data {
	struct location location;
};

enum { NUMBER_MAX = 32 };

/* False: not now, or this place's was said before. The line follows, then leave. */
static bool enter(struct location *location)
{
	if ((location->column & REPORTED) || !finding_begin())
		return false;
	/* A test plants its bug each time that it runs. */
	if (!finding_hook)
		location->column |= REPORTED;
	return true;
}

static void leave(uint64_t where, uint64_t frame)
{
	char task[48];

	panic_describe_task(task, sizeof(task));
	finding_line("in %s:", task);
	finding_stack_from(where, frame);
	finding_end();
}

#define LEAVE()                                      \
	leave((uint64_t)__builtin_return_address(0), \
	      *(uint64_t *)__builtin_frame_address(0))
#define AT "ubsan: %s:%u:%u: "
#define WHERE(location) \
	(location)->file, (location)->line, (location)->column & ~(uint32_t)REPORTED

static const char *number(char text[NUMBER_MAX], const struct type *type, uint64_t value)
{
	unsigned bits = 1u << (type->info >> 1);
	int64_t wide = (int64_t)value;

	if (type->kind != TYPE_INTEGER || bits > 64) {
		(void)fmt_snprintf(text, NUMBER_MAX, "a value");
		return text;
	}
	if (bits < 64)
		wide = (int64_t)(value << (64 - bits)) >> (64 - bits);
	if (type->info & 1)
		(void)fmt_snprintf(text, NUMBER_MAX, "%lld", (long long)wide);
	else
		(void)fmt_snprintf(
			text, NUMBER_MAX, "%llu",
			(unsigned long long)(bits < 64 ? value & ((1ULL << bits) - 1)
						       : value));
	return text;
}

#define OVERFLOW(name_, sign_)                                                         \
	void __ubsan_handle_##name_##_overflow(struct typed_data *data, uint64_t left, \
					       uint64_t right);                        \
	void __ubsan_handle_##name_##_overflow(struct typed_data *data, uint64_t left, \
					       uint64_t right)                         \
	{                                                                              \
		char a[NUMBER_MAX], b[NUMBER_MAX];                                     \
                                                                                       \
		if (!enter(&data->location))                                           \
			return;                                                        \
		finding_line(AT "%s " sign_ " %s does not fit into %s",                \
			     WHERE(&data->location), number(a, data->type, left),      \
			     number(b, data->type, right), data->type->name);          \
		LEAVE();                                                               \
	}
OVERFLOW(add, "+")
OVERFLOW(sub, "-")
OVERFLOW(mul, "*")
OVERFLOW(divrem, "/")

void __ubsan_handle_negate_overflow(struct typed_data *data, uint64_t value);
void __ubsan_handle_negate_overflow(struct typed_data *data, uint64_t value)
{
	char a[NUMBER_MAX];

	if (!enter(&data->location))
		return;
	finding_line(AT "-(%s) does not fit into %s", WHERE(&data->location),
		     number(a, data->type, value), data->type->name);
	LEAVE();
}

void __ubsan_handle_shift_out_of_bounds(struct shift_data *data, uint64_t left,
					uint64_t right);
void __ubsan_handle_shift_out_of_bounds(struct shift_data *data, uint64_t left,
					uint64_t right)
{
	char a[NUMBER_MAX], b[NUMBER_MAX];

	if (!enter(&data->location))
		return;
	finding_line(AT "shift of %s by %s in %s", WHERE(&data->location),
		     number(a, data->left, left), number(b, data->right, right),
		     data->left->name);
	LEAVE();
}

void __ubsan_handle_out_of_bounds(struct bounds_data *data, uint64_t index);
void __ubsan_handle_out_of_bounds(struct bounds_data *data, uint64_t index)
{
	char a[NUMBER_MAX];

	if (!enter(&data->location))
		return;
	finding_line(AT "index %s is outside of %s", WHERE(&data->location),
		     number(a, data->index, index), data->array->name);
	LEAVE();
}

static const char *const accesses[] = {
	"load of",	  "store to",	     "reference to",  "member access within",
	"member call on", "constructor of",  "downcast of",   "downcast of",
	"upcast of",	  "cast to virtual", "null check of",
};

static const char *access_of(const struct mismatch_data *data)
{
	return data->access < ARRAY_SIZE(accesses) ? accesses[data->access] : "use of";
}

void __ubsan_handle_type_mismatch_v1(struct mismatch_data *data, uint64_t address);
void __ubsan_handle_type_mismatch_v1(struct mismatch_data *data, uint64_t address)
{
	uint64_t alignment = 1ULL << data->log_alignment;

	if (!enter(&data->location))
		return;
	if (address == 0)
		finding_line(AT "%s %s through a null pointer", WHERE(&data->location),
			     access_of(data), data->type->name);
	else if (address % alignment)
		finding_line(AT "%s %s at %#llx, which is not aligned to %llu",
			     WHERE(&data->location), access_of(data), data->type->name,
			     (unsigned long long)address, (unsigned long long)alignment);
	else
		finding_line(AT "%s %s at %#llx, where there is no room for one",
			     WHERE(&data->location), access_of(data), data->type->name,
			     (unsigned long long)address);
	LEAVE();
}

void __ubsan_handle_pointer_overflow(struct plain_data *data, uint64_t base,
				     uint64_t result);
void __ubsan_handle_pointer_overflow(struct plain_data *data, uint64_t base,
				     uint64_t result)
{
	if (!enter(&data->location))
		return;
	finding_line(AT "the pointer %#llx becomes %#llx", WHERE(&data->location),
		     (unsigned long long)base, (unsigned long long)result);
	LEAVE();
}

void __ubsan_handle_load_invalid_value(struct typed_data *data, uint64_t value);
void __ubsan_handle_load_invalid_value(struct typed_data *data, uint64_t value)
{
	char a[NUMBER_MAX];

	if (!enter(&data->location))
		return;
	finding_line(AT "load of %s, which is no value of %s", WHERE(&data->location),
		     number(a, data->type, value), data->type->name);
	LEAVE();
}

#define PLAIN(name_, text_)                                     \
	void __ubsan_handle_##name_(struct plain_data *data);   \
	void __ubsan_handle_##name_(struct plain_data *data)    \
	{                                                       \
		if (!enter(&data->location))                    \
			return;                                 \
		finding_line(AT text_, WHERE(&data->location)); \
		LEAVE();                                        \
	}
PLAIN(builtin_unreachable, "a place that is never reached was")
PLAIN(nonnull_arg, "a null pointer is given where none may be")
PLAIN(invalid_builtin, "a builtin is called with 0, for which it is not defined")
PLAIN(vla_bound_not_positive, "an array with a size below 1")

/* The attribute's place comes with the data, the return's beside it. */
void __ubsan_handle_nonnull_return_v1(struct plain_data *data, struct location *location);
void __ubsan_handle_nonnull_return_v1(struct plain_data *data, struct location *location)
{
	if (!enter(location))
		return;
	finding_line(AT "a null pointer is returned where none may be", WHERE(location));
	LEAVE();
}
