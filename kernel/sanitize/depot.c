/*
 * depot.c: a hash table of call stacks in one piece of memory, that only grows.
 *
 * A stack is a run of words: the number of the next in its chain, how many addresses
 * there are, and their low halves: code lies in the top 2 GiB. Its number is its first
 * word's. Found without a lock, since a stack is linked when it is whole.
 */
#include "kernel/sanitize/depot.h"

#include "kernel/sanitize/internal.h"

enum { CHAINS = 4096, HEAD = 2 };

static struct raw_lock lock;
static uint32_t *words; /* the chains' first numbers, then the stacks */
static uint32_t used, room;

void depot_init(void *memory, size_t size)
{
	words = memory;
	used = CHAINS;
	room = size / sizeof(*words);
}

static uint32_t hash_of(const uint64_t *addresses, unsigned count)
{
	uint32_t hash = count;

	for (unsigned i = 0; i < count; i++)
		hash = (hash ^ (uint32_t)addresses[i]) * 0x01000193u;
	return (hash ^ hash >> 15) % CHAINS;
}

static bool is_same(const uint32_t *stack, const uint64_t *addresses, unsigned count)
{
	if (stack[1] != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (stack[HEAD + i] != (uint32_t)addresses[i])
			return false;
	return true;
}

static uint32_t find(uint32_t chain, const uint64_t *addresses, unsigned count)
{
	uint32_t at = __atomic_load_n(&words[chain], __ATOMIC_ACQUIRE);

	while (at && !is_same(&words[at], addresses, count))
		at = words[at];
	return at;
}

uint32_t depot_keep(const uint64_t *addresses, unsigned count)
{
	uint32_t chain = hash_of(addresses, count), at;
	uint64_t flags;

	if (!words || count == 0)
		return 0;
	at = find(chain, addresses, count);
	if (at)
		return at;
	flags = raw_lock(&lock);
	at = find(chain, addresses, count);
	if (!at && room - used >= HEAD + count) {
		at = used;
		used += HEAD + count;
		words[at] = words[chain];
		words[at + 1] = count;
		for (unsigned i = 0; i < count; i++)
			words[at + HEAD + i] = (uint32_t)addresses[i];
		__atomic_store_n(&words[chain], at, __ATOMIC_RELEASE);
	}
	raw_unlock(&lock, flags);
	return at;
}

unsigned depot_find(uint32_t stack, uint64_t *addresses)
{
	unsigned count;

	if (!words || stack < CHAINS || stack + HEAD > used)
		return 0;
	count = MIN(words[stack + 1], (uint32_t)DEPOT_DEPTH);
	for (unsigned i = 0; i < count; i++)
		addresses[i] = 0xffffffff00000000ULL | words[stack + HEAD + i];
	return count;
}
