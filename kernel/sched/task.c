/*
 * task.c: a task's life: created with a stack of its own, started, ended by itself,
 * freed with its last reference.
 *
 * The references: its creator's, and while it can run its own, which the next task on
 * its CPU drops when the stack is left (task_release_dead). So the last task_put is
 * never made on the stack that it frees. Where that put happens in a place from which
 * nothing can be freed (interrupts off, a lock held), the task goes on a list, which the
 * idle task and the next task_create empty.
 */
#include "kernel/sched/internal.h"

#include "kernel/debug/panic.h"
#include "kernel/debug/trace.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/stack_mark.h"
#include "kernel/time/clock.h"
#include "kernel/x86/switch.h"
#include "lib/printf.h"
#include "lib/string.h"

LOCK_CLASS(tasks_class, "tasks", RANK_REGISTRY, LOCK_IRQ);
static struct spinlock tasks_lock = SPINLOCK_INIT(&tasks_class);
static struct list tasks = LIST_INIT(tasks); /* [tasks_lock] all that are not freed */
static bool ids_wrapped;		     /* [tasks_lock] numbers may be in use */

static struct kmem_cache task_cache;
static _Atomic(struct task *) dead_tasks; /* linked by next_dead */

void (*task_exit_hook)(struct task *task);

void task_cache_init(void)
{
	kmem_cache_init(&task_cache, "task", sizeof(struct task) + LOCKDEP_TASK_SIZE, 16);
}

/* With tasks_lock. */
static bool id_in_use(int id)
{
	struct task *task;

	list_for_each (task, &tasks, all_link)
		if (task->id == id)
			return true;
	return false;
}

/* With tasks_lock. Task 0 is the first that asks. */
static int new_id(void)
{
	static int next;
	int id;

	do {
		id = next;
		ids_wrapped |= next == INT32_MAX;
		next = next == INT32_MAX ? 1 : next + 1;
	} while (ids_wrapped && id_in_use(id));
	return id;
}

static void wake_sleeper(struct timer *timer)
{
	sched_wake(container_of(timer, struct task, sleep_timer), SCHED_WAKE_ANY);
}

void task_init(struct task *task, const char *name, unsigned priority)
{
	(void)str_copy(task->name, name, sizeof(task->name));
	refcount_init(&task->refs, 1);
	atomic_init(&task->state, TASK_BLOCKED); /* until it is started */
	task->priority = task->base_priority = (uint8_t)priority;
	task->policy = priority < PRIORITY_FAIR ? POLICY_RR : POLICY_FAIR;
	task->fair_priority =
		task->policy == POLICY_FAIR ? (uint8_t)priority : PRIORITY_NORMAL;
	list_init(&task->run_link);
	task->slice_left = RR_SLICE_NS;
	task->affinity = cpu_task() ? cpu_task()->affinity : CPUS_ALL;
	fair_init(&task->fair, priority >= PRIORITY_FAIR && priority < PRIORITY_IDLE
				       ? fair_weights[priority - PRIORITY_FAIR]
				       : FAIR_UNIT);
	completion_init(&task->ended);
	timer_setup(&task->sleep_timer, wake_sleeper);
	SPIN_IRQ_GUARD(&tasks_lock);
	task->id = new_id();
	list_add_tail(&tasks, &task->all_link);
	trace_name((uint32_t)task->id, task->name);
}

static void begin(void *argument)
{
	struct task *self = argument;

	sched_after_switch();
	irq_enable();
	task_exit(self->entry(self->argument));
}

/* With a stack; not yet initialised. */
static struct task *task_alloc(void)
{
	struct task *task = kmem_alloc(&task_cache, GFP_KERNEL | GFP_ZERO);

	if (!task)
		return NULL;
	task->stack = vmalloc(TASK_STACK_SIZE, GFP_KERNEL);
	if (!task->stack) {
		kmem_free(&task_cache, task);
		return NULL;
	}
	task->stack_size = TASK_STACK_SIZE;
	stack_mark_paint(task->stack, TASK_STACK_SIZE);
	task->locks = LOCKDEP_TASK_SIZE ? (struct lock_held *)(task + 1) : NULL;
	return task;
}

int task_create_stopped(const char *name, int (*entry)(void *), void *argument,
			unsigned priority, struct task **result)
{
	struct task *task;

	lockdep_may_sleep("task_create");
	task_reap();
	task = task_alloc();
	if (!task)
		return -ENOMEM;
	task->entry = entry;
	task->argument = argument;
	task->rsp = switch_prepare((char *)task->stack + TASK_STACK_SIZE, begin, task);
	task_init(task, name, MIN(priority, PRIORITY_LEVELS - 1u));
	*result = task;
	return 0;
}

COLD struct task *task_new_idle(unsigned cpu)
{
	struct task *task = task_alloc();
	char name[sizeof(task->name)];

	if (!task)
		return NULL;
	(void)fmt_snprintf(name, sizeof(name), "idle/%u", cpu);
	task_init(task, name, PRIORITY_IDLE);
	return task;
}

void task_start(struct task *task)
{
	task_get(task); /* its own */
	sched_start(task);
}

int task_create(const char *name, int (*entry)(void *), void *argument, unsigned priority,
		struct task **result)
{
	int error = task_create_stopped(name, entry, argument, priority, result);

	if (!error)
		task_start(*result);
	return error;
}

void task_get(struct task *task)
{
	refcount_get(&task->refs);
}

static void task_free(struct task *task)
{
	uint64_t flags = spin_lock_irq(&tasks_lock);

	list_remove(&task->all_link);
	spin_unlock_irq(&tasks_lock, flags);
	stack_mark_note(task->stack, task->stack_size, task->entry);
	vfree(task->stack);
	kmem_free(&task_cache, task);
}

static void free_later(struct task *task)
{
	struct task *first = atomic_load_explicit(&dead_tasks, memory_order_relaxed);

	do
		task->next_dead = first;
	while (!atomic_compare_exchange_weak_explicit(
		&dead_tasks, &first, task, memory_order_release, memory_order_relaxed));
}

void task_reap(void)
{
	struct task *task;

	if (!atomic_load_explicit(&dead_tasks, memory_order_relaxed))
		return;
	task = atomic_exchange_explicit(&dead_tasks, NULL, memory_order_acquire);
	while (task) {
		struct task *next = task->next_dead;

		task_free(task);
		task = next;
	}
}

void task_put(struct task *task)
{
	if (!refcount_put(&task->refs))
		return;
	if (context_may_sleep())
		task_free(task);
	else
		free_later(task);
}

void task_release_dead(struct task *task)
{
	if (refcount_put(&task->refs))
		free_later(task);
}

void task_exit(int status)
{
	struct task *self = cpu_task();

	lockdep_may_sleep("task_exit");
	if (task_exit_hook)
		task_exit_hook(self);
	lockdep_task_ends(self->locks);
	self->exit_status = status;
	/* From here on nothing preempts: a dead task would never be queued again. */
	irq_disable();
	atomic_store(&self->state, TASK_DEAD);
	completion_done_all(&self->ended);
	sched_schedule(SCHED_SLEEP);
	panic("sched: task %d (%s) runs after its end", self->id, self->name);
}

void task_kill(struct task *task)
{
	/* Before the look at its state: it sets that first and then looks at this. */
	atomic_store(&task->killed, true);
	sched_wake(task, 1u << TASK_SLEEPING);
}

bool task_killed(void)
{
	return atomic_load_explicit(&cpu_task()->killed, memory_order_relaxed);
}

int task_join(struct task *task, int *status)
{
	int error = completion_wait(&task->ended);

	if (!error && status)
		*status = task->exit_status;
	return error;
}

struct task *task_find(int id)
{
	struct task *task;

	SPIN_IRQ_GUARD(&tasks_lock);
	list_for_each (task, &tasks, all_link)
		if (task->id == id)
			return refcount_try_get(&task->refs) ? task : NULL;
	return NULL;
}

void task_visit(void (*visit)(struct task *task, void *context), void *context)
{
	struct task *task;

	SPIN_IRQ_GUARD(&tasks_lock);
	list_for_each (task, &tasks, all_link)
		visit(task, context);
}

COLD void task_visit_unlocked(unsigned max,
			      void (*visit)(struct task *task, void *context),
			      void *context)
{
	struct task *task;

	list_for_each (task, &tasks, all_link)
		if (max-- > 0)
			visit(task, context);
		else
			return;
}

const char *task_state_name(const struct task *task)
{
	static const char *const names[] = {
		[TASK_RUNNABLE] = "runnable",
		[TASK_SLEEPING] = "sleeping",
		[TASK_BLOCKED] = "blocked",
		[TASK_DEAD] = "dead",
	};

	if (atomic_load_explicit(&task->on_cpu, memory_order_relaxed))
		return "running";
	return names[atomic_load_explicit(&task->state, memory_order_relaxed)];
}

uint64_t task_run_time(const struct task *task)
{
	uint64_t now = clock_monotonic(), since = task->since;

	/* Without the lock: the sum may be a moment old. */
	if (!atomic_load_explicit(&task->on_cpu, memory_order_relaxed) || since > now)
		return task->run_time;
	return task->run_time + (now - since);
}
