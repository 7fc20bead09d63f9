#!/usr/bin/python3
"""Measures the kernel in QEMU and prints tables for docs/results.md.

    tests/bench/bench.py [--boots N]

Starting is measured in pairs, Octavo and the empty kernel in turn, so that both see the
same noise of the host; what counts is the smallest of N. Instructions are counted under
-icount, where every instruction takes a nanosecond, and repeat exactly.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import time

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "64M", "-nic", "none",
        "-display", "none", "-no-reboot", "-device",
        "isa-debug-exit,iobase=0xf4,iosize=0x04"]
ICOUNT = ["-icount", "shift=0,sleep=off"]
RELEASE, CHECK, DEBUG = ("build/octavo.elf", "build/check/octavo.elf",
                         "build/debug/octavo.elf")
EMPTY, EMPTY_ISO = "build/empty/empty.elf", "build/empty/empty.iso"
ISO = "build/octavo.iso"
GAME, MONITOR, UP = b"Piece (1-16): ", b"octavo> ", b"empty kernel: up"
HANG_GUARD_S = 600
IDLE_S = 5


def read_until(qemu, marker):
    """What QEMU's serial port says up to the marker."""
    seen = b""
    while marker not in seen:
        new = os.read(qemu.stdout.fileno(), 65536)
        if not new:
            raise RuntimeError(f"QEMU ended without {marker!r}: {seen!r}")
        seen += new
    return seen


def time_to(marker, options):
    """Milliseconds from QEMU's start until the marker stands on the serial port."""
    start = time.monotonic()
    qemu = subprocess.Popen([*QEMU, "-serial", "stdio", *options],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    try:
        read_until(qemu, marker)
        return (time.monotonic() - start) * 1000
    finally:
        qemu.kill()
        qemu.communicate()


def scripted(options, script, elf=RELEASE):
    """What a scripted run prints."""
    done = subprocess.run([*QEMU, *options, "-serial", "stdio", "-kernel", elf, "-append",
                           f'quiet run="{script}"'], stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, timeout=HANG_GUARD_S, check=False)
    return done.stdout.replace("\r", "")


def table(title, head, rows):
    print(f"\n### {title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(map(str, row)) + " |")


def paired(boots, options, empty_options):
    """Rows of smallest and median milliseconds: empty, Octavo, and the difference."""
    ours, theirs = [], []
    for _ in range(boots):
        theirs.append(time_to(UP, empty_options))
        ours.append(time_to(GAME, options))
    return [f"{min(theirs):.0f} ({statistics.median(theirs):.0f})",
            f"{min(ours):.0f} ({statistics.median(ours):.0f})",
            f"{min(ours) - min(theirs):.0f}"]


def starting(boots):
    rows = [["`-kernel`", *paired(boots, ["-kernel", RELEASE], ["-kernel", EMPTY])],
            ["`-M microvm -kernel`",
             *paired(boots, ["-M", "microvm", "-kernel", RELEASE],
                     ["-M", "microvm", "-kernel", EMPTY])],
            ["ISO, BIOS", *paired(boots, ["-cdrom", ISO], ["-cdrom", EMPTY_ISO])]]
    table(f"From QEMU's start to the game's prompt, ms: smallest (median) of {boots}",
          ["", "empty kernel", "Octavo", "above it"], rows)


def prompt_time(options):
    """Milliseconds from the first instruction to the game's prompt, by the kernel."""
    qemu = subprocess.Popen([*QEMU, "-serial", "stdio", *options],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, bufsize=0)
    try:
        read_until(qemu, GAME)
        qemu.stdin.write(b"quit\r")
        read_until(qemu, MONITOR)
        qemu.stdin.write(b"dmesg\r")
        return int(re.search(rb"prompt after (\d+) us",
                             read_until(qemu, MONITOR)).group(1)) / 1000
    finally:
        qemu.kill()
        qemu.communicate()


def first_instruction(boots):
    rows = []
    for name, options in (("`-kernel`", ["-kernel", RELEASE]),
                          ("`-M microvm -kernel`", ["-M", "microvm", "-kernel", RELEASE]),
                          ("ISO, BIOS", ["-cdrom", ISO])):
        plain = [prompt_time(options) for _ in range(boots)]
        rows.append([name, f"{min(plain):.1f} ({statistics.median(plain):.1f})"])
    counted = prompt_time([*ICOUNT, "-kernel", RELEASE])
    table(f"From the kernel's first instruction to the game's prompt, ms: smallest "
          f"(median) of {boots}", ["", "ms"],
          [*rows, ["instructions (`-kernel`, `-icount`)", f"{counted * 1e6:,.0f}"]])


def operations():
    text = scripted(ICOUNT, "selftest bench", CHECK)
    found = [row for row in re.findall(r"^bench (\S+) ([\d.]+) ns", text, re.M)
             if not row[0].startswith("contended.")]
    if not found:
        raise RuntimeError(f"no benchmarks in: {text}")
    table("Operations, in instructions (`selftest bench` under `-icount`)",
          ["operation", "instructions"], [[name, f"{float(ns):.0f}"]
                                          for name, ns in sorted(found)])


def contended():
    """Locks that two CPUs fight for, each with half of the operations; wall time."""
    rows = []
    for name in ("spinlock", "spinlock_apart", "mutex", "mutex_sleeps", "rwlock_read"):
        found = [re.search(r"^bench \S+ ([\d.]+) ns",
                           scripted(["-smp", cpus], f"selftest bench contended.{name}_by",
                                    CHECK), re.M) for cpus in ("1", "2")]
        rows.append([name, *(match.group(1) for match in found)])
    table("Locks that two tasks take in turn, ns for each time it is taken and released",
          ["lock", "1 CPU", "2 CPUs"], rows)


def sizes():
    def kib(path):
        return f"{pathlib.Path(path).stat().st_size / 1024:.1f} KiB"

    table("Sizes", ["", ""],
          [["release kernel, packed and stripped", kib("build/iso/octavo.elf")],
           ["the same in memory, without .bss", kib("build/link/packed/image")],
           ["debug kernel with self-tests, stripped", kib("build/iso/octavo-debug.elf")],
           ["ISO, BIOS and UEFI, both kernels", kib(ISO)],
           ["ISO with the empty kernel", kib(EMPTY_ISO)]])


def cpu_ticks(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def idle():
    """Host CPU time that QEMU takes while the game waits for an answer."""
    qemu = subprocess.Popen([*QEMU, "-serial", "stdio", "-kernel", RELEASE],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        read_until(qemu, GAME)
        time.sleep(1)  # the prompt's own work; what counts is the time after it
        before = cpu_ticks(qemu.pid)
        time.sleep(IDLE_S)
        used = (cpu_ticks(qemu.pid) - before) / os.sysconf("SC_CLK_TCK")
    finally:
        qemu.kill()
        qemu.communicate()
    table("Idle", ["", ""], [["host CPU while the game waits",
                              f"{used / IDLE_S * 100:.1f} %"]])


def main():
    parser = argparse.ArgumentParser(description="Measures the kernel in QEMU.")
    parser.add_argument("--boots", type=int, default=15)
    boots = parser.parse_args().boots
    starting(boots)
    first_instruction(boots)
    idle()
    operations()
    contended()
    sizes()


main()
