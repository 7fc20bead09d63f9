"""A failed test is recorded; its recording brings gdb to the moment, and backwards."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from machine import HANG_GUARD_S
from recording import KEPT

# A test that fails: a kernel that dies where it should not.
FAILING = '''
from machine import DEBUG, SUCCESS


def test_planted_death(machine):
    m = machine(kernel=DEBUG, append='run="panic divide"')
    assert m.exit_status() == SUCCESS
'''
COMMANDS = ["backtrace", "print $rip", "reverse-stepi", "print $rip",
            "break crash_divide", "reverse-continue", "backtrace 2"]


def test_replay():
    planted = pathlib.Path(__file__).parent / "planted_death.py"  # not among the tests
    kept = KEPT / "test_planted_death"
    shutil.rmtree(kept, ignore_errors=True)
    planted.write_text(FAILING, "utf-8")
    try:
        said = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                    str(planted)])
    finally:
        planted.unlink()
    assert f"recorded: make replay TEST={kept.name}" in said
    said = run(["scripts/replay", kept.name, "--batch",
                *(word for command in COMMANDS for word in ("--command", command))])
    at_the_end, back = said.split("$1 = ")
    assert "panic_trap (frame" in at_the_end and "crash_divide ()" in at_the_end
    # The step before the call of a function is in its caller.
    here, before = re.findall(r"\$\d = .*<(\w+)", "$1 = " + back)
    assert (here, before) == ("panic_trap", "trap_dispatch"), said
    assert "run_panic" in back[back.index("crash_divide () at kernel/debug/crash.c"):]
    logs = [(kept / "0" / name).read_text("utf-8").replace("\r", "").splitlines()[:10]
            for name in ("serial", "serial-again")]
    assert "started by pvh" in logs[0][0] and logs[0] == logs[1]
    shutil.rmtree(kept)


def run(words):
    return subprocess.run(["timeout", str(HANG_GUARD_S), *words], text=True,
                          stdout=subprocess.PIPE,
                          env={**os.environ, "RECORD_TRIES": "3"},
                          stderr=subprocess.STDOUT, check=False).stdout
