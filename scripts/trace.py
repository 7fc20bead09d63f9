#!/usr/bin/python3
"""Turns what `trace save` printed into files that other tools show:

    scripts/trace.py LOG --json build/trace.json      (ui.perfetto.dev, chrome://tracing)
    scripts/trace.py LOG --folded build/profile.txt   (flame graphs: "a;b;c count" lines)
    scripts/trace.py LOG --svg build/trace.svg        (a picture)
    scripts/trace.py LOG --text                       (every record in words)

LOG is what came over the serial port. The kernel that wrote it is found by its build id.
"""
import argparse
import collections
import json
import pathlib
import sys

import trace_picture
from kernel_elf import Bad, Kernel, build_of, fail, reports
from trace_records import (ALLOC, BEGIN, CALL, CALLS, CONTEND, DEVICE, DEVICE_EXIT, END,
                           FREE, IRQ, IRQ_EXIT, MARK, RETURN, SAMPLE, STACK, STATES,
                           SWITCH, TIMER, WAKE, Trace, describe, signed, text,
                           vector_name)

# The viewer groups tracks by process: CPUs, tasks' states, and what tasks do.
CPUS, TASKS, WORK = 1, 2, 3
OPENS = {CALL: RETURN, DEVICE: DEVICE_EXIT, BEGIN: END}
CLOSES = {end: begin for begin, end in OPENS.items()}


class Spans:
    """What lasts, out of the records of one trace: each as (start, end, name, ...)."""

    def __init__(self, trace, kernel):
        self.trace, self.kernel = trace, kernel
        self.running = []  # (cpu, start, end, task)
        self.states = []  # (task, start, end, state)
        self.irqs = []  # (cpu, start, end, name)
        self.work = []  # (task, start, end, name, what, result)
        self.wakes = []  # (cpu, time, task, cpu, start)
        self._cpus()
        self._states()
        self._irqs()
        self._work()

    def _cpus(self):
        last = {}
        for record in self.trace.records:
            if record.kind != SWITCH:
                continue
            start = last.get(record.cpu, (self.trace.records[0].ns,))[0]
            self.running.append((record.cpu, start, record.ns, record.a & 0xFFFFFFFF))
            last[record.cpu] = (record.ns, record.b)
        for cpu, (start, task) in last.items():
            self.running.append((cpu, start, max(self.end, start), task))
        self.running.sort(key=lambda span: (span[1], span[0]))

    @property
    def end(self):
        return self.trace.records[-1].ns

    def _states(self):
        """Of each task: running from its switch in to its switch out, and what it is
        between; a wake-up that a switch follows is an arrow."""
        now, woken = {}, {}

        def change(task, state, when):
            if task in now and when > now[task][1]:
                self.states.append((task, now[task][1], when, now[task][0]))
            now[task] = (state, when)

        for record in self.trace.records:
            if record.kind == SWITCH:
                previous, state = record.a & 0xFFFFFFFF, STATES[record.a >> 32 & 3]
                if not self.trace.is_idle(previous):
                    change(previous, state, record.ns)
                if not self.trace.is_idle(record.b):
                    change(record.b, f"running on CPU {record.cpu}", record.ns)
                if record.b in woken:
                    self.wakes.append((*woken.pop(record.b), record.b, record.cpu,
                                       record.ns))
            elif record.kind == WAKE:
                if not now.get(record.a, ("",))[0].startswith("running"):
                    change(record.a, "runnable", record.ns)
                    woken[record.a] = (record.cpu, record.ns)
        for task, (state, start) in now.items():
            if state != "dead" and self.end > start:
                self.states.append((task, start, self.end, state))

    def _irqs(self):
        open_ = collections.defaultdict(list)
        for record in self.trace.records:
            if record.kind == IRQ:
                open_[record.cpu].append(record)
            elif record.kind == IRQ_EXIT and open_[record.cpu]:
                begun = open_[record.cpu].pop()
                self.irqs.append((record.cpu, begun.ns, record.ns, vector_name(begun.a)))

    def _name(self, record):
        if record.kind == CALL:
            return CALLS.get(record.a, f"call {record.a}")
        if record.kind == DEVICE:
            return f"{text(self.kernel, record.b)} {text(self.kernel, record.a)}"
        return text(self.kernel, record.a)

    def _work(self):
        """Spans nest; what a kill or the trace's end cut off ends there."""
        open_ = collections.defaultdict(list)
        for record in self.trace.records:
            stack = open_[record.task]
            if record.kind in OPENS:
                stack.append(record)
            elif record.kind in CLOSES:
                begins = [i for i, begun in enumerate(stack)
                          if begun.kind == CLOSES[record.kind] and begun.a == record.a]
                for begun in reversed(stack[begins[-1]:] if begins else []):
                    self._close(begun, record.ns, signed(record.b))
                del stack[begins[-1] if begins else len(stack):]
        for stack in open_.values():
            for begun in reversed(stack):
                self._close(begun, self.end, None)
        self.work.sort(key=lambda span: (span[1], -span[2]))

    def _close(self, begun, end, result):
        self.work.append((begun.task, begun.ns, end, self._name(begun),
                          {CALL: "call", DEVICE: "device", BEGIN: "step"}[begun.kind],
                          result))


def us(ns):
    """The unit of the format's times."""
    return ns / 1000


def span(process, thread, start, end, name, category, **arguments):
    return {"ph": "X", "pid": process, "tid": thread, "ts": us(start),
            "dur": us(end - start), "name": name, "cat": category, "args": arguments}


def instant(process, thread, when, name, category, **arguments):
    return {"ph": "i", "s": "t", "pid": process, "tid": thread, "ts": us(when),
            "name": name, "cat": category, "args": arguments}


def labels(trace, spans):
    """Names of the tracks."""
    for process, name in ((CPUS, "CPUs"), (TASKS, "Tasks"), (WORK, "Calls and steps")):
        yield {"ph": "M", "pid": process, "name": "process_name", "args": {"name": name}}
        yield {"ph": "M", "pid": process, "name": "process_sort_index",
               "args": {"sort_index": process}}
    for cpu in trace.cpus:
        for thread, name in ((2 * cpu, f"CPU {cpu}"), (2 * cpu + 1, "interrupts")):
            yield {"ph": "M", "pid": CPUS, "tid": thread, "name": "thread_name",
                   "args": {"name": name}}
    tasks = {task for task, *_ in spans.states} | {task for task, *_ in spans.work}
    for process in (TASKS, WORK):
        for task in sorted(tasks):
            yield {"ph": "M", "pid": process, "tid": task, "name": "thread_name",
                   "args": {"name": f"{trace.name(task)} {task}"}}


def points(trace, kernel):
    """What has no length, and memory as a counter."""
    sizes, live = {}, 0
    for r in trace.records:
        if r.kind == TIMER:
            yield instant(CPUS, 2 * r.cpu + 1, r.ns, kernel.function(r.a), "timer",
                          late_ns=r.b)
        elif r.kind == MARK:
            yield instant(WORK, r.task, r.ns, text(kernel, r.a), "mark",
                          value=signed(r.b))
        elif r.kind == CONTEND:
            yield instant(CPUS, 2 * r.cpu, r.ns, "waited for a lock", "lock",
                          lock=kernel.symbol(r.a), ticks=r.b)
        elif r.kind in (ALLOC, FREE) and r.a:
            live -= sizes.pop(r.a, 0)
            if r.kind == ALLOC:
                sizes[r.a] = r.b >> 32
                live += r.b >> 32
            yield {"ph": "C", "pid": CPUS, "ts": us(r.ns), "name": "memory allocated",
                   "args": {"bytes": live}}


def chrome_events(trace, kernel):
    """The Chrome trace event format ("Trace Event Format", JSON object form)."""
    spans = Spans(trace, kernel)
    events = list(labels(trace, spans))
    for cpu, start, end, task in spans.running:
        name = "idle" if trace.is_idle(task) else f"{trace.name(task)} {task}"
        events.append(span(CPUS, 2 * cpu, start, end, name, "switch", task=task))
    for cpu, start, end, name in spans.irqs:
        events.append(span(CPUS, 2 * cpu + 1, start, end, name, "irq"))
    for task, start, end, state in spans.states:
        events.append(span(TASKS, task, start, end, state, "state"))
    for task, start, end, name, what, result in spans.work:
        events.append(span(WORK, task, start, end, name, what, result=result))
    for number, (cpu, when, task, to, start) in enumerate(spans.wakes):
        flow = {"cat": "wake", "name": "wake-up", "id": number, "pid": CPUS}
        events.append({**flow, "ph": "s", "tid": 2 * cpu, "ts": us(when)})
        events.append({**flow, "ph": "f", "bp": "e", "tid": 2 * to, "ts": us(start)})
    events += points(trace, kernel)
    return events


def folded(trace, kernel):
    """Lines of "task;outermost;...;innermost count", the most frequent first."""
    counts = collections.Counter()
    rest = {}  # by CPU: the sample that STACK records still belong to
    stacks = []
    for r in trace.records:
        if r.kind == SAMPLE:
            stacks.append([trace.name(r.task), [r.a]])
            rest[r.cpu] = (stacks[-1][1], r.b)
        elif r.kind == STACK and rest.get(r.cpu, (None, 0))[1] > 0:
            addresses, left = rest[r.cpu]
            addresses += [address - 1 for address in (r.a, r.b) if address]
            rest[r.cpu] = (addresses, left - 1)
    kernel.lines_of([address for _, addresses in stacks for address in addresses])
    for name, addresses in stacks:
        frames = [function for address in addresses
                  for function, _ in kernel.place(address)]
        counts[";".join([name, *reversed(frames)])] += 1
    return [f"{stack} {count}" for stack, count in counts.most_common()]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=argparse.FileType(errors="replace"))
    parser.add_argument("--build", default="build", help="where the kernels are")
    parser.add_argument("--text", action="store_true")
    for form in ("json", "folded", "svg"):
        parser.add_argument(f"--{form}", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--title", default="Octavo", help="the picture's")
    args = parser.parse_args()
    try:
        found = reports(args.log.read(), "trace")
        if not found:
            raise Bad(f"no trace in {args.log.name}: `trace save` prints one")
        lines, whole = found[-1]
        kernel, trace = Kernel.find(build_of(lines)[0], args.build), Trace(lines)
        if not whole:
            raise Bad("the trace is not whole: the log ends or is damaged")
        if not trace.records:
            raise Bad("the trace has no records: `trace start` comes first")
    except Bad as error:
        return fail(error)
    for cpu, lost in trace.lost.items():
        if lost:
            print(f"CPU {cpu}: the first {lost} records were overwritten; trace_size= "
                  "makes room for more", file=sys.stderr)
    if args.json:
        args.json.write_text(json.dumps({"traceEvents": chrome_events(trace, kernel),
                                         "displayTimeUnit": "ns"}))
    if args.folded:
        args.folded.write_text("".join(f"{line}\n" for line in folded(trace, kernel)))
    if args.svg:
        args.svg.write_text(trace_picture.draw(trace, Spans(trace, kernel),
                                               args.title))
    if args.text:
        for r in trace.records:
            print(f"{r.ns / 1e9:.9f} cpu {r.cpu} {trace.name(r.task)} {r.task}: "
                  f"{describe(kernel, r.kind, r.a, r.b)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
