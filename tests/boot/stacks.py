"""What was used of stacks, in a run of the debug kernel, against the most that can be
(build/stack-depth-debug.txt, by make lint-depth)."""
import pathlib
import re

DEPTHS = pathlib.Path("build/stack-depth-debug.txt")
HEAD = re.compile(r"(.+): \d+ bytes of stack, (\d+) of them kept")
ROW = re.compile(r" *(\d+) +-?\d+  (?:.*:)?(\w+)$")
MEASURED = re.compile(r" *(\d+)  ([\w/]+)")


def computed():
    """The most that each entry needs, an interrupt's part included."""
    found, kept = {}, 0
    for line in DEPTHS.read_text("utf-8").splitlines():
        if (head := HEAD.match(line)):
            kept = int(head.group(2))
        elif (row := ROW.match(line)):
            found[row.group(2)] = int(row.group(1)) + kept
    return found


def check_stacks(text, but=()):
    """text: /proc/stacks. Entries of tests alone are not in the table."""
    assert DEPTHS.exists(), "make lint-depth makes the table"
    most, seen = computed(), set()
    for line in text.splitlines():
        row = MEASURED.match(line)
        if not row:
            continue
        name = row.group(2)
        name = "handle_interrupt" if name.startswith("interrupts/") else name
        if name in most and name not in but:
            seen.add(name)
            assert 0 < int(row.group(1)) <= most[name], line
    assert {"handle_interrupt", "init_main"} <= seen, text
