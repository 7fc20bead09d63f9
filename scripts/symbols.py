#!/usr/bin/python3
"""Turns `nm -n` of the kernel (stdin) into the table of debug/symbols (NASM, stdout).

The table: symbol_count, then symbol_offsets (32-bit distances from the start of
the kernel's text, ascending), symbol_names (32-bit positions in symbol_text) and
symbol_text (NUL-terminated names). Empty input makes an empty table.
"""
import sys

BASE = "kernel_text_start"


def main():
    rows = [line.split() for line in sys.stdin]
    rows = [(int(r[0], 16), r[2]) for r in rows if len(r) == 3 and r[1] in "tT"]
    base = next((a for a, name in rows if name == BASE), 0)
    rows = [(a, n) for a, n in rows if a >= base and "." not in n[:1]]
    out = ["section .rodata.symbols align=8",
           "global symbol_count, symbol_offsets, symbol_names, symbol_text",
           f"symbol_count: dq {len(rows)}", "symbol_offsets:"]
    out += [f"dd {a - base}" for a, _ in rows]
    out += ["symbol_names:"]
    position = 0
    for _, name in rows:
        out.append(f"dd {position}")
        position += len(name) + 1
    out += ["symbol_text:"]
    out += [f'db "{name}", 0' for _, name in rows]
    print("\n".join(out))


main()
