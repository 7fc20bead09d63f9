/* lockdep_catch.h: for self-tests that plant bugs of locks: their reports, caught. */
#ifndef TESTS_SELF_LOCKDEP_CATCH_H
#define TESTS_SELF_LOCKDEP_CATCH_H

#include "tests/self/self.h"

/* From here to the end nothing but the planted bug may report. */
void catch_start(void);
unsigned catch_count(void);
/* The first report since, and the last. */
const char *catch_text(void);
const char *catch_last(void);
/* Exactly one came, and it has both words; fails the test otherwise. */
bool catch_end(const char *word, const char *other);

#endif
