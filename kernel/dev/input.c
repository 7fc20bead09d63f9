/*
 * input.c: between keyboards and the terminal that listens to them. The client is set
 * once at boot; a keyboard's interrupt reads it without a lock.
 */
#include <stdatomic.h>
#include "kernel/dev/input.h"

static const struct input_client *_Atomic client;

void input_set_client(const struct input_client *new_client)
{
	atomic_store(&client, new_client);
}

void input_bytes(const char *bytes, size_t len)
{
	const struct input_client *now = atomic_load(&client);

	if (now)
		now->bytes(bytes, len);
}

void input_action(enum input_action action)
{
	const struct input_client *now = atomic_load(&client);

	if (now)
		now->action(action);
}
