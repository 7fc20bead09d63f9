#!/usr/bin/python3
"""Finds the bundle that a panic left in a serial log and writes it as people read it,
with functions, files and lines:  scripts/decode.py LOG  (or: make decode LOG=file)."""
import argparse
import collections
import sys

from kernel_elf import Bad, Kernel, build_of, fail, reports
from trace_records import describe

# struct trap_frame, kernel/x86/trap.h.
REGISTERS = ("r15 r14 r13 r12 r11 r10 r9 r8 rdi rsi rbp rdx rcx rbx rax vector error "
             "rip cs rflags rsp ss").split()
STATES = ("runnable", "sleeping", "blocked", "dead")
# struct page_stats, kernel/mm/page.h.
MEMORY = "total free reserved reserve hot allocations frees failures".split()


class Bundle:
    """The lines of one bundle, sorted by what they are."""

    def __init__(self, lines):
        self.one = {}  # why, on, command, seed, clock
        self.by_cpu = collections.defaultdict(lambda: collections.defaultdict(list))
        self.tasks, self.logs, self.trace, self.rings = [], [], [], []
        self.held = collections.defaultdict(list)
        self.calls = collections.defaultdict(list)
        self.memory = []
        for line in lines:
            what, _, rest = line.strip().partition(" ")
            words = rest.split()
            if what in ("why", "on", "command", "seed", "clock"):
                self.one[what] = rest
            elif what == "cpu":
                self.by_cpu[int(words[0], 16)]["state"] = words[1:]
            elif what in ("regs", "calls", "+", "stack"):
                self.by_cpu[int(words[0], 16)][what] += [int(w, 16) for w in words[1:]]
            elif what in ("cpu-holds", "task-holds"):
                self.held[what, int(words[0], 16)].append(words[1:])
            elif what == "task-calls":
                self.calls[int(words[0], 16)] += [int(w, 16) for w in words[1:]]
            elif what == "memory":
                self.memory += [int(w, 16) for w in words[1:]]
            elif what == "task":
                self.tasks.append(rest.split(" ", 5))
            elif what == "log":
                self.logs.append(rest.split(" ", 2))
            elif what == "t":
                self.trace.append([int(w, 16) for w in words])


def print_calls(kernel, addresses, indent):
    """Return addresses: the call is the instruction before."""
    for address in addresses:
        for function, place in kernel.place(address - 1):
            print(f"{indent}{address:016x}  {function}  {place}")


def print_held(kernel, rows, indent):
    for lock, where, *name in rows:
        place = kernel.place(int(where, 16) - 1)[-1]
        print(f"{indent}holds '{' '.join(name)}' ({kernel.symbol(int(lock, 16))}), taken "
              f"in {place[0]}  {place[1]}")


def print_cpu(kernel, bundle, cpu):
    rows = bundle.by_cpu[cpu]
    state = rows["state"]
    died = int(bundle.one.get("on", "0"), 16) == cpu
    named = dict(zip(state[1::2], (int(w, 16) for w in state[2::2])))
    what = "died" if died else "did not answer" if state[0] == "silent" else "stopped"
    print(f"\nCPU {cpu}: {what}, in task {named['task']}, preemption off "
          f"{named['preempt']} times, {named['irq']} interrupts deep"
          + (", a better task waits" if named["resched"] else ""))
    registers = dict(zip(REGISTERS, rows["regs"]))
    trapped = registers.get("cs", 0) != 0  # else it called panic: no more is known
    for i in range(0, len(registers) if trapped else 0, 4):
        print("  " + "  ".join(f"{name:>6} {registers[name]:016x}"
                               for name in REGISTERS[i:i + 4]))
    if trapped:
        for function, place in kernel.place(registers["rip"]):
            print(f"    {registers['rip']:016x}  {function}  {place}  <- here")
    print_calls(kernel, rows["calls"], "    ")
    print_held(kernel, bundle.held["cpu-holds", cpu], "  ")
    words = rows["+"]
    if words:
        print("  stack, code addresses in it named:")
    for i, word in enumerate(words):
        if kernel.is_text(word):
            print(f"    {rows['stack'][0] + 8 * i:016x}: {word:016x}  "
                  f"{kernel.returns_to(word)}")


def print_tasks(kernel, bundle):
    print("\nTasks:")
    for number, state, priority, cpu, ran, name in bundle.tasks:
        number = int(number, 16)
        print(f"  {number} ({name}): {STATES[int(state, 16) & 3]}, priority "
              f"{int(priority, 16)}, CPU {int(cpu, 16)}, ran {int(ran, 16) / 1e6:.3f} ms")
        print_held(kernel, bundle.held["task-holds", number], "    ")
        print_calls(kernel, bundle.calls[number], "      ")


def print_bundle(kernel, build, bundle):
    hz, tsc, uptime = (int(w, 16) for w in bundle.one["clock"].split())
    print(f"Octavo {build[1]}, {kernel.path} (build {build[0]})")
    print(f"panic: {bundle.one.get('why')}")
    print(f"up {uptime / 1e9:.6f} s; started with: {bundle.one.get('command')}")
    if "seed" in bundle.one:
        print(f"seed {int(bundle.one['seed'], 16)}")
    kernel.lines_of([a - 1 for rows in bundle.by_cpu.values() for a in rows["calls"]] +
                    [a - 1 for calls in bundle.calls.values() for a in calls])
    for cpu in sorted(bundle.by_cpu):
        print_cpu(kernel, bundle, cpu)
    if bundle.memory:
        print("\nMemory, in pages: " + ", ".join(
            f"{value} {name}" for name, value in zip(MEMORY, bundle.memory)))
    print_tasks(kernel, bundle)
    if bundle.trace:
        print("\nTrace, the last records (seconds before the end):")
    for cpu, kind, task, at, a, b in bundle.trace:
        before = (tsc - at) / hz if hz else 0
        print(f"  {-before:.9f} cpu {cpu} task {task:<4} {describe(kernel, kind, a, b)}")
    print("\nLog before the panic:")
    for level, time, *text in bundle.logs:
        print(f"  <{int(level, 16)}>[{int(time, 16) / 1e9:.6f}] {' '.join(text)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=argparse.FileType(errors="replace"))
    parser.add_argument("--build", default="build", help="where the kernels are")
    args = parser.parse_args()
    found = reports(args.log.read(), "bundle")
    if not found:
        return fail(f"no bundle in {args.log.name}")
    for lines, whole in found:
        try:
            build = build_of(lines)
            if not whole:
                print("The bundle is not whole: the log ends or is damaged.")
            print_bundle(Kernel.find(build[0], args.build), build, Bundle(lines))
        except Bad as error:
            return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
