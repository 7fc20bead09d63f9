/* profile.h: samples of what runs, in the trace. */
#ifndef KERNEL_DEBUG_PROFILE_H
#define KERNEL_DEBUG_PROFILE_H

/* Sampling, if trace_start was asked for it; trace_stop ends it. Where smp_call may be
 * called. */
void profile_start(void);

#endif
