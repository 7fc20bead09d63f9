/*
 * schedfuzz_param.c: the boot parameter schedfuzz=SEED of the debug build, which starts
 * the fuzz of schedules (kernel/debug/schedfuzz.h) before there are tasks.
 */
#include "kernel/debug/schedfuzz.h"
#include "kernel/dev/param.h"
#include "lib/errno.h"
#include "lib/parse.h"

static int set_seed(const char *rest, const char *value)
{
	uint64_t seed;

	if (!value || parse_u64(value, 0, &seed))
		return -EINVAL;
	schedfuzz_start(seed);
	return 0;
}
PARAM(schedfuzz, "schedfuzz", "=SEED  chance decides where tasks are preempted",
      set_seed);
