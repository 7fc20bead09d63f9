/*
 * sched_fair_test.c: the fair queue against a model that knows nothing of it: all sums in
 * 128 bits from scratch, the search by looking at everybody. Members join, leave, run,
 * yield and change their weights at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/sched/fair.c"

enum { MEMBERS = 24, STEPS = 40000, RUNS = 12 };

static struct fair members[MEMBERS];
static bool joined[MEMBERS];
static struct fair_queue queue;
static struct fair *running;
static uint64_t now, noise;

static uint64_t random_below(uint64_t below)
{
	noise = noise * 6364136223846793005ull + 1442695040888963407ull;
	return (noise >> 20) % below;
}

static __int128 distance(const struct fair *fair)
{
	return (int64_t)(fair->vruntime - queue.base);
}

static __int128 sum_of_all(__int128 *weights)
{
	__int128 sum = 0;

	*weights = 0;
	for (unsigned i = 0; i < MEMBERS; i++) {
		if (!joined[i])
			continue;
		sum += distance(&members[i]) * members[i].weight;
		*weights += members[i].weight;
	}
	return sum;
}

static bool model_eligible(const struct fair *fair)
{
	__int128 weights, sum = sum_of_all(&weights);

	return distance(fair) * weights <= sum;
}

/* lag in ns of the CPU, rounded. */
static int64_t model_lag(const struct fair *fair)
{
	__int128 weights, sum = sum_of_all(&weights);

	return (int64_t)((sum - distance(fair) * weights) * fair->weight / weights /
			 FAIR_UNIT);
}

static void check_sums(void)
{
	__int128 weights, sum = sum_of_all(&weights), average;

	assert_true(weights == queue.weight);
	assert_true(sum == queue.sum);
	if (!weights)
		return;
	average = sum / weights - (sum < 0 && sum % weights != 0);
	assert_true(fair_average(&queue) == queue.base + (uint64_t)(int64_t)average);
	for (unsigned i = 0; i < MEMBERS; i++)
		if (joined[i])
			assert_int_equal(fair_is_eligible(&queue, members[i].vruntime),
					 model_eligible(&members[i]));
}

static void check_pick(const struct fair *picked)
{
	uint64_t earliest = 0;
	bool found = false;

	for (unsigned i = 0; i < MEMBERS; i++) {
		if (!joined[i] || !model_eligible(&members[i]))
			continue;
		if (!found || (int64_t)(members[i].deadline - earliest) < 0)
			earliest = members[i].deadline;
		found = true;
	}
	assert_int_equal(found, picked != NULL);
	if (!found)
		return;
	assert_true(picked->deadline == earliest);
	assert_true(model_eligible(picked));
}

static void choose(void)
{
	struct fair *next = fair_pick(&queue, running);

	check_pick(next);
	if (next == running)
		return;
	if (next)
		fair_unlink(&queue, next);
	if (running)
		fair_link(&queue, running);
	running = next;
}

static void join(unsigned i)
{
	struct fair *fair = &members[i];
	int64_t lag = fair->lag, slept = (int64_t)(now - fair->left_at), had;
	bool alone = !queue.weight;

	if (lag < 0)
		lag = MIN(lag + slept, 0);
	fair_join(&queue, fair, now);
	joined[i] = true;
	fair_link(&queue, fair);
	/* It has the lag that it left with, but for what division rounds. */
	had = alone ? 0 : lag * (int64_t)fair->weight / FAIR_UNIT;
	assert_in_range(model_lag(fair) - had + 200, 0, 400);
	assert_true(fair->deadline - fair->vruntime ==
		    fair_virtual(fair->slice, fair->weight));
}

static void leave(unsigned i)
{
	struct fair *fair = &members[i];

	if (fair == running)
		running = NULL;
	else
		fair_unlink(&queue, fair);
	fair_leave(&queue, fair, now);
	joined[i] = false;
	assert_true(fair->lag <= (int64_t)fair_virtual(fair->slice, fair->weight));
	assert_true(-fair->lag <= (int64_t)fair_virtual(fair->slice, fair->weight));
}

static void step(void)
{
	unsigned i = (unsigned)random_below(MEMBERS);
	uint64_t ns;

	switch (random_below(8)) {
	case 0:
		if (joined[i])
			leave(i);
		break;
	case 1:
		if (!joined[i]) {
			if (random_below(4) == 0)
				fair_set_weight(&members[i],
						fair_weights[random_below(FAIR_NICES)]);
			join(i);
		}
		break;
	case 2:
		if (running)
			fair_yield(&queue, running);
		break;
	default:
		ns = random_below(random_below(20) ? FAIR_SLICE_NS : 50 * FAIR_SLICE_NS);
		now += ns;
		if (running)
			fair_ran(&queue, running, ns);
	}
	check_sums();
	choose();
}

static void start(uint64_t seed)
{
	noise = seed;
	now = 1000;
	running = NULL;
	/* Near where 64 bits wrap around. */
	queue = (struct fair_queue){ .base = UINT64_MAX - (seed << 24) };
	for (unsigned i = 0; i < MEMBERS; i++) {
		fair_init(&members[i], fair_weights[random_below(FAIR_NICES)]);
		joined[i] = false;
	}
}

static void test_random(void **state)
{
	for (unsigned seed = 0; seed < RUNS; seed++) {
		start(seed);
		for (unsigned i = 0; i < STEPS; i++)
			step();
	}
}

/*
 * The paper's bound: while nobody is late to give up the CPU, no lag is beyond a slice.
 * Requests end in time here; members come and go meanwhile.
 */
static void test_lag_bound(void **state)
{
	int64_t most = 0, least = 0;

	start(5);
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned who = (unsigned)random_below(MEMBERS);

		if (random_below(16) == 0 && !joined[who]) {
			join(who);
		} else if (running) {
			uint64_t left = fair_time_left(running);
			uint64_t ns = random_below(3) ? left : random_below(left + 1);

			now += ns;
			fair_ran(&queue, running, ns);
			/* A sleeper goes when it is not ahead, as the paper wants it. */
			if (random_below(16) == 0 && model_lag(running) >= 0)
				leave((unsigned)(running - members));
		}
		choose();
		for (unsigned m = 0; m < MEMBERS; m++) {
			int64_t lag = joined[m] ? model_lag(&members[m]) : 0;

			most = MAX(most, lag);
			least = MIN(least, lag);
		}
	}
	assert_true(most > FAIR_SLICE_NS / 2); /* it was tried */
	assert_true(most <= FAIR_SLICE_NS + 1000);
	assert_true(least >= -FAIR_SLICE_NS - 1000);
}

/* Over any stretch of time each has its share, within two slices. */
static void test_shares(void **state)
{
	uint64_t had[MEMBERS] = { 0 }, total = 0, weights = 0;

	start(9);
	for (unsigned i = 0; i < MEMBERS; i++) {
		join(i);
		weights += members[i].weight;
	}
	choose();
	for (unsigned n = 0; n < 300000; n++) {
		uint64_t ns = fair_time_left(running);

		fair_ran(&queue, running, ns);
		had[running - members] += ns;
		total += ns;
		struct fair *next = fair_pick(&queue, running);

		if (next != running) {
			fair_unlink(&queue, next);
			fair_link(&queue, running);
			running = next;
		}
	}
	for (unsigned i = 0; i < MEMBERS; i++) {
		double due = (double)total * members[i].weight / (double)weights;

		assert_true((double)had[i] < due + 2.0 * FAIR_SLICE_NS);
		assert_true((double)had[i] > due - 2.0 * FAIR_SLICE_NS);
	}
}

/* Who overran its debt by sleeping comes back with none; who was owed keeps it. */
static void test_sleepers(void **state)
{
	start(1);
	for (unsigned i = 0; i < 3; i++) {
		fair_init(&members[i], FAIR_UNIT);
		join(i);
	}
	choose();
	fair_ran(&queue, running, FAIR_SLICE_NS / 2);
	leave((unsigned)(running - members));
	for (unsigned i = 0; i < 3; i++) {
		if (joined[i])
			continue;
		assert_in_range(members[i].lag + FAIR_SLICE_NS / 3 + 1, 0, 2);
		now += FAIR_SLICE_NS;
		join(i);
		assert_in_range(model_lag(&members[i]) + 1, 0, 2);
	}
	/* Two wait, owed as much: one goes, and comes back after long. */
	choose();
	fair_ran(&queue, running, FAIR_SLICE_NS / 2);
	for (unsigned i = 0; i < 3; i++) {
		int64_t lag = model_lag(&members[i]);

		if (lag <= 0)
			continue;
		leave(i);
		now += 1000000000;
		join(i);
		assert_in_range(model_lag(&members[i]) - lag + 2, 0, 4);
		return;
	}
	fail();
}

static void test_weights(void **state)
{
	assert_int_equal(fair_weights[20], FAIR_UNIT);
	for (unsigned i = 1; i < FAIR_NICES; i++) {
		uint64_t up = fair_weights[i - 1], down = fair_weights[i];

		/* 1.25 a step, but for the rounding of the least. */
		assert_in_range(up * 100, down * 125 - 125, down * 125 + 125);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights), cmocka_unit_test(test_sleepers),
		cmocka_unit_test(test_shares),	cmocka_unit_test(test_lag_bound),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
