"""What every check here needs: the project's files, and one way to report."""
import pathlib
import sys

ROOMS = ("boot", "kernel", "drivers", "lib", "programs", "tests")


def sources(*suffixes, rooms=ROOMS):
    """The files of the rooms with one of the suffixes, sorted, as relative paths."""
    found = []
    for room in rooms:
        found += [p for p in pathlib.Path(room).rglob("*") if p.suffix in suffixes]
    return sorted(found)


def report(check, findings):
    """Prints "file:line: what" lines and ends: status 1 when there were any."""
    for path, line, what in findings:
        print(f"{path}:{line}: {what}")
    print(f"lint {check}: " + (f"{len(findings)} findings" if findings else "clean"))
    sys.exit(1 if findings else 0)
