/*
 * random.c: one generator for all of the kernel, and what feeds it.
 *
 * The pool is a ChaCha20 generator that erases its key with every use; the lock is held
 * for a few blocks only: a long output comes from a generator of its own, keyed by the
 * pool. Each use mixes in the time-stamp counter and the moments of interrupts on this
 * CPU since. With seed= nothing is mixed in and the pool starts from that number, so
 * that the same choices give the same numbers.
 */
#include "kernel/dev/random.h"

#include "kernel/boot_info.h"
#include "kernel/dev/param.h"
#include "kernel/sched/task.h"
#include "kernel/sync/spinlock.h"
#include "kernel/x86/rdrand.h"
#include "lib/chacha20.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/string.h"

enum {
	DIRECT_MAX = 64,  /* bytes that are made under the lock */
	CHUNK = 256,	  /* bytes on the stack on their way to a cursor */
	SOURCE_WORDS = 4, /* of RDSEED or RDRAND, at boot */
	SOURCE_TRIES = 10,
	JITTER_SAMPLES = 128,
	EVENT_WORDS = 3,
};

/* What happened on a CPU since it last used the pool. [interrupts off there] */
struct events {
	uint64_t words[EVENT_WORDS];
	uint64_t count;
};

LOCK_CLASS(pool_class, "random pool", RANK_RNG, LOCK_IRQ);
static struct spinlock pool_lock = SPINLOCK_INIT(&pool_class);
static struct chacha_rng pool; /* [pool_lock] */
static struct events events[CPU_MAX];
static bool seeded; /* [I] after the boot parameters */
static uint64_t seed_value;

/* With the lock held. */
static void mix_events(void)
{
	struct events *mine = &events[cpu_this()->id];
	uint64_t words[EVENT_WORDS + 1];

	if (seeded)
		return;
	memcpy(words, mine->words, sizeof(mine->words));
	words[EVENT_WORDS] = cpu_tsc();
	chacha_rng_mix(&pool, words, sizeof(words));
}

static void pool_fill(void *buffer, size_t size)
{
	SPIN_IRQ_GUARD(&pool_lock);
	mix_events();
	chacha_rng_fill(&pool, buffer, size);
}

void random_fill(void *buffer, size_t size)
{
	struct chacha_rng own;

	if (size <= DIRECT_MAX) {
		pool_fill(buffer, size);
		return;
	}
	pool_fill(&own, sizeof(own));
	chacha_rng_fill(&own, buffer, size);
	mem_wipe(&own, sizeof(own));
}

uint64_t random_u64(void)
{
	uint64_t value;

	pool_fill(&value, sizeof(value));
	return value;
}

ssize_t random_read(struct iter *to)
{
	struct chacha_rng own;
	uint8_t chunk[CHUNK];
	ssize_t done = 0, moved = 0;

	pool_fill(&own, sizeof(own));
	while (to->left && moved >= 0) {
		chacha_rng_fill(&own, chunk, MIN(to->left, sizeof(chunk)));
		moved = iter_put(to, chunk, sizeof(chunk));
		done += moved > 0 ? moved : 0;
		if (task_killed() && moved >= 0 && to->left)
			moved = -EINTR;
	}
	mem_wipe(chunk, sizeof(chunk));
	mem_wipe(&own, sizeof(own));
	return done ? done : moved;
}

void random_add(const void *bytes, size_t size)
{
	if (seeded)
		return;
	SPIN_IRQ_GUARD(&pool_lock);
	chacha_rng_mix(&pool, bytes, size);
}

void random_add_event(uint64_t what)
{
	struct events *mine = &events[cpu_this()->id];
	uint64_t *word = &mine->words[mine->count++ % EVENT_WORDS];

	*word = (*word << 9 | *word >> 55) + (cpu_tsc() ^ what << 56);
}

bool random_is_seeded(uint64_t *seed)
{
	*seed = seed_value;
	return seeded;
}

/* A word of the processor's own, with a few tries: it may be busy. */
static bool source_word(uint64_t *word)
{
	for (int i = 0; i < SOURCE_TRIES; i++) {
		if (cpu_features.rdseed && cpu_rdseed(word))
			return true;
		if (cpu_features.rdrand && cpu_rdrand(word))
			return true;
	}
	return false;
}

/*
 * The low bits of the counter around memory accesses that depend on each other: what
 * caches, the bus and, in a virtual machine, the host make of them.
 */
static uint64_t jitter(void)
{
	static volatile uint8_t memory[4096];
	uint64_t sum = cpu_tsc();

	for (int i = 0; i < JITTER_SAMPLES; i++) {
		memory[sum % sizeof(memory)]++;
		sum = (sum << 7 | sum >> 57) ^ cpu_tsc();
	}
	return sum;
}

void random_init(void)
{
	uint64_t words[SOURCE_WORDS + 2] = { jitter(), boot_info.entry_tsc };

	for (int i = 0; i < SOURCE_WORDS; i++)
		if (!source_word(&words[2 + i]))
			words[2 + i] = jitter();
	random_add(words, sizeof(words));
	mem_wipe(words, sizeof(words));
}

static int set_seed(const char *rest, const char *value)
{
	uint64_t seed;

	if (!value || parse_u64(value, 0, &seed))
		return -EINVAL;
	seed_value = seed;
	seeded = true;
	pool = (struct chacha_rng){ 0 };
	chacha_rng_mix(&pool, &seed, sizeof(seed));
	return 0;
}
PARAM(seed, "seed", "=N  every random choice of the kernel follows this number",
      set_seed);
