/*
 * usercopy.c: checks around the copy loops, and where a faulting loop goes on.
 *
 * An address range is looked at first: it must lie below USER_END, so that no user can
 * name the kernel's memory; what is not mapped there, or not as it must be, the
 * processor finds out while the loop runs.
 */
#include "kernel/mm/usercopy.h"

#include "kernel/sanitize/kasan.h"
#include "kernel/sync/lockdep.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/layout.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/string.h"

/* usercopy.asm */
int usercopy_copy(void *to, const void *from, size_t size, bool smap);
int usercopy_zero(void *to, size_t size, bool smap);
ssize_t usercopy_string(char *to, const char *from, size_t size, bool smap);

struct extable_entry {
	uint64_t instruction, exit;
};
extern const struct extable_entry table_extable_start[], table_extable_end[];

enum { FAULT_WRITE = 1 << 1 }; /* the error code: Intel SDM volume 3A, section 4.7 */

static bool access_ok(struct user_ptr user, size_t size)
{
	return user.address <= USER_END && size <= USER_END - user.address;
}

int copy_from_user(void *to, struct user_ptr from, size_t size)
{
	lockdep_may_sleep("copy_from_user");
	if (!access_ok(from, size))
		return -EFAULT;
	kasan_check(to, size, true);
	return usercopy_copy(to, (const void *)from.address, size, cpu_features.smap);
}

int copy_to_user(struct user_ptr to, const void *from, size_t size)
{
	lockdep_may_sleep("copy_to_user");
	if (!access_ok(to, size))
		return -EFAULT;
	kasan_check(from, size, false);
	return usercopy_copy((void *)to.address, from, size, cpu_features.smap);
}

int zero_user(struct user_ptr to, size_t size)
{
	lockdep_may_sleep("zero_user");
	if (!access_ok(to, size))
		return -EFAULT;
	return usercopy_zero((void *)to.address, size, cpu_features.smap);
}

ssize_t copy_string_from_user(char *to, struct user_ptr from, size_t size)
{
	size_t below;
	ssize_t length;

	lockdep_may_sleep("copy_string_from_user");
	if (from.address >= USER_END)
		return -EFAULT;
	below = MIN(size, USER_END - from.address);
	length =
		usercopy_string(to, (const char *)from.address, below, cpu_features.smap);
	/* One that runs up to the kernel's half has a bad address, not a bad length. */
	return length == -ENAMETOOLONG && below < size ? -EFAULT : length;
}

/* Of the two sides of a copy only the user's may fault: the other one is our mistake. */
static bool fault_is_the_users(const struct trap_frame *frame)
{
	return (frame->error & FAULT_WRITE ? frame->rdi : frame->rsi) < USER_END;
}

bool usercopy_fixup(struct trap_frame *frame)
{
	for (const struct extable_entry *entry = table_extable_start;
	     entry < table_extable_end; entry++) {
		if (entry->instruction != frame->rip || !fault_is_the_users(frame))
			continue;
		frame->rip = entry->exit;
		return true;
	}
	return false;
}

int argument_get(struct argument from, void *to, size_t size)
{
	if (from.user)
		return copy_from_user(to, (struct user_ptr){ from.value }, size);
	if (from.value == 0)
		return -EFAULT;
	memcpy(to, (const void *)from.value, size);
	return 0;
}

int argument_put(struct argument to, const void *from, size_t size)
{
	if (to.user)
		return copy_to_user((struct user_ptr){ to.value }, from, size);
	if (to.value == 0)
		return -EFAULT;
	memcpy((void *)to.value, from, size);
	return 0;
}
