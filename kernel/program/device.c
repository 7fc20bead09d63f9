/*
 * device.c: /dev/NAME, where every open is a run of its own.
 *
 * A session lies between a file and the program's task: two rings of bytes, one for
 * what was written and one for what is to be read. It is FRESH until its options are
 * known: a first line that begins with '-' is the options (or an ioctl gives them);
 * anything else, and any read or poll, starts the program with none. It is RUNNING while
 * its task is, and ENDED after; what is in the output ring can still be read then.
 *
 * The file and the task hold a reference each. Closing the file asks the task to end
 * and does not wait for it; the last of the two frees the session. Both sides wait on
 * one queue, `changed`, which is woken whenever a ring or the state has changed.
 */
#include "kernel/mm/slab.h"
#include "kernel/program/internal.h"
#include "kernel/sched/task.h"
#include "lib/parse.h"
#include "lib/ring.h"
#include "lib/string.h"

enum {
	INPUT_SIZE = 4096,
	OUTPUT_SIZE = 4096,
	BOUNCE_SIZE = 256, /* bytes moved at a time between a ring and user memory */
	OPTIONS_MAX = 20,
	PROGRAM_MAJOR = 240, /* "local/experimental use" in Linux's list of devices */
};

enum session_state { FRESH, RUNNING, ENDED };

struct session {
	struct refcount refs;
	struct port port;
	struct mutex move; /* held while bytes move between a ring and a cursor */
	struct waitq changed;
	struct spinlock lock;
	enum session_state state;	    /* [lock] */
	struct ring input, output;	    /* [lock] */
	int status;			    /* [lock] once ENDED */
	bool input_ended;		    /* [lock] an end of file follows the input */
	size_t options_len;		    /* [move] */
	char options[PROGRAM_OPTIONS_SIZE]; /* [move], the task's once RUNNING */
	struct task *task;		    /* [move] once RUNNING */
	uint8_t input_bytes[INPUT_SIZE], output_bytes[OUTPUT_SIZE];
};

LOCK_CLASS(session_class, "program session", RANK_SESSION, 0);
LOCK_CLASS(move_class, "program session moves", RANK_PROGRAM, LOCK_SLEEPS);

static void session_put(struct session *session)
{
	if (!refcount_put(&session->refs))
		return;
	if (session->task)
		task_put(session->task);
	kfree(session);
}

/* Whether the program's read has something to return. */
static bool input_ready(struct session *session)
{
	SPIN_GUARD(&session->lock);
	return ring_used(&session->input) || session->input_ended;
}

static size_t output_space(struct session *session)
{
	SPIN_GUARD(&session->lock);
	return ring_space(&session->output);
}

/* The program's side. */

static ssize_t session_port_read(struct port *port, char *bytes, size_t size)
{
	struct session *session = port->context;
	size_t n;
	int error = waitq_wait(&session->changed,
			       input_ready(session) || port_stopping(port));

	if (error || port_stopping(port))
		return -EINTR;
	spin_lock(&session->lock);
	n = ring_get(&session->input, bytes, size);
	spin_unlock(&session->lock);
	waitq_wake_all(&session->changed);
	return (ssize_t)n;
}

static int session_port_write(struct port *port, const char *bytes, size_t len)
{
	struct session *session = port->context;

	while (len) {
		size_t n;
		int error = waitq_wait(&session->changed,
				       output_space(session) || port_stopping(port));

		if (error || port_stopping(port))
			return -EINTR;
		spin_lock(&session->lock);
		n = ring_put(&session->output, bytes, len);
		spin_unlock(&session->lock);
		waitq_wake_all(&session->changed);
		bytes += n;
		len -= n;
	}
	return 0;
}

static int session_task(void *argument)
{
	struct session *session = argument;
	char *argv[OPTIONS_MAX + 2] = { (char *)session->port.program->name };
	int words = parse_words(session->options, argv + 1, OPTIONS_MAX);
	int status = port_run(&session->port, 1 + words, argv);

	spin_lock(&session->lock);
	session->state = ENDED;
	session->status = status;
	spin_unlock(&session->lock);
	waitq_wake_all(&session->changed);
	session_put(session);
	return status;
}

/* The file's side. Functions below that are named ..._moving hold `move`. */

static int start_moving(struct session *session)
{
	char *words[OPTIONS_MAX], copy[PROGRAM_OPTIONS_SIZE];
	int error;

	memcpy(copy, session->options, sizeof(copy));
	if (parse_words(copy, words, OPTIONS_MAX) < 0)
		return -EINVAL;
	error = task_create_stopped(session->port.program->name, session_task, session,
				    PRIORITY_NORMAL, &session->task);
	if (error) {
		session->task = NULL;
		return error;
	}
	refcount_get(&session->refs);
	spin_lock(&session->lock);
	session->state = RUNNING;
	spin_unlock(&session->lock);
	task_start(session->task);
	return 0;
}

static enum session_state session_state(struct session *session)
{
	SPIN_GUARD(&session->lock);
	return session->state;
}

/* For a read or a poll: starts unless an options line has begun. */
static int start_by_reader(struct session *session)
{
	MUTEX_GUARD(&session->move);
	if (session_state(session) != FRESH || session->options_len)
		return 0;
	return start_moving(session);
}

/* The options line is whole; one that cannot be taken is void. */
static int start_with_options_moving(struct session *session)
{
	int error;

	session->options[session->options_len] = '\0';
	error = start_moving(session);
	if (error)
		session->options_len = 0;
	return error;
}

/*
 * Takes the options line out of what is written, starting the program behind it. Bytes
 * taken, 0 when what comes is no options line (the program is started then), or -errno.
 */
static ssize_t write_options_moving(struct session *session, const char *bytes, size_t n)
{
	int error;

	if (session->options_len == 0 && bytes[0] != '-')
		return start_moving(session);
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n') {
			error = start_with_options_moving(session);
			return error ? error : (ssize_t)(i + 1);
		}
		if (session->options_len == PROGRAM_OPTIONS_SIZE - 1) {
			session->options_len = 0;
			return -EINVAL;
		}
		session->options[session->options_len++] = bytes[i];
	}
	return (ssize_t)n;
}

/* Why no input is taken: as a read says it, where the program had no memory. */
static int input_error(struct session *session)
{
	SPIN_GUARD(&session->lock);
	if (session->state == ENDED && session->status == -ENOMEM)
		return -ENOMEM;
	return session->state == ENDED || session->input_ended ? -EPIPE : 0;
}

/* One bounce buffer's worth: bytes taken, 0 when the ring is full, or -errno. */
static ssize_t write_some(struct session *session, struct iter *from)
{
	struct iter before = *from;
	char bytes[BOUNCE_SIZE];
	ssize_t n, taken = 0;

	MUTEX_GUARD(&session->move);
	n = input_error(session);
	if (n)
		return n;
	n = iter_get(from, bytes, sizeof(bytes));
	if (n <= 0)
		return n;
	if (session_state(session) == FRESH)
		taken = write_options_moving(session, bytes, (size_t)n);
	if (taken == 0) {
		spin_lock(&session->lock);
		taken = (ssize_t)ring_put(&session->input, bytes, (size_t)n);
		spin_unlock(&session->lock);
	}
	*from = before;
	if (taken > 0) {
		iter_skip(from, (size_t)taken);
		waitq_wake_all(&session->changed);
	}
	return taken;
}

static bool writable(struct session *session)
{
	SPIN_GUARD(&session->lock);
	return session->state == ENDED || session->input_ended ||
	       ring_space(&session->input);
}

static ssize_t session_write(struct chardev *device, void *opened, struct iter *from,
			     unsigned flags, off_t *position)
{
	struct session *session = opened;
	ssize_t total = 0, n = 0;

	while (from->left) {
		n = write_some(session, from);
		if (n < 0)
			break;
		total += n;
		if (n > 0)
			continue;
		n = flags & O_NONBLOCK ? -EAGAIN
				       : waitq_wait(&session->changed, writable(session));
		if (n < 0)
			break;
	}
	return total ? total : n;
}

static bool readable(struct session *session)
{
	SPIN_GUARD(&session->lock);
	return session->state == ENDED || ring_used(&session->output);
}

/* One bounce buffer's worth: bytes given, 0 when there are none, or -errno. */
static ssize_t read_some(struct session *session, struct iter *to)
{
	char bytes[BOUNCE_SIZE];
	size_t n;
	ssize_t given;

	MUTEX_GUARD(&session->move);
	spin_lock(&session->lock);
	n = ring_peek(&session->output, 0, bytes, MIN(sizeof(bytes), to->left));
	spin_unlock(&session->lock);
	given = iter_put(to, bytes, n);
	if (given <= 0)
		return given;
	spin_lock(&session->lock);
	(void)ring_skip(&session->output, (size_t)given);
	spin_unlock(&session->lock);
	waitq_wake_all(&session->changed);
	return given;
}

/* What a read finds when there is nothing to give: its end, its error, or a wait. */
static int read_nothing(struct session *session, unsigned flags, bool *ended)
{
	spin_lock(&session->lock);
	*ended = session->state == ENDED && ring_is_empty(&session->output);
	spin_unlock(&session->lock);
	if (*ended)
		return session->status == -ENOMEM ? -ENOMEM : 0;
	if (flags & O_NONBLOCK)
		return readable(session) ? 0 : -EAGAIN;
	return waitq_wait(&session->changed, readable(session));
}

static ssize_t session_read(struct chardev *device, void *opened, struct iter *to,
			    unsigned flags, off_t *position)
{
	struct session *session = opened;
	ssize_t total = 0;
	bool ended = false;
	int error = start_by_reader(session);

	while (!error && !ended && to->left) {
		ssize_t n = read_some(session, to);

		if (n < 0)
			error = (int)n;
		else if (n > 0)
			total += n;
		else if (total)
			break;
		else
			error = read_nothing(session, flags, &ended);
	}
	return total ? total : error;
}

static unsigned session_poll(struct chardev *device, void *opened,
			     struct poll_table *table)
{
	struct session *session = opened;
	unsigned bits = 0;

	poll_watch(table, &session->changed);
	if (start_by_reader(session))
		bits |= POLL_ERR;
	SPIN_GUARD(&session->lock);
	if (ring_used(&session->output) || session->state == ENDED)
		bits |= POLL_IN | POLL_RDNORM;
	if (session->state == ENDED)
		bits |= POLL_HUP;
	else if (ring_space(&session->input))
		bits |= POLL_OUT | POLL_WRNORM;
	return bits;
}

static int set_options(struct session *session, struct argument argument)
{
	struct program_options options;
	int error = argument_get(argument, &options, sizeof(options));

	if (error)
		return error;
	if (strnlen(options.line, sizeof(options.line)) == sizeof(options.line))
		return -EINVAL;
	MUTEX_GUARD(&session->move);
	if (session_state(session) != FRESH || session->options_len)
		return -EBUSY;
	memcpy(session->options, options.line, sizeof(options.line));
	error = start_moving(session);
	if (error)
		session->options[0] = '\0';
	return error;
}

/* It ends an options line that has begun, as well. */
static int end_input(struct session *session)
{
	MUTEX_GUARD(&session->move);
	if (session_state(session) == FRESH) {
		int error = start_with_options_moving(session);

		if (error)
			return error;
	}
	spin_lock(&session->lock);
	session->input_ended = true;
	spin_unlock(&session->lock);
	waitq_wake_all(&session->changed);
	return 0;
}

static int session_ioctl(struct chardev *device, void *opened, unsigned command,
			 struct argument argument)
{
	switch (command) {
	case PROGRAM_SET_OPTIONS:
		return set_options(opened, argument);
	case PROGRAM_END_INPUT:
		return end_input(opened);
	default:
		return -ENOTTY;
	}
}

static int session_open(struct chardev *device, unsigned flags, void **opened)
{
	static const struct port_ops ops = { session_port_read, session_port_write };
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	refcount_init(&session->refs, 1);
	mutex_init(&session->move, &move_class);
	waitq_init(&session->changed);
	spin_init(&session->lock, &session_class);
	ring_init(&session->input, session->input_bytes, INPUT_SIZE);
	ring_init(&session->output, session->output_bytes, OUTPUT_SIZE);
	port_open(&session->port, device->context, &ops, session);
	*opened = session;
	return 0;
}

static void session_release(struct chardev *device, void *opened)
{
	struct session *session = opened;

	atomic_store(&session->port.stop, true);
	if (session->task)
		task_kill(session->task);
	waitq_wake_all(&session->changed);
	session_put(session);
}

int program_device_start(const struct program *program)
{
	static const struct chardev_ops ops = {
		.open = session_open,
		.release = session_release,
		.read = session_read,
		.write = session_write,
		.poll = session_poll,
		.ioctl = session_ioctl,
	};
	struct chardev *device = kzalloc(sizeof(*device), GFP_KERNEL);
	int error;

	if (!device)
		return -ENOMEM;
	*device = (struct chardev){
		.name = program->name,
		.major = PROGRAM_MAJOR,
		.minor = program->minor,
		.mode = 0666,
		.ops = &ops,
		.context = (void *)program,
	};
	error = chardev_register(device);
	if (error)
		kfree(device);
	return error;
}
