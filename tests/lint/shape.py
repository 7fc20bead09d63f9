#!/usr/bin/python3
"""Checks the shape of files: how long, how they open, what may not be in them.

Files stay under 600 lines and functions under 60; lines under 91 columns with tabs of
eight; a C file opens with 3 to 15 lines that say what it is; no #if in .c files; inline
assembly in the headers of kernel/x86 only; no notes of unfinished work.
"""
import re
import subprocess

from sources import report, sources

FILE_LINES, FUNCTION_LINES, COLUMNS = 600, 60, 90
HEAD_MIN, HEAD_MAX = 3, 15
UNFINISHED = re.compile("TO" "DO|FIX" "ME|XX" r"X\b|HA" r"CK\b|not " "implemented|place"
                        "holder")
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif|else)\b")
ASSEMBLY = re.compile(r"\b(__asm__|__asm|asm)\b\s*(volatile|__volatile__|goto)?\s*\(")
# The Linux executables have no kernel/x86 to borrow a system call from.
ASSEMBLY_ROOMS = ("kernel/x86/", "programs/home/", "programs/user", "tests/user/")


def head_lines(path, lines):
    """How many lines the opening comment has; 0 where there is none."""
    if path.suffix == ".asm":
        return next((i for i, text in enumerate(lines) if not text.startswith(";")),
                    len(lines))
    if not lines or not lines[0].startswith("/*"):
        return 0
    return next((i + 1 for i, text in enumerate(lines) if "*/" in text), 0)


def check_lines(path, lines):
    findings = []
    is_c = path.suffix == ".c"
    for number, text in enumerate(lines, 1):
        if len(text.expandtabs(8)) > COLUMNS:
            findings.append((path, number, f"{len(text.expandtabs(8))} columns"))
        if text != text.rstrip():
            findings.append((path, number, "blanks at the end"))
        if UNFINISHED.search(text):
            findings.append((path, number, "a note of unfinished work"))
        if is_c and CONDITIONAL.match(text):
            findings.append((path, number, "#if in a .c file"))
        if ASSEMBLY.search(text) and path.suffix in (".c", ".h") and not (
                str(path).startswith(ASSEMBLY_ROOMS) and
                (path.suffix == ".h" or not str(path).startswith("kernel/"))):
            findings.append((path, number, "inline assembly outside kernel/x86 headers"))
    return findings


def check_file(path):
    lines = path.read_text("utf-8").splitlines()
    findings = check_lines(path, lines)
    if len(lines) >= FILE_LINES:
        findings.append((path, len(lines), f"{len(lines)} lines"))
    head = head_lines(path, lines)
    if path.suffix in (".c", ".asm") and not HEAD_MIN <= head <= HEAD_MAX:
        findings.append((path, 1, f"opens with {head} lines that say what it is, "
                         f"not {HEAD_MIN} to {HEAD_MAX}"))
    return findings


def check_functions(paths):
    """Function lengths, by ctags, which knows where each one ends."""
    done = subprocess.run(["ctags", "-f", "-", "--c-kinds=f", "--languages=C",
                           "--fields=ne", "-L", "-"], text=True, check=True,
                          input="\n".join(map(str, paths)), stdout=subprocess.PIPE)
    findings = []
    for row in done.stdout.splitlines():
        name, path, *rest = row.split("\t")
        fields = dict(f.split(":", 1) for f in rest if ":" in f and not f.startswith("/"))
        if "end" not in fields:
            continue
        length = int(fields["end"]) - int(fields["line"]) + 1
        if length >= FUNCTION_LINES:
            findings.append((path, fields["line"], f"{name} has {length} lines"))
    return findings


def main():
    code = sources(".c", ".h", ".asm")
    findings = [f for path in code for f in check_file(path)]
    findings += check_functions(sources(".c", ".h"))
    for path in sources(".py"):
        findings += check_lines(path, path.read_text("utf-8").splitlines())
    report("shape", sorted(findings, key=lambda f: (str(f[0]), int(f[1]))))


main()
