#!/usr/bin/python3
"""Refuses static data that a ported program could change: many runs share it.

    tests/lint/static.py OBJECT...

Lists the symbols of the program's objects that stand in a writable section (data, bss,
common, thread-local or not), each at the line that defines it.
"""
import pathlib
import subprocess
import sys

from sources import report

# The letters of nm(1) for sections that can be written; lower case is static in C.
WRITABLE = "bdcgs"


def source_of(path):
    """programs/x/y.c of build/VARIANT/obj/programs/x/y.o."""
    parts = pathlib.PurePath(path).with_suffix(".c").parts
    return "/".join(parts[parts.index("programs"):])


def findings_of(path):
    done = subprocess.run(["nm", "-l", path], text=True, check=True,
                          stdout=subprocess.PIPE)
    for row in done.stdout.splitlines():
        symbol, _, place = row.partition("\t")
        *_, kind, name = symbol.split()
        if kind.lower() in WRITABLE:
            line = place.rpartition(":")[2]
            yield (source_of(path), int(line) if line.isdigit() else 1,
                   f"{name} can be changed, and all runs of the program share it")


def main():
    report("static", sorted({f for path in sys.argv[1:] for f in findings_of(path)}))


main()
