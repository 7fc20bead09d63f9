/*
 * feed_command.c: `feed DEVICE FILE` talks to a device as a script: it writes the file,
 * says that this was all, and shows what the device answers until its end.
 *
 * Both directions go on at once, as with any peer whose buffers are finite: the device
 * may answer before it takes the rest.
 */
#include "kernel/fs/vfs.h"
#include "kernel/monitor/internal.h"
#include "kernel/program/program.h"
#include "lib/errno.h"

struct feed {
	struct monitor *monitor;
	struct file *device, *script;
	bool sent_all, answered_all;
	size_t at, len; /* of what was read from the script and not yet sent */
	char bytes[256];
};

/* Sends what the device takes now. */
static int feed_send(struct feed *feed)
{
	struct iter it;
	ssize_t n;

	if (feed->at == feed->len) {
		it = iter_kernel(feed->bytes, sizeof(feed->bytes));
		n = do_read(feed->script, &it);
		if (n < 0)
			return (int)n;
		feed->at = 0;
		feed->len = (size_t)n;
		feed->sent_all = n == 0;
	}
	if (feed->sent_all)
		return do_ioctl(feed->device, PROGRAM_END_INPUT, (struct argument){ 0 });
	it = iter_kernel(feed->bytes + feed->at, feed->len - feed->at);
	n = do_write(feed->device, &it);
	if (n == -EPIPE) {
		feed->sent_all = true;
		return 0;
	}
	if (n > 0)
		feed->at += (size_t)n;
	return n < 0 && n != -EAGAIN ? (int)n : 0;
}

/* Shows what the device has now. */
static int feed_receive(struct feed *feed)
{
	char bytes[256];
	struct iter it = iter_kernel(bytes, sizeof(bytes));
	ssize_t n = do_read(feed->device, &it);

	feed->answered_all = n == 0;
	if (n < 0)
		return n == -EAGAIN ? 0 : (int)n;
	it = iter_kernel(bytes, (size_t)n);
	while (it.left) {
		n = do_write(feed->monitor->terminal.file, &it);
		if (n < 0)
			return (int)n;
	}
	return 0;
}

static int feed_all(struct feed *feed)
{
	/* The first bytes may be options: they go before anything is asked. */
	int error = feed_send(feed);

	while (!error && !feed->answered_all) {
		struct poll_request request = {
			.file = feed->device,
			.events = POLL_IN | (feed->sent_all ? 0 : POLL_OUT),
		};

		error = do_poll(&request, 1, 0);
		if (error < 0)
			break;
		error = 0;
		if (request.result & (POLL_IN | POLL_HUP | POLL_ERR))
			error = feed_receive(feed);
		if (!error && !feed->sent_all && request.result & POLL_OUT)
			error = feed_send(feed);
	}
	return error;
}

static int run_feed(struct monitor *monitor, int argc, char **argv)
{
	struct feed feed = { .monitor = monitor };
	int error;

	if (argc != 3)
		return monitor_error(monitor, "feed", -EINVAL, "usage: feed device file");
	error = vfs_open(argv[2], O_RDONLY, 0, &feed.script);
	if (error)
		return monitor_error(monitor, argv[2], error, NULL);
	error = vfs_open(argv[1], O_RDWR | O_NONBLOCK, 0, &feed.device);
	if (!error) {
		error = feed_all(&feed);
		file_put(feed.device);
	}
	file_put(feed.script);
	return error ? monitor_error(monitor, argv[1], error, NULL) : 0;
}
MONITOR_COMMAND("feed", "device file", "write a file to a device, show what it answers",
		run_feed);
