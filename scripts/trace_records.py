"""The records of a trace as kernel/debug/trace.h numbers them: read from the lines of a
report, given times, and told in words."""
import collections
import pathlib
import re

(SWITCH, TASK, WAKE, _, IRQ, IRQ_EXIT, TIMER, _, CONTEND, _, ACQUIRE, RELEASE, ALLOC, FREE,
 CALL, RETURN, DEVICE, DEVICE_EXIT, MARK, _, BEGIN, END, SAMPLE, STACK) = range(24)

STATES = ("runnable", "sleeping", "blocked", "dead")
VECTORS = {0xF0: "timer", 0xF1: "reschedule", 0xFF: "spurious"}
ISA = {0: "pit", 1: "keyboard", 3: "COM2", 4: "COM1", 8: "rtc", 12: "mouse"}
IRQ_FIRST = 0x30
TEXT_BASE = 0xFFFFFFFF00000000

Record = collections.namedtuple("Record", "cpu kind task tsc ns a b")


def call_names(root=pathlib.Path(__file__).parent.parent):
    """The system calls' names by number, from the kernel's table."""
    table = (root / "kernel/syscall/table.h").read_text()
    return {int(number): name for number, name in
            re.findall(r"^SYSCALL\d\((\d+), (\w+)", table, re.MULTILINE)}


CALLS = call_names()


def vector_name(vector):
    if vector in VECTORS:
        return VECTORS[vector]
    isa = vector - IRQ_FIRST
    return f"irq {isa} ({ISA[isa]})" if isa in ISA else f"vector {vector:#x}"


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def letters(a, b):
    """A name in two words."""
    return (a.to_bytes(8, "little") + b.to_bytes(8, "little")).split(b"\0")[0].decode(
        "ascii", "replace")


def text(kernel, address):
    return kernel.string(address) or f"{address:#x}"


def describe(kernel, kind, a, b):
    """One record in words."""
    words = {
        SWITCH: lambda: f"switch from {a & 0xffffffff} ({STATES[a >> 32 & 3]}) to {b}",
        TASK: lambda: f"new task '{letters(a, b)}'",
        WAKE: lambda: f"wakes task {a} on CPU {b}",
        IRQ: lambda: f"{vector_name(a)} begins, at {kernel.symbol(b)}",
        IRQ_EXIT: lambda: f"{vector_name(a)} ends",
        TIMER: lambda: f"timer {kernel.symbol(a)}, {b} ns late",
        CONTEND: lambda: f"waited for lock {kernel.symbol(a)}, {b} ticks",
        ACQUIRE: lambda: f"takes lock {kernel.symbol(a)} at {kernel.symbol(b)}",
        RELEASE: lambda: f"releases lock {kernel.symbol(a)}",
        ALLOC: lambda: f"allocates {b >> 32} bytes at {a:#x}, by "
                       f"{kernel.symbol(TEXT_BASE | b & 0xffffffff)}",
        FREE: lambda: f"frees {a:#x}, by {kernel.symbol(b)}",
        CALL: lambda: f"calls {CALLS.get(a, a)}({b:#x}, ...)",
        RETURN: lambda: f"{CALLS.get(a, a)} = {signed(b)}",
        DEVICE: lambda: f"{text(kernel, b)} of {text(kernel, a)}",
        DEVICE_EXIT: lambda: f"device {text(kernel, a)} done: {signed(b)}",
        MARK: lambda: f"{text(kernel, a)}: {signed(b)}",
        BEGIN: lambda: f"{text(kernel, a)} begins",
        END: lambda: f"{text(kernel, a)} ends: {signed(b)}",
        SAMPLE: lambda: f"sample at {kernel.symbol(a)}",
        STACK: lambda: f"  by {kernel.symbol(a)}" +
                       (f", {kernel.symbol(b)}" if b else ""),
    }
    return words[kind]() if kind in words else f"kind {kind}: {a:#x} {b:#x}"


class Trace:
    """A report named "trace": records in order of time, names of tasks, what is lost."""

    def __init__(self, lines):
        self.records, self.names, self.lost = [], {0: "idle"}, {}
        hz, tsc, ns = 0, 0, 0
        rows = []
        for line in lines:
            what, _, rest = line.partition(" ")
            if what == "clock":
                hz, tsc, ns = (int(w, 16) for w in rest.split())
            elif what == "t":
                rows.append([int(w, 16) for w in rest.split()])
            elif what == "ring":
                cpu, *counts = (int(w, 16) for w in rest.split())
                self.lost[cpu] = counts[1] + counts[2]
            elif what == "name":
                number, name = rest.split(" ", 1)
                self.names[int(number, 16)] = name
        self.end = ns
        for cpu, kind, task, at, a, b in rows:
            when = ns - round((tsc - at) * 1e9 / hz)
            self.records.append(Record(cpu, kind, task, at, when, a, b))
            if kind == TASK:
                self.names.setdefault(task, letters(a, b))
        # One CPU's records are in order as they are; the sort keeps equals so.
        self.records.sort(key=lambda r: r.tsc)
        self.cpus = sorted({r.cpu for r in self.records})

    def is_idle(self, task):
        """Each CPU has an idle task."""
        return self.name(task).startswith("idle")

    def name(self, task):
        return self.names.get(task, "task")
