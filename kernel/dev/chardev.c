/*
 * chardev.c: the registry of character devices.
 *
 * The list only grows, at its end, and its members stay for good: a device that was
 * found needs no lock and no reference.
 */
#include "kernel/dev/chardev.h"

#include "lib/string.h"

LOCK_CLASS(devices_class, "character devices", RANK_TABLE, 0);
static struct spinlock devices_lock = SPINLOCK_INIT(&devices_class);
static struct list devices = LIST_INIT(devices); /* [devices_lock] */

static struct chardev *find_locked(const char *name)
{
	struct chardev *device;

	list_for_each (device, &devices, registry)
		if (strcmp(device->name, name) == 0)
			return device;
	return NULL;
}

int chardev_register(struct chardev *device)
{
	SPIN_GUARD(&devices_lock);
	if (find_locked(device->name))
		return -EEXIST;
	list_add_tail(&devices, &device->registry);
	return 0;
}

struct chardev *chardev_find(const char *name)
{
	SPIN_GUARD(&devices_lock);
	return find_locked(name);
}

struct chardev *chardev_next(struct chardev *device)
{
	SPIN_GUARD(&devices_lock);
	if (!device)
		return list_first(&devices, struct chardev, registry);
	if (device->registry.next == &devices)
		return NULL;
	return list_entry(device->registry.next, struct chardev, registry);
}
