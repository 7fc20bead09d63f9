/* aml.h: the one thing that is read from ACPI's byte code. */
#ifndef KERNEL_X86_AML_H
#define KERNEL_X86_AML_H

#include "kernel/x86/acpi.h"

/*
 * The two sleep types of the object \_S5 in a DSDT whose length was checked. false: it
 * has none that can be read. Pure.
 */
bool aml_find_s5(const struct acpi_header *dsdt, uint8_t *type_a, uint8_t *type_b);

#endif
