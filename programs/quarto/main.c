/*
 * main.c: the entry of Quarto: options, memory, one game or a simulation, exit.
 *
 * The run has one block of memory for its state and, at the strong level, what
 * strong.c allocates. Both are given back on every path.
 */
#include "programs/quarto/session.h"
#include "lib/string.h"
#include "programs/quarto/view.h"

int quarto_main(struct port *port, int argc, char **argv);

/* Plays by the options, which are right. */
static void run(struct quarto *q)
{
	if (q->options.level == LEVEL_STRONG) {
		q->strong = strong_create(q->port, q->options.square_mode);
		if (q->strong == NULL) {
			q->error = -ENOMEM;
			return;
		}
	}
	if (!q->options.seeded)
		q->options.seed = port_random_seed(q->port);
	rng_seed(&q->rng, q->options.seed);
	q->ascii = q->options.ascii || !port_utf8(q->port);
	if (q->options.games != 0)
		simulate_run(q);
	else
		interact_run(q);
}

/* Writes what is left and turns the kept error into an exit status. */
static int finish(struct quarto *q)
{
	static const char no_memory[] = "quarto: out of memory\n";

	session_flush(q);
	strong_destroy(q->strong);
	if (q->error == 0)
		return PORT_EXIT_SUCCESS;
	if (q->error != -ENOMEM)
		return PORT_EXIT_FAILURE;
	if (port_write(q->port, no_memory, sizeof(no_memory) - 1) != 0)
		port_log(q->port, PORT_LOG_WARNING, "quarto: out of memory");
	return PORT_EXIT_NO_MEMORY;
}

/* Everything but the memory of the run. */
static int start(struct quarto *q, int argc, char **argv)
{
	char wrong[160];

	if (options_parse(&q->options, argc, argv, wrong, sizeof(wrong)) != 0) {
		say(q, "quarto: %s\n", wrong);
		return session_flush(q) == 0 ? PORT_EXIT_USAGE : PORT_EXIT_FAILURE;
	}
	if (q->options.help)
		view_help(q);
	else
		run(q);
	return finish(q);
}

int quarto_main(struct port *port, int argc, char **argv)
{
	static const char no_memory[] = "quarto: out of memory\n";
	struct quarto *q = port_alloc(port, sizeof(*q));
	int status;

	if (q == NULL) {
		if (port_write(port, no_memory, sizeof(no_memory) - 1) != 0)
			return PORT_EXIT_FAILURE;
		return PORT_EXIT_NO_MEMORY;
	}
	memset(q, 0, sizeof(*q));
	q->port = port;
	status = start(q, argc, argv);
	port_free(port, q);
	return status;
}
