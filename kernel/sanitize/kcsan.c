/*
 * kcsan.c: watchpoints on plain accesses, and who hits them.
 *
 *   the watcher                        another CPU
 *   slot: free -> watched
 *   notes the value, waits a moment    an access to the same 8 bytes: watched -> hit,
 *                                      leaves its stack, -> told
 *   the value again; slot -> free
 *   hit, and changed: a race of the two; changed alone: of someone unknown
 *
 * Where the value stays the same nothing is said: one who writes what is there already
 * harms nobody, and one who only reads is found when it watches itself. Marked accesses
 * are looked at, since they race with plain ones, but never watched. Nothing here is
 * instrumented, and whatever runs inside a report is left alone.
 */
#include "kernel/sanitize/kcsan.h"

#include "kernel/debug/panic.h"
#include "kernel/dev/init.h"
#include "kernel/dev/param.h"
#include "kernel/sanitize/finding.h"
#include "kernel/sanitize/internal.h"
#include "kernel/sanitize/kcsan_internal.h"
#include "kernel/x86/layout.h"
#include "lib/errno.h"
#include "lib/parse.h"

enum {
	SLOTS = 64,
	DEPTH = 14,
	PAUSES = 1000, /* of a watch, at least; at most twice as many */
	INTERVAL = 10000,
	TELL_PAUSES = 100000, /* who hit a watch tells soon */
	GRANULES_MAX = 64,    /* of a range, that are looked at */
	SEEN_MAX = 128,
};

/* An access of at most 8 bytes. */
struct access {
	uint64_t address;
	uint32_t size;
	bool write, marked;
	uint64_t where, frame;
};

enum slot_state { SLOT_FREE, SLOT_TAKEN, SLOT_WATCHED, SLOT_HIT, SLOT_TOLD };

struct slot {
	_Atomic uint32_t state;
	_Atomic uint64_t granule; /* address / 8 */
	uint8_t first, end;	  /* [state] bytes in it */
	bool write;
	/* The one who hit it: [SLOT_HIT] written, [SLOT_TOLD] read. */
	struct access other;
	unsigned cpu, depth;
	char task[48];
	uint64_t stack[DEPTH];
};

static struct slot slots[SLOTS];
static atomic_uint watches;
static bool started;
static unsigned interval = INTERVAL;
static uint64_t seed = 1;

/* Each CPU's own, interrupts off. */
static struct {
	uint64_t random;
	uint32_t left; /* accesses until the next that is watched */
	bool inside;
} own[CPU_MAX] ALIGNED(64);

static struct raw_lock seen_lock;
static struct {
	uint64_t a, b;
} seen[SEEN_MAX]; /* [seen_lock] the pairs of places that were reported */
static unsigned seen_count;

static int set_seed(const char *rest, const char *value)
{
	return value ? parse_u64(value, 0, &seed) : -EINVAL;
}
PARAM(kcsan, "kcsan", "=number: which accesses the race detector watches", set_seed);

static int set_interval(const char *rest, const char *value)
{
	uint64_t number;

	if (!value || parse_u64(value, 0, &number) || number == 0 || number > UINT32_MAX)
		return -EINVAL;
	interval = (unsigned)number;
	return 0;
}
PARAM(kcsan_interval, "kcsan_interval", "=number: of so many accesses one is watched",
      set_interval);

static int start_watching(void)
{
	for (unsigned i = 0; i < CPU_MAX; i++) {
		own[i].random = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
		own[i].left = interval + i;
	}
	__atomic_store_n(&started, cpu_count > 1, __ATOMIC_RELEASE);
	return 0;
}
INIT(INIT_DRIVER, start_watching);

unsigned kcsan_set_interval(unsigned accesses)
{
	return __atomic_exchange_n(&interval, accesses, __ATOMIC_RELAXED);
}

/* xorshift64: Marsaglia, "Xorshift RNGs", 2003. */
static uint32_t random_number(unsigned cpu)
{
	uint64_t x = own[cpu].random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	own[cpu].random = x;
	return (uint32_t)(x >> 32);
}

static struct slot *slot_of(uint64_t granule)
{
	return &slots[(granule ^ granule >> 9) % SLOTS];
}

static uint64_t value_at(uint64_t address, unsigned size)
{
	switch (size) {
	case 1:
		return *(const volatile uint8_t *)address;
	case 2:
		return *(const volatile uint16_t *)address;
	case 4:
		return *(const volatile uint32_t *)address;
	default:
		return *(const volatile uint64_t *)address;
	}
}

/* Whether this pair of places is new. A test sees all. */
static bool is_new(uint64_t a, uint64_t b)
{
	uint64_t flags = raw_lock(&seen_lock);
	bool found = false;

	for (unsigned i = 0; i < seen_count && !finding_hook; i++)
		found = found || (seen[i].a == a && seen[i].b == b);
	if (!found && seen_count < SEEN_MAX) {
		seen[seen_count].a = a;
		seen[seen_count++].b = b;
	}
	raw_unlock(&seen_lock, flags);
	return !found;
}

static const char *kind_of(const struct access *access)
{
	if (access->marked)
		return access->write ? "marked write" : "marked read";
	return access->write ? "write" : "read";
}

static void report(const struct access *access, const struct slot *slot, uint64_t before,
		   uint64_t after)
{
	char task[48];

	if (!is_new(access->where, slot ? slot->other.where : 0) || !finding_begin())
		return;
	panic_describe_task(task, sizeof(task));
	finding_line(
		"kcsan: data race at %#llx: %#llx became %#llx during a %s of %u bytes",
		(unsigned long long)access->address, (unsigned long long)before,
		(unsigned long long)after, kind_of(access), access->size);
	finding_line("%s on CPU %u in %s:", kind_of(access), cpu_this()->id, task);
	finding_stack_from(access->where, access->frame);
	if (slot) {
		finding_line(
			"%s of %u bytes at %#llx on CPU %u in %s:", kind_of(&slot->other),
			slot->other.size, (unsigned long long)slot->other.address,
			slot->cpu, slot->task);
		finding_stack(slot->stack, slot->depth);
	} else {
		finding_line("by code that is not watched");
	}
	finding_end();
}

/* Interrupts are off. The bytes of one granule are watched for a moment. */
static void watch(const struct access *access, unsigned cpu)
{
	uint64_t granule = access->address / 8, before, after;
	struct slot *slot = slot_of(granule);
	uint32_t state = SLOT_FREE;
	unsigned pauses = PAUSES + random_number(cpu) % PAUSES;

	if (!atomic_compare_exchange_strong(&slot->state, &state, SLOT_TAKEN))
		return;
	slot->first = access->address % 8;
	slot->end = slot->first + access->size;
	slot->write = access->write;
	atomic_store(&slot->granule, granule);
	atomic_store(&slot->state, SLOT_WATCHED);
	atomic_fetch_add(&watches, 1);
	before = value_at(access->address, access->size);
	while (pauses--)
		cpu_relax();
	after = value_at(access->address, access->size);
	atomic_fetch_sub(&watches, 1);
	state = SLOT_WATCHED;
	if (atomic_compare_exchange_strong(&slot->state, &state, SLOT_TAKEN)) {
		if (before != after)
			report(access, NULL, before, after);
	} else {
		for (unsigned i = 0; atomic_load(&slot->state) != SLOT_TOLD; i++) {
			if (i == TELL_PAUSES)
				return; /* it was stopped: the slot is lost */
			cpu_relax();
		}
		if (before != after)
			report(access, slot, before, after);
	}
	atomic_store(&slot->state, SLOT_FREE);
}

/* Interrupts are off. Leaves word with the one who watches these bytes. */
static void hit(const struct access *access, struct slot *slot, unsigned cpu)
{
	uint64_t granule = access->address / 8;
	unsigned first = access->address % 8, end = first + access->size;
	uint32_t state = SLOT_WATCHED;

	if (atomic_load(&slot->granule) != granule || first >= slot->end ||
	    end <= slot->first || !(access->write || slot->write))
		return;
	if (!atomic_compare_exchange_strong(&slot->state, &state, SLOT_HIT))
		return;
	slot->other = *access;
	slot->cpu = cpu;
	slot->stack[0] = access->where;
	slot->depth = 1 + finding_walk(access->frame, slot->stack + 1, DEPTH - 1);
	panic_describe_task(slot->task, sizeof(slot->task));
	atomic_store(&slot->state, SLOT_TOLD);
}

static NOINLINE void look(const struct access *access, bool may_watch)
{
	uint64_t flags = irq_save();
	unsigned cpu = cpu_this()->id;
	struct slot *slot = slot_of(access->address / 8);

	if (!own[cpu].inside) {
		own[cpu].inside = true;
		if (atomic_load_explicit(&slot->state, memory_order_relaxed) ==
		    SLOT_WATCHED)
			hit(access, slot, cpu);
		if (may_watch) {
			own[cpu].left = interval / 2 + random_number(cpu) % interval;
			if (!panic_in_progress())
				watch(access, cpu);
		}
		own[cpu].inside = false;
	}
	irq_restore(flags);
}

/* Counts down to the next watch; being moved to another CPU meanwhile harms nothing. */
static ALWAYS_INLINE bool is_due(void)
{
	uint32_t *left = &own[cpu_this()->id].left;

	if (likely(*left > 0)) {
		--*left;
		return false;
	}
	return true;
}

void kcsan_access(uint64_t address, uint32_t size, enum kcsan_kind kind, uint64_t where,
		  uint64_t frame)
{
	bool due;

	if (unlikely(!started) || address < DIRECT_BASE)
		return;
	due = !(kind & KCSAN_MARKED) && address % 8 + size <= 8 && is_due();
	if (likely(!due && atomic_load_explicit(&watches, memory_order_relaxed) == 0))
		return;
	look(&(const struct access){ address, size, kind & KCSAN_WRITE,
				     kind & KCSAN_MARKED, where, frame },
	     due);
}

void kcsan_range(uint64_t address, size_t size, enum kcsan_kind kind, uint64_t where,
		 uint64_t frame)
{
	uint64_t end = address + MIN(size, GRANULES_MAX * sizeof(uint64_t));

	while (address < end) {
		uint64_t next = MIN(ALIGN_DOWN(address, 8) + 8, end);
		uint64_t bytes = next - address;

		/* Only what has a value of its own is watched. */
		kcsan_access(address, bytes,
			     bytes & (bytes - 1) ? kind | KCSAN_MARKED : kind, where,
			     frame);
		address = next;
	}
}
