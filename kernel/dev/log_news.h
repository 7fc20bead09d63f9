/*
 * log_news.h: waiting for the next record of the log: /dev/kmsg and syslog(2).
 */
#ifndef KERNEL_DEV_LOG_NEWS_H
#define KERNEL_DEV_LOG_NEWS_H

#include "kernel/sched/waitq.h"

/* Woken soon after each record (at once, or within 50 ms of one made with locks held). */
struct waitq *log_news_queue(void);

/*
 * Whether there is a record numbered >= sequence. Called by those on the queue, after
 * they entered it: as the condition of a wait, or in a poll operation.
 */
bool log_news_since(uint64_t sequence);

#endif
