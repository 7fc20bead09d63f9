/*
 * screen.c: the one text display. Drivers offer theirs at boot, in turn; the first one
 * that works is it and stays for good, so readers need no lock.
 */
#include "kernel/dev/screen.h"
#include "lib/errno.h"

static struct screen *the_screen;
static void (*watcher)(struct screen *screen);

int screen_register(struct screen *screen)
{
	if (the_screen)
		return -EBUSY;
	/* A loader may say anything. */
	if (!screen->columns || screen->columns > SCREEN_COLUMNS_MAX || !screen->rows ||
	    screen->rows > SCREEN_ROWS_MAX)
		return -EINVAL;
	the_screen = screen;
	if (watcher)
		watcher(screen);
	return 0;
}

struct screen *screen_get(void)
{
	return the_screen;
}

const struct boot_framebuffer *screen_of_loader(void)
{
	return &boot_info.framebuffer;
}

void screen_watch(void (*added)(struct screen *screen))
{
	watcher = added;
	if (the_screen)
		added(the_screen);
}
