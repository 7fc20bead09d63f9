#!/usr/bin/python3
"""Checks who may include whom: the rooms of docs/architecture.md, as data.

Includes are spelled from the root; `internal.h` is for its own folder alone; a file of
kernel/ includes its own rank or a lower one; nothing but tests includes tests.
"""
import pathlib
import re

from sources import report, sources

# kernel/ROOM and its rank: an include goes down, or stays in the room. Rooms of one
# rank do not see each other.
RANKS = {"x86": 0, "sync": 1, "mm": 2, "time": 3, "sched": 4, "dev": 5, "fs": 6,
         "tty": 7, "ipc": 7, "net": 7, "vm": 8, "proc": 9, "module": 10, "program": 10,
         "syscall": 11, "monitor": 12, "main": 13}
# The headers of debug/ and sanitize/ are open to all; their own files stand on what dev
# stands on.
OPEN_ROOMS = ("debug", "sanitize")
DEBUG_RANK = RANKS["dev"]
# What anybody in kernel/ may declare of itself (a start-up level, a boot parameter):
# headers without code, whose tables the linker gathers.
DECLARATIONS = ("kernel/dev/init.h", "kernel/dev/param.h")
DRIVER_ROOMS = ("x86", "sync", "mm", "time", "sched", "dev", "debug")
FREESTANDING = ("stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h",
                "stdnoreturn.h", "limits.h")
# Headers of lib/ that are the C library's own where there is one.
HOSTED = {"lib/base.h": "sys/types.h", "lib/errno.h": "errno.h",
          "lib/string.h": "string.h"}
GENERATED = ("programs.list", "font.list")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[>"]')


def kernel_room(path):
    """"sched" of kernel/sched/task.h; "main" of kernel/main.c; "" of boot_info.h."""
    parts = pathlib.PurePath(path).parts
    if len(parts) > 2:
        return parts[1]
    return "" if parts[1] == "boot_info.h" else "main"


def kernel_may(path, target):
    """Why a file of kernel/ may not include target, or None."""
    if target.startswith("lib/") or target in DECLARATIONS:
        return None
    if not target.startswith("kernel/"):
        if kernel_room(path) == "program" and target == "programs/port.h":
            return None
        return "kernel/ includes lib/ and kernel/ only"
    mine, theirs = kernel_room(path), kernel_room(target)
    if theirs in OPEN_ROOMS + ("",) or mine == theirs:
        return None
    my_rank = DEBUG_RANK if mine in OPEN_ROOMS else RANKS.get(mine)
    if my_rank is None or theirs not in RANKS:
        return f"kernel/{mine if my_rank is None else theirs} has no rank"
    if RANKS[theirs] > my_rank or (RANKS[theirs] == my_rank and mine not in OPEN_ROOMS):
        return f"{mine} may not include {theirs}, which stands above or beside it"
    return None


def may(path, target):
    """Why path may not include target (both from the root), or None."""
    room = path.split("/")[0]
    folder = str(pathlib.PurePath(path).parent)
    if target.startswith("tests/"):
        return "only tests include tests"
    if target.endswith("/internal.h") and str(pathlib.PurePath(target).parent) != folder:
        return "internal.h is for its own folder alone"
    if room == "kernel":
        return kernel_may(path, target)
    if room == "lib":
        return None if target.startswith("lib/") else "lib/ includes lib/ only"
    if room == "programs":
        own = target.startswith(folder + "/")
        return None if own or target.startswith("lib/") or target == "programs/port.h" \
            else "a program includes lib/, programs/port.h and its own headers only"
    if room == "boot":
        return None if target.startswith(("lib/", "boot/")) or \
            target == "kernel/boot_info.h" else "boot/ includes lib/ and boot_info.h only"
    if room == "drivers":
        seen = target.startswith("lib/") or target.startswith(folder + "/") or \
            (target.startswith("kernel/") and kernel_room(target) in DRIVER_ROOMS)
        return None if seen else "a driver sees lib/, dev/ and what lies below it only"
    return f"{room}/ has no rule"


def is_home(path):
    """A home outside the kernel (host, Linux executable) has a C library or Linux."""
    return path.startswith("programs/home/") or len(pathlib.PurePath(path).parts) == 2 \
        and path.startswith("programs/") and path.endswith(".c")


def check(path):
    findings = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        match = INCLUDE.match(text)
        if not match:
            continue
        style, target = match.groups()
        why = None
        if style == "<":
            if target not in FREESTANDING and not is_home(str(path)) and \
                    HOSTED.get(str(path)) != target:
                why = f"<{target}> is not freestanding"
        elif target in GENERATED:
            continue
        elif not pathlib.Path(target).exists():
            why = f'"{target}" is not a path from the root'
        elif not is_home(str(path)):
            why = may(str(path), target)
        if why:
            findings.append((path, number, why))
    return findings


def main():
    rooms = ("boot", "kernel", "drivers", "lib", "programs")
    report("includes", [f for p in sources(".c", ".h", rooms=rooms) for f in check(p)])


main()
