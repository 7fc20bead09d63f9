#!/usr/bin/python3
"""Runs clang-tidy or sparse on every C file, and remembers which files were clean.

    tests/lint/analyse.py tidy|sparse CACHE

Reads compile_commands.json. A file is looked at again when what the compiler sees of
it changes: its preprocessed text, its command, the tool's version or configuration.

The analyser that walks all paths through a function takes ten times as long as all
other checks together: it runs with THOROUGH=1 in the environment (make nightly).
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from sources import report

FINDING = re.compile(r"^([^:\s]+):(\d+):\d+: (?:fatal )?(?:error|warning): (.*)$")
# Unit tests use the C library and cmocka, whose headers sparse does not understand.
# The sanitizer's test shifts too far on purpose.
NOT_FOR_SPARSE = ("tests/unit/", "tests/self/ubsan_test.c")
# Of C11's atomics sparse knows the qualifier, but not _Atomic(type), nor what GCC
# predefines for them.
SPARSE = ["sparse", "-Wsparse-error", "-D_Atomic(type)=type",
          "-D__GCC_ATOMIC_TEST_AND_SET_TRUEVAL=1"]


# With checks on its command line clang-tidy tells of what it does not know, too.
NO_PATHS = ["--checks=-clang-analyzer-*", "--extra-arg=-Wno-unknown-attributes",
            "--extra-arg=-Wno-unknown-warning-option"]
PATHS = [] if os.environ.get("THOROUGH") == "1" else NO_PATHS


def run(words):
    return subprocess.run(words, text=True, stdout=subprocess.PIPE, errors="replace",
                          stderr=subprocess.STDOUT, check=False)


def flags_of(entry):
    """The command's words without the compiler, the file and the object."""
    return entry["arguments"][1:-4]


def command_of(tool, entry):
    if tool == "tidy":
        return ["clang-tidy", "--quiet", *PATHS, "-p", ".", entry["file"]]
    return [*SPARSE, *flags_of(entry), entry["file"]]


def version_of(tool):
    name = {"tidy": "clang-tidy", "sparse": "sparse"}[tool]
    return run([name, "--version"]).stdout


def key_of(tool, version, entry):
    seen = run(["gcc", *flags_of(entry), "-E", "-C", entry["file"]]).stdout
    config = pathlib.Path(".clang-tidy").read_text("utf-8") if tool == "tidy" else ""
    text = "\0".join([tool, version, config, *PATHS,
                      json.dumps(entry["arguments"]), seen])
    return hashlib.sha256(text.encode()).hexdigest()


def check(tool, version, cache, entry):
    """The findings in one file: (path, line, what) each."""
    mark = cache / key_of(tool, version, entry)
    if mark.exists():
        return []
    done = run(command_of(tool, entry))
    here = str(pathlib.Path.cwd()) + "/"
    findings = []
    for text in done.stdout.splitlines():
        match = FINDING.match(text.replace(here, ""))
        if match:
            path, line, what = match.groups()
            findings.append((path.removeprefix("./"), int(line), what))
    if done.returncode != 0 and not findings:
        findings.append((entry["file"], 1, f"{tool} failed: {done.stdout.strip()}"))
    if not findings:
        mark.touch()
    return findings


def main():
    tool, cache = sys.argv[1], pathlib.Path(sys.argv[2])
    cache.mkdir(parents=True, exist_ok=True)
    entries = json.loads(pathlib.Path("compile_commands.json").read_text("utf-8"))
    if tool == "sparse":
        entries = [e for e in entries if not e["file"].startswith(NOT_FOR_SPARSE)]
    version = version_of(tool)
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        found = pool.map(lambda e: check(tool, version, cache, e), entries)
        report(tool, sorted({f for findings in found for f in findings}))


main()
