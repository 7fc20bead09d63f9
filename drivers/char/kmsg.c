/*
 * kmsg.c: /dev/kmsg: the log for programs, a record for each read, after Linux's
 * Documentation/ABI/testing/dev-kmsg.
 *
 * An open has a place of its own in the log, beginning with the oldest record. What was
 * overwritten before it was read is reported once, as -EPIPE.
 */
#include "kernel/debug/log.h"
#include "kernel/dev/chardev.h"
#include "kernel/dev/init.h"
#include "kernel/dev/log_news.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/mutex.h"
#include "lib/printf.h"

enum {
	KMSG_MAJOR = 1,
	KMSG_MINOR = 11,
	PREFIX_MAX = 64,
	ESCAPE_SIZE = 4, /* \xNN */
	WRITE_MAX = 1024,
	FACILITY_USER = 1, /* syslog(3): LOG_USER */
	FACILITY_MAX = 31,
	WHENCE_SET = 0, /* lseek(2) */
	WHENCE_END = 2,
	WHENCE_DATA = 3,
};

struct reader {
	struct mutex lock;
	_Atomic uint64_t next;	  /* [lock] to change: the record to read */
	struct log_record record; /* [lock] */
	char line[PREFIX_MAX + ESCAPE_SIZE * LOG_TEXT_MAX + 1]; /* [lock] */
};

LOCK_CLASS(reader_class, "kmsg reader", RANK_DEVICE, LOCK_SLEEPS);

static int kmsg_open(struct chardev *device, unsigned flags, void **session)
{
	struct reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock, &reader_class);
	*session = reader;
	return 0;
}

static void kmsg_release(struct chardev *device, void *session)
{
	kfree(session);
}

static size_t escape(char *to, const char *text, size_t length)
{
	char *at = to;

	for (size_t i = 0; i < length; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c < ' ' || c >= 0x7f || c == '\\')
			at += fmt_snprintf(at, ESCAPE_SIZE + 1, "\\x%02x", c);
		else
			*at++ = (char)c;
	}
	return (size_t)(at - to);
}

/* With the lock held: "priority,sequence,microseconds,-;text\n". */
static size_t format(struct reader *reader)
{
	const struct log_record *record = &reader->record;
	size_t n = (size_t)fmt_snprintf(
		reader->line, PREFIX_MAX, "%u,%llu,%llu,-;", record->priority,
		(unsigned long long)record->sequence,
		(unsigned long long)(record->time / NSEC_PER_USEC));

	n += escape(reader->line + n, record->text, record->length);
	reader->line[n++] = '\n';
	return n;
}

/* 0 when there is nothing to read yet. */
static ssize_t read_record(struct reader *reader, struct iter *to)
{
	uint64_t next;
	size_t length;
	ssize_t moved;

	MUTEX_GUARD(&reader->lock);
	next = reader->next;
	if (!log_read_record(&next, &reader->record))
		return 0;
	/* Who starts at the beginning has missed nothing. */
	if (reader->next && reader->record.sequence != reader->next) {
		reader->next = reader->record.sequence;
		return -EPIPE;
	}
	length = format(reader);
	if (to->left < length)
		return -EINVAL;
	moved = iter_put(to, reader->line, length);
	if (moved > 0)
		reader->next = next;
	return moved;
}

static ssize_t kmsg_read(struct chardev *device, void *session, struct iter *to,
			 unsigned flags, off_t *position)
{
	struct reader *reader = session;
	ssize_t n = read_record(reader, to);

	while (n == 0) {
		int error;

		if (flags & O_NONBLOCK)
			return -EAGAIN;
		error = waitq_wait(log_news_queue(), log_news_since(reader->next));
		if (error)
			return error;
		n = read_record(reader, to);
	}
	return n;
}

/* The number in "<number>" at the beginning of text, and the length of that; or 0. */
static size_t parse_priority(const char *text, size_t length, unsigned *priority)
{
	unsigned value = 0;
	size_t i = 1;

	if (length < 3 || text[0] != '<')
		return 0;
	for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
		value = value * 10 + (unsigned)(text[i] - '0');
		if (value > FACILITY_MAX * 8 + LOG_DEBUG)
			return 0;
	}
	if (i == 1 || i == length || text[i] != '>')
		return 0;
	*priority = value;
	return i + 1;
}

static ssize_t kmsg_write(struct chardev *device, void *session, struct iter *from,
			  unsigned flags, off_t *position)
{
	size_t length = from->left, skip;
	unsigned priority = LOG_WARNING;
	char *text;
	ssize_t n;

	if (length > WRITE_MAX)
		return -EINVAL;
	text = kmalloc(length + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	n = iter_get(from, text, length);
	if (n < (ssize_t)length) {
		kfree(text);
		return -EFAULT;
	}
	skip = parse_priority(text, length, &priority);
	/* Only the kernel speaks as the kernel. */
	if (priority / 8 == 0)
		priority |= FACILITY_USER * 8;
	length -= length > skip && text[length - 1] == '\n';
	log_write(priority, text + skip, length - skip);
	kfree(text);
	return n;
}

static unsigned kmsg_poll(struct chardev *device, void *session, struct poll_table *table)
{
	struct reader *reader = session;
	unsigned bits = POLL_OUT | POLL_WRNORM;

	poll_watch(table, log_news_queue());
	if (log_news_since(reader->next))
		bits |= POLL_IN | POLL_RDNORM;
	return bits;
}

/* To the oldest record, or behind the newest; there is nothing in between. */
static off_t kmsg_seek(struct chardev *device, void *session, off_t offset, int whence)
{
	struct reader *reader = session;

	if (offset)
		return -ESPIPE;
	MUTEX_GUARD(&reader->lock);
	switch (whence) {
	case WHENCE_SET:
	case WHENCE_DATA:
		reader->next = 0;
		return 0;
	case WHENCE_END:
		reader->next = log_next_sequence();
		return 0;
	default:
		return -EINVAL;
	}
}

static const struct chardev_ops kmsg_ops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.write = kmsg_write,
	.poll = kmsg_poll,
	.seek = kmsg_seek,
};

static struct chardev kmsg = {
	.name = "kmsg",
	.major = KMSG_MAJOR,
	.minor = KMSG_MINOR,
	.mode = 0644,
	.ops = &kmsg_ops,
};

static int kmsg_start(void)
{
	return chardev_register(&kmsg);
}
INIT(INIT_DEVICE, kmsg_start);
