/*
 * finding.h: how a sanitizer says what it found: a text of lines, which goes through the
 * panic path, is logged only (sanitize=continue), or goes to a test.
 *
 * Never waits and takes no lock of the kernel's, since what it reports may have happened
 * anywhere. One report is made at a time; what is found meanwhile, by anybody, is
 * dropped, and so is everything once the kernel panics.
 */
#ifndef KERNEL_SANITIZE_FINDING_H
#define KERNEL_SANITIZE_FINDING_H

#include "lib/base.h"

/* False: not now. Otherwise the lines follow, then finding_end. */
MUST_CHECK bool finding_begin(void);
void finding_line(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* A line for each address behind a call: "  function+0x12". */
void finding_stack(const uint64_t *addresses, unsigned count);
/* The stack from a frame pointer up, below a function that called at `where`. */
void finding_stack_from(uint64_t where, uint64_t frame);
/* Gives the report out. Returns when a test took it or sanitize=continue says so. */
void finding_end(void);

/* Gets each report, as lines that end in '\n'. NULL: nobody does. Tests set it. */
extern void (*finding_hook)(const char *text);

/*
 * The callers' return addresses from a frame pointer up, at most max; their number. For
 * any context; follows the chain within one stack only.
 */
unsigned finding_walk(uint64_t frame, uint64_t *addresses, unsigned max);

#endif
