/*
 * watchdog.c: soft and hard lock-ups, and hung tasks.
 *
 * A CPU that is not idle has a beat: a timer, four times in the time that is too long.
 * Each beat asks for a scheduling decision, so one that goes by without any means that
 * preemption stayed off (soft lock-up: the beat itself reports it). A CPU whose beat
 * stays out takes no interrupts (hard lock-up): an NMI makes it report itself. Who
 * notices is another CPU's beat or, where there is an alarm that sends NMIs (the HPET),
 * the boot CPU in whatever state it is.
 *
 * The beat that finds its CPU idle is the last one, and the scheduler starts it anew
 * before it leaves the idle task. Idle CPUs only go on beating while some task waits
 * unkillably, because such a wait that does not end is a hung task. Times are the TSC's,
 * since an NMI may come while the clock is being changed.
 */
#include "kernel/debug/watchdog.h"

#include "kernel/debug/backtrace.h"
#include "kernel/debug/log.h"
#include "kernel/debug/panic.h"
#include "kernel/dev/init.h"
#include "kernel/dev/param.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/task.h"
#include "kernel/time/clock.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/switch.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/parse.h"

enum {
	SECONDS_MAX = 3600,
	/* Long enough for virtual CPUs that a busy host takes away for a while. */
	SECONDS_DEFAULT = CONFIG_DEBUG ? 30 : 0,
	BEATS = 4,
};

struct beat {
	struct timer timer;
	_Atomic uint64_t last; /* TSC; 0: the CPU sleeps */
	atomic_bool accused;   /* the next NMI is to end in a report */
	/* The CPU's own. */
	uint32_t decisions; /* as of the last beat that saw a new one, */
	uint64_t decided;   /* at this TSC */
};

bool watchdog_on;
static uint64_t seconds = SECONDS_DEFAULT;
static uint64_t limit, limit_ns; /* [I] in ticks of the TSC; 0: off */
static struct beat beats[CPU_MAX];
static const struct watchdog_alarm *nmi_alarm;
static _Atomic uint64_t alarm_due; /* TSC; 0: it is not set */
static _Atomic uint64_t checked;   /* ns: the last look at tasks */

static int set_watchdog(const char *rest, const char *value)
{
	uint64_t n;

	if (!value || parse_u64(value, 10, &n) || n > SECONDS_MAX)
		return -EINVAL;
	seconds = n;
	return 0;
}
PARAM(watchdog, "watchdog", "=SECONDS  report what does not go on for so long; 0: off",
      set_watchdog);

COLD void watchdog_alarm_register(const struct watchdog_alarm *alarm)
{
	nmi_alarm = alarm;
}

static void set_alarm(uint64_t now)
{
	if (!nmi_alarm)
		return;
	atomic_store(&alarm_due, now + limit);
	nmi_alarm->set(limit_ns);
}

/* NULL: all CPUs that are awake beat. */
static struct beat *find_late(uint64_t now)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		uint64_t last = atomic_load(&beats[cpu].last);

		if (last && now > last && now - last > limit)
			return &beats[cpu];
	}
	return NULL;
}

NORETURN static void report_hard(const struct trap_frame *frame)
{
	panic_trap(frame, "watchdog: hard lock-up: CPU %u takes no interrupts",
		   cpu_this()->id);
}

/* A CPU is late, and not this one: it is to tell by itself, or we do. */
static void accuse(struct beat *late)
{
	if (atomic_exchange(&late->accused, true))
		panic("watchdog: hard lock-up: CPU %u takes no interrupts, nor NMIs",
		      (unsigned)(late - beats));
	smp_nmi_others();
}

/* True: it was the watchdog's. */
static bool nmi(struct trap_frame *frame)
{
	struct beat *own = &beats[cpu_this()->id], *late;
	uint64_t now = cpu_tsc(), due = atomic_load(&alarm_due);

	if (panic_in_progress())
		return true;
	if (atomic_load(&own->accused))
		report_hard(frame);
	/* The alarm's clock may be a little faster. */
	if (!due || now + limit / 8 < due || cpu_this()->id != 0)
		/* Accusing one CPU sends an NMI to all others. */
		return find_late(now);
	late = find_late(now);
	if (late == own)
		report_hard(frame);
	if (late)
		accuse(late);
	atomic_store(&alarm_due, 0);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		if (atomic_load(&beats[cpu].last)) {
			set_alarm(now);
			break;
		}
	return true;
}

struct look {
	uint64_t now, before; /* ns */
	bool blocked;	      /* some task is */
};

static COLD void report_hung(const struct task *task, uint64_t ns)
{
	uint64_t rbp;

	log_err("watchdog: task %d (%s) hangs: blocked for %llu s", task->id, task->name,
		(unsigned long long)(ns / NSEC_PER_SEC));
	mutex_log_wait(task);
	if (backtrace_read(task->rsp + SWITCH_SAVED_RBP, &rbp))
		backtrace_print_from(0, rbp);
}

/* Its stack stays as it is while we look: who wakes it needs our lock or an interrupt. */
static void look_at(struct task *task, void *context)
{
	struct look *look = context;
	uint64_t since = task->since, then = since + limit_ns;

	if (atomic_load(&task->state) != TASK_BLOCKED || task->switches == 0 ||
	    atomic_load(&task->on_cpu))
		return;
	look->blocked = true;
	/* Once: when the time was over between the last look and this one. */
	if (then <= look->now && then > look->before)
		report_hung(task, look->now - since);
}

/* Whether any task is blocked. */
static bool look_at_tasks(void)
{
	struct look look = { .now = clock_monotonic() };

	look.before = atomic_exchange(&checked, look.now);
	task_visit(look_at, &look);
	return look.blocked;
}

static void check_soft(struct beat *own, const struct cpu *cpu, uint64_t now)
{
	if (own->decisions != cpu->decisions) {
		own->decisions = cpu->decisions;
		own->decided = now;
	} else if (now - own->decided > limit) {
		panic_trap(cpu->irq_frame,
			   "watchdog: soft lock-up: CPU %u does not schedule", cpu->id);
	}
}

static void expire(struct timer *timer)
{
	struct beat *own = container_of(timer, struct beat, timer), *late;
	struct cpu *cpu = cpu_this();
	uint64_t now = cpu_tsc();
	bool blocked = look_at_tasks();

	if (cpu->task == cpu->idle && !cpu->need_resched && !blocked) {
		atomic_store(&own->last, 0);
		return;
	}
	atomic_store(&own->last, now);
	check_soft(own, cpu, now);
	__atomic_fetch_or(&cpu->need_resched, NEED_CHOICE, __ATOMIC_RELAXED);
	late = find_late(now);
	if (late)
		accuse(late);
	timer_start(timer, clock_monotonic() + limit_ns / BEATS);
}

void watchdog_wake_up(void)
{
	uint64_t flags = irq_save(), now = cpu_tsc(), none = 0;
	struct cpu *cpu = cpu_this();
	struct beat *own = &beats[cpu->id];

	if (!atomic_load(&own->last)) {
		own->decisions = cpu->decisions;
		own->decided = now;
		atomic_store(&own->last, now);
		timer_start(&own->timer, clock_monotonic() + limit_ns / BEATS);
		if (nmi_alarm &&
		    atomic_compare_exchange_strong(&alarm_due, &none, now + limit))
			nmi_alarm->set(limit_ns);
	}
	irq_restore(flags);
}

static int watchdog_start(void)
{
	uint64_t hz = clock_tsc_hz();

	if (!seconds || !hz)
		return -ENODEV;
	limit = seconds * hz;
	limit_ns = seconds * NSEC_PER_SEC;
	for (unsigned cpu = 0; cpu < CPU_MAX; cpu++)
		timer_setup(&beats[cpu].timer, expire);
	trap_set_handler(TRAP_NMI, nmi);
	if (nmi_alarm && nmi_alarm->start())
		nmi_alarm = NULL;
	log_info("watchdog: %llu s%s%s", (unsigned long long)seconds,
		 nmi_alarm ? ", NMIs by " : "", nmi_alarm ? nmi_alarm->name : "");
	watchdog_on = true;
	watchdog_wake_up();
	return 0;
}
INIT(INIT_DRIVER, watchdog_start);
