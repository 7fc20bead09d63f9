/*
 * init.c: runs what registered itself with INIT, level by level, each in the order in
 * which the linker met it.
 */
#include "kernel/dev/init.h"

#include "kernel/debug/log.h"
#include "kernel/debug/trace.h"
#include "kernel/mm/fault_inject.h"
#include "lib/errno.h"

extern const struct init_entry *const table_init_start[], *const table_init_end[];

void init_run(enum init_level level)
{
	for (const struct init_entry *const *entry = table_init_start;
	     entry < table_init_end; entry++) {
		int error;

		if ((*entry)->level != level)
			continue;
		trace(TRACE_BEGIN, (uint64_t)(*entry)->name, 0);
		error = fault_device((uint64_t)(*entry)->start) ? -EIO
								: (*entry)->start();
		trace(TRACE_END, (uint64_t)(*entry)->name, (uint64_t)error);
		if (error && error != -ENODEV)
			log_err("init: %s failed: error %d", (*entry)->name, -error);
	}
}
