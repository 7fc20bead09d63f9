/*
 * session.c: a run's output and its choice of the computer's player.
 */
#include "programs/quarto/session.h"
#include "lib/printf.h"

/* Formats behind what is buffered; whether all of it fitted. */
static bool append(struct quarto *q, const char *fmt, va_list args)
{
	size_t room = SESSION_OUTPUT - q->used;
	int length = fmt_vsnprintf(q->output + q->used, room, fmt, args);

	if (length < 0 || (size_t)length >= room)
		return false;
	q->used += (size_t)length;
	return true;
}

void say(struct quarto *q, const char *fmt, ...)
{
	va_list args;
	bool fitted;

	va_start(args, fmt);
	fitted = append(q, fmt, args);
	va_end(args);
	if (fitted || session_flush(q) != 0)
		return;
	va_start(args, fmt);
	if (!append(q, fmt, args))
		q->used = SESSION_OUTPUT - 1;
	va_end(args);
}

int session_flush(struct quarto *q)
{
	if (q->error == 0 && q->used > 0)
		q->error = port_write(q->port, q->output, q->used);
	q->used = 0;
	return q->error;
}

bool session_over(struct quarto *q)
{
	if (q->error == 0 && port_stopping(q->port))
		q->error = -EINTR;
	return q->ended || q->error != 0;
}

bool session_choose(struct quarto *q, const struct position *pos, unsigned squares,
		    struct rng *rng, struct choice *choice)
{
	if (q->strong == NULL)
		simple_choose(pos, squares, q->options.square_mode, rng, choice);
	else if (!strong_choose(q->strong, pos, squares, rng, choice))
		q->error = -EINTR;
	return q->error == 0;
}
