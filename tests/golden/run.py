#!/usr/bin/python3
"""Golden transcripts of Quarto: the same script gives the same output in every home.

    tests/golden/run.py [--update] EXECUTABLE [NAME...]

NAME.in holds a first line `# options: ...`, perhaps a second `# status: N` (the exit
status, 0 where it is missing) and then the input, to the byte. NAME.out holds the
output. The one line that differs between runs, the simulation's speed, is masked.
`--update` writes the .out files from the executable instead of comparing.

As a module: cases(), masked(), difference() for a transcript without echo (a pipe, a
device) and on_terminal() for what a terminal shows that echoes its input.
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
HANG_GUARD_S = 300
SPEED = re.compile(rb"^(Games per second: +)[0-9]+\.[0-9]{2}$", re.MULTILINE)
PROMPT = re.compile(rb"(Square \(x,y\): |Piece \((?:1-16|0-15)\): )")


class Case:
    """One script: its name, options (a list), input and output (bytes), status."""

    def __init__(self, path):
        self.name = path.stem
        self.status = 0
        head, _, rest = path.read_bytes().partition(b"\n")
        if not head.startswith(b"# options:"):
            sys.exit(f"{path}: the first line must be `# options: ...`")
        self.options = head.split(b":", 1)[1].decode().split()
        if rest.startswith(b"# status:"):
            head, _, rest = rest.partition(b"\n")
            self.status = int(head.split(b":", 1)[1])
        self.input = rest
        self.path = path.with_suffix(".out")

    @property
    def output(self):
        return self.path.read_bytes()

    @property
    def typeable(self):
        """Whether a person could type the input: a terminal passes it on unchanged."""
        lines = self.input.split(b"\n")
        return (all(32 <= byte < 127 for line in lines for byte in line)
                and max(map(len, lines)) < 256 and self.input.endswith(b"\n"))


def cases(names=()):
    found = [Case(path) for path in sorted(FOLDER.glob("*.in"))]
    unknown = set(names) - {case.name for case in found}
    if unknown:
        sys.exit(f"no such transcript: {', '.join(sorted(unknown))}")
    return [case for case in found if not names or case.name in names]


def masked(output):
    """The output with a dash for its speed; newlines as the program wrote them."""
    return SPEED.sub(rb"\1-", output.replace(b"\r\n", b"\n"))


def on_terminal(case):
    """The expected output with each prompt followed by the line that is typed there."""
    lines = iter(case.input.split(b"\n")[:-1])

    def typed(prompt):
        line = next(lines, None)
        return prompt[0] if line is None else prompt[0] + line + b"\n"

    return PROMPT.sub(typed, case.output)


def difference(expected, output):
    """What differs, as readable lines; empty when nothing does."""
    def split(text):
        return masked(text).decode("utf-8", errors="backslashreplace").split("\n")

    return list(difflib.unified_diff(split(expected), split(output), "expected", "output",
                                     lineterm=""))


def replay(executable, case):
    """Runs a case; returns its masked output and its exit status."""
    done = subprocess.run([executable, *case.options], input=case.input,
                          stdout=subprocess.PIPE, timeout=HANG_GUARD_S, check=False)
    return masked(done.stdout), done.returncode


def check(executable, case):
    """What is wrong with a case in an executable, as lines."""
    output, status = replay(executable, case)
    wrong = difference(case.output, output)
    if status != case.status:
        wrong.append(f"exit status {status} instead of {case.status}")
    return wrong


def update(executable, case):
    output, status = replay(executable, case)
    if status != case.status:
        sys.exit(f"{case.name}: exit status {status} instead of {case.status}")
    case.path.write_bytes(output)


def main():
    parser = argparse.ArgumentParser(description="Replays the golden transcripts.")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("executable")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    failed = 0
    selected = cases(arguments.names)
    for case in selected:
        if arguments.update:
            update(arguments.executable, case)
            continue
        wrong = check(arguments.executable, case)
        failed += bool(wrong)
        if wrong:
            print(f"not ok {case.name}", *wrong, sep="\n  ")
    if not arguments.update:
        print(f"golden {arguments.executable}: {len(selected) - failed} of "
              f"{len(selected)} transcripts agree")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
