/*
 * sys_syslog.c: syslog(2): the log for programs, as dmesg(1) reads it.
 *
 * There is one place up to which somebody read (SYSLOG_READ), also within a record that
 * did not fit, and one up to which the log was cleared. A lock holds readers apart.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/dev/log_news.h"
#include "kernel/syscall/internal.h"

enum syslog_action {
	SYSLOG_CLOSE,
	SYSLOG_OPEN,
	SYSLOG_READ,
	SYSLOG_READ_ALL,
	SYSLOG_READ_CLEAR,
	SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF,
	SYSLOG_CONSOLE_ON,
	SYSLOG_CONSOLE_LEVEL,
	SYSLOG_SIZE_UNREAD,
	SYSLOG_SIZE_BUFFER,
};

enum { LINE_SIZE = LOG_TEXT_MAX + 48 };

LOCK_CLASS(syslog_class, "syslog", RANK_DEVICE, LOCK_SLEEPS);
static struct mutex syslog_lock;
static uint64_t read_next; /* [syslog_lock] the record to read */
static size_t read_offset; /* [syslog_lock] bytes of it that were read */
static uint64_t cleared;   /* [syslog_lock] records in front of it are not shown */
static enum log_level level_before_off = LOG_INFO; /* [syslog_lock] */
static bool console_off;			   /* [syslog_lock] */

/* Whole records and the beginning of the last one, as much as fits. */
static long read_some(struct iter *to)
{
	size_t before = to->left;

	MUTEX_GUARD(&syslog_lock);
	while (to->left) {
		char line[LINE_SIZE];
		uint64_t next = read_next;
		size_t length = log_read(&next, line, sizeof(line));
		ssize_t moved;

		if (length == 0)
			break;
		/* The record that was read in part may be gone by now. */
		if (next != read_next + 1)
			read_offset = 0;
		moved = iter_put(to, line + read_offset, length - read_offset);
		if (moved < 0)
			return to->left < before ? (long)(before - to->left) : moved;
		read_offset += (size_t)moved;
		read_next = next - 1;
		if (read_offset == length) {
			read_next = next;
			read_offset = 0;
		}
	}
	return (long)(before - to->left);
}

static long read_blocking(struct iter *to)
{
	long n = read_some(to);

	while (n == 0) {
		int error = waitq_wait(log_news_queue(), log_news_since(read_next));

		if (error)
			return error;
		n = read_some(to);
	}
	return n;
}

/* The bytes of all records from *sequence on. */
static size_t size_from(uint64_t sequence)
{
	char line[LINE_SIZE];
	size_t total = 0, n = log_read(&sequence, line, sizeof(line));

	while (n) {
		total += n;
		n = log_read(&sequence, line, sizeof(line));
	}
	return total;
}

/* The newest records that fit, whole ones. */
static long read_all(struct iter *to, bool clear)
{
	char line[LINE_SIZE];
	size_t before = to->left, n, total;
	uint64_t next;

	MUTEX_GUARD(&syslog_lock);
	next = cleared;
	total = size_from(next);
	while (total > to->left) {
		n = log_read(&next, line, sizeof(line));
		if (n == 0)
			break;
		total -= MIN(n, total);
	}
	for (n = log_read(&next, line, sizeof(line)); n && n <= to->left;
	     n = log_read(&next, line, sizeof(line)))
		if (iter_put(to, line, n) < 0)
			return -EFAULT;
	if (clear)
		cleared = log_next_sequence();
	return (long)(before - to->left);
}

static long read_action(enum syslog_action action, struct user_ptr buffer, int length)
{
	struct iter to = iter_user(buffer, (size_t)length);

	if (length < 0 || !buffer.address)
		return -EINVAL;
	if (length == 0)
		return 0;
	if (action == SYSLOG_READ)
		return read_blocking(&to);
	return read_all(&to, action == SYSLOG_READ_CLEAR);
}

static long console_action(enum syslog_action action, int level)
{
	MUTEX_GUARD(&syslog_lock);
	if (action == SYSLOG_CONSOLE_LEVEL) {
		if (level < 1 || level > LOG_DEBUG + 1)
			return -EINVAL;
		console_off = false;
		log_set_level((enum log_level)(level - 1));
	} else if (action == SYSLOG_CONSOLE_OFF && !console_off) {
		console_off = true;
		level_before_off = log_get_level();
		log_set_level(LOG_EMERG);
	} else if (action == SYSLOG_CONSOLE_ON && console_off) {
		console_off = false;
		log_set_level(level_before_off);
	}
	return 0;
}

static long status_action(enum syslog_action action)
{
	MUTEX_GUARD(&syslog_lock);
	switch (action) {
	case SYSLOG_CLEAR:
		cleared = log_next_sequence();
		return 0;
	case SYSLOG_SIZE_UNREAD:
		return (long)(size_from(read_next) - read_offset);
	default:
		return LOG_RING_SIZE;
	}
}

long sys_syslog(int action, struct user_ptr buffer, int length)
{
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		return read_action((enum syslog_action)action, buffer, length);
	case SYSLOG_CONSOLE_OFF:
	case SYSLOG_CONSOLE_ON:
	case SYSLOG_CONSOLE_LEVEL:
		return console_action((enum syslog_action)action, length);
	case SYSLOG_CLEAR:
	case SYSLOG_SIZE_UNREAD:
	case SYSLOG_SIZE_BUFFER:
		return status_action((enum syslog_action)action);
	default:
		return -EINVAL;
	}
}

static int syslog_start(void)
{
	mutex_init(&syslog_lock, &syslog_class);
	return 0;
}
INIT(INIT_DEVICE, syslog_start);
