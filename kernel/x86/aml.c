/*
 * aml.c: the value that powers the machine off, out of ACPI's byte code (ACPI 6.4,
 * chapter 20) without an interpreter.
 *
 * \_S5 is an object with a name of its own, a package whose first elements are small
 * constants. So its name is looked for, byte by byte, and what follows is read as a
 * package; nothing is read beyond the table, and what is not wholly understood is not
 * it.
 */
#include "kernel/x86/aml.h"

#include "lib/string.h"

/* ACPI 6.4, 20.2. */
enum aml {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_WORD = 0x0b,
	AML_DWORD = 0x0c,
	AML_PACKAGE = 0x12,
	AML_ROOT = '\\',
	AML_ONES = 0xff,
};

struct aml_cursor {
	const uint8_t *bytes;
	size_t size, at;
};

/* The next byte, -1 at the end. */
static int next_byte(struct aml_cursor *c)
{
	return c->at < c->size ? c->bytes[c->at++] : -1;
}

/* The low byte of an integer constant; -1: it is none. */
static int next_integer(struct aml_cursor *c)
{
	size_t width;
	int value;

	switch (next_byte(c)) {
	case AML_ZERO:
		return 0;
	case AML_ONE:
		return 1;
	case AML_ONES:
		return 0xff;
	case AML_BYTE:
		width = 1;
		break;
	case AML_WORD:
		width = 2;
		break;
	case AML_DWORD:
		width = 4;
		break;
	default:
		return -1;
	}
	value = next_byte(c);
	c->at += width - 1;
	return c->at <= c->size ? value : -1;
}

/* PackageOp PkgLength NumElements PackageElementList: 20.2.5.4. */
static bool read_package(struct aml_cursor *c, uint8_t *type_a, uint8_t *type_b)
{
	int length, a, b;

	if (next_byte(c) != AML_PACKAGE)
		return false;
	length = next_byte(c);
	if (length < 0)
		return false;
	c->at += length >> 6; /* that many more bytes of length */
	if (next_byte(c) < 2)
		return false;
	a = next_integer(c);
	b = next_integer(c);
	if (a < 0 || b < 0)
		return false;
	*type_a = (uint8_t)a;
	*type_b = (uint8_t)b;
	return true;
}

bool aml_find_s5(const struct acpi_header *dsdt, uint8_t *type_a, uint8_t *type_b)
{
	const uint8_t *bytes = (const uint8_t *)dsdt;
	size_t at;

	for (at = sizeof(*dsdt) + 1; at + 4 <= dsdt->length; at++) {
		struct aml_cursor c = { bytes, dsdt->length, at + 4 };

		if (bytes[at] != '_' || memcmp(bytes + at, "_S5_", 4) != 0)
			continue;
		if (bytes[at - 1] != AML_NAME &&
		    (bytes[at - 1] != AML_ROOT || bytes[at - 2] != AML_NAME))
			continue;
		if (read_package(&c, type_a, type_b))
			return true;
	}
	return false;
}
