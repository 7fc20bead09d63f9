/*
 * boot_files.c: what the loader brought along (GRUB's module2, QEMU's -initrd) as files
 * in /boot, each under the last part of its name, or as module0, module1, ... where it
 * has none.
 */
#include "kernel/boot_info.h"
#include "kernel/debug/log.h"
#include "kernel/dev/init.h"
#include "kernel/fs/vfs.h"
#include "kernel/x86/layout.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { BOOT_PATH_SIZE = 80 };

static void boot_path(char path[BOOT_PATH_SIZE], const struct boot_module *module,
		      unsigned n)
{
	const char *slash = strrchr(module->name, '/');
	const char *name = slash ? slash + 1 : module->name;

	if (*name)
		(void)fmt_snprintf(path, BOOT_PATH_SIZE, "/boot/%s", name);
	else
		(void)fmt_snprintf(path, BOOT_PATH_SIZE, "/boot/module%u", n);
}

static int boot_file_make(const char *path, const struct boot_module *module)
{
	struct iter from = iter_kernel(phys_to_virt(module->base), module->size);
	struct file *file;
	int error = vfs_open(path, O_WRONLY | O_CREAT | O_EXCL, 0444, &file);

	if (error)
		return error;
	while (from.left && !error) {
		ssize_t n = do_write(file, &from);

		if (n < 0)
			error = (int)n;
	}
	file_put(file);
	return error;
}

static int boot_files_start(void)
{
	int error = boot_info.module_count ? vfs_mkdir("/boot", 0755) : 0;

	for (unsigned i = 0; i < boot_info.module_count && !error; i++) {
		char path[BOOT_PATH_SIZE];
		int failed;

		boot_path(path, &boot_info.modules[i], i);
		failed = boot_file_make(path, &boot_info.modules[i]);
		if (failed)
			log_err("boot: cannot make %s: error %d", path, -failed);
	}
	return error;
}
INIT(INIT_DEVICE, boot_files_start);
