/*
 * faults.h: sweeps: something is done again and again, with its 1st, 2nd, ... allocation
 * (or device operation) failing, until nothing is left to fail. After each time memory
 * must be as it was and no lock held.
 */
#ifndef TESTS_SELF_FAULTS_H
#define TESTS_SELF_FAULTS_H

#include "lib/base.h"

enum { FAULTS_MAX = 20000 }; /* runs of one sweep, at most */

struct faults_sweep {
	const char *name;
	/* 0, or what went wrong: both are fine when something was made to fail. */
	int (*attempt)(void *context);
	void *context;
	bool devices; /* operations of devices fail, not allocations */
	bool strict;  /* without a failure the status is the same each time */
	unsigned
		dense; /* failures at every number up to here, then at fewer; 0: at all */
	/* Results. */
	unsigned runs, struck, leaks;
	uint64_t last_site; /* where the last one struck */
	int status;	    /* of the run where nothing fails */
};

/*
 * Runs a sweep: 0; -EIO when a run leaked or held a lock, or was wrong without a failure.
 * Says so by line(text, context). May sleep.
 */
int faults_run(struct faults_sweep *sweep, void (*line)(const char *text, void *context),
	       void *context);

/*
 * Notes a place that was made to fail. Installed by faults_run and the boot parameters;
 * the tests that arm failures themselves install it too, so that they count.
 */
void faults_install(void);
/* The n-th place noted; 0: there are fewer. */
uint64_t faults_site(unsigned n);

#endif
