"""Every way for the kernel to die ends in one readable report: what happened, to which
task, the registers, who called whom by name; then a bundle for scripts/decode.py; and in
the end that panic= chose."""
import re
import subprocess
import sys

import pytest

sys.path.append("scripts")
from kernel_elf import Kernel, build_of, reports  # pylint: disable=wrong-import-position

from machine import DEBUG, PANIC, RELEASE

# What `panic WAY` at the monitor must say, and a function its backtrace must name.
WAYS = {
    "panic": ("panic: asked for at the monitor", "run_panic"),
    "assert": ("zero == 1 does not hold", "crash_assert"),
    "divide": ("divide error (vector 0, ", "crash_divide"),
    "opcode": ("invalid opcode (vector 6, ", "crash_opcode"),
    "null": ("write of 0000000000000000 by the kernel: null pointer", "crash_null"),
    "wild": ("general protection fault (vector 13, ", "crash_wild"),
    "text": ("write of ffffffff80100000 by the kernel: forbidden", "crash_text"),
    "text-alias": ("write of ffff888000100000 by the kernel: forbidden",
                   "crash_text_alias"),
    "constant": ("by the kernel: forbidden", "crash_constant"),
    "execute": ("execution of ffffffff8", "run_panic"),
    "guard": ("guard page: overflow of a stack or buffer", "crash_guard"),
    "free-twice": ("freed a second time", "crash_free_twice"),
    "page-twice": ("which is free, with 0 references", "crash_page_twice"),
    "stack": ("double fault (vector 8, error 0) in task", "use_stack"),
    "twice": ("panic: another one while reporting: page fault at ffffffff8", "run_panic"),
    "canary": ("panic: stack protector: ", "overrun"),
}
# What the debug build alone sees, and who did it.
DEBUG_WAYS = {
    "overrun": ("written beyond its end; allocated by crash_overrun+0x", "crash_overrun"),
    "stale": ("written after its free; allocated by crash_stale+0x", "crash_stale"),
}
RIP = 17  # of struct trap_frame
# What the watchdog sees, and where.
LOCK_UPS = {
    "soft": ("panic: watchdog: soft lock-up: CPU 0 does not schedule", "crash_soft"),
    "hard": ("panic: watchdog: hard lock-up: CPU 0 takes no interrupts", "crash_hard"),
}
# These are not like the others: each has a test of its own.
OTHER_WAYS = ("hung", "everywhere")
TRAPS = set(WAYS | LOCK_UPS) - {"panic", "assert", "free-twice", "page-twice", "twice",
                                "canary"}


def check_report(log, way):
    words, function = (WAYS | DEBUG_WAYS | LOCK_UPS)[way]
    assert words in log
    assert len(re.findall(r"\bpanic: (?!halted)", log)) == (2 if way == "twice" else 1)
    assert len(re.findall(r"\] on CPU 0 in task \d+ \(panic\)\n", log)) == 1
    assert log.count("backtrace:") == 1
    trace = log[log.index("backtrace:"):]
    assert re.search(rf"  ffffffff8[0-9a-f]+  {function}\+0x", trace)
    assert ("rip ffffffff8" in log) == (way in TRAPS)
    assert "survived" not in log
    check_bundle(log, way)


def check_bundle(log, way):
    """There is one; it is whole, by a kernel that is here, and knows the same."""
    (lines, whole), = reports(log, "bundle")
    assert whole
    kernel = Kernel.find(build_of(lines)[0])
    words = {what: [int(word, 16) for line in lines if line.startswith(f"{what} 0 ")
                    for word in line.split()[2:]] for what in ("calls", "regs")}
    places = [call - 1 for call in words["calls"]] + [words["regs"][RIP]]
    assert (WAYS | DEBUG_WAYS | LOCK_UPS)[way][1] in map(kernel.function, places)
    assert any(re.fullmatch(r"task \w+ 0 .* panic", line) for line in lines)
    assert any(line.endswith("octavo: started by pvh") for line in lines)


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_die(machine, kernel, way):
    m = machine(kernel=kernel, append=f'quiet run="panic {way}"')
    assert m.exit_status() == PANIC
    check_report(m.log, way)


@pytest.mark.parametrize("way", DEBUG_WAYS)
def test_ways_to_die_in_the_debug_build(machine, way):
    m = machine(kernel=DEBUG, append=f'quiet run="panic {way}"')
    assert m.exit_status() == PANIC
    check_report(m.log, way)


@pytest.mark.parametrize("way, kernel, smp", [
    ("soft", RELEASE, 4), ("hard", DEBUG, 2), ("hard", RELEASE, 1)])
def test_watchdog(machine, way, kernel, smp):
    """One CPU is only seen by an alarm's NMI; of several, one wakes up for the task."""
    m = machine(kernel=kernel, smp=smp, append=f'quiet watchdog=1 run="panic {way}"')
    assert m.exit_status() == PANIC
    check_report(m.log, way)


def test_hung_task(machine):
    """A task that hangs is reported, once, with its stack; the rest goes on."""
    m = machine(kernel=RELEASE, append='quiet watchdog=1 run="panic hung"')
    m.expect(r"watchdog: task \d+ \(panic\) hangs: blocked for \d+ s")
    m.expect(r"crash_hung\+0x")
    m.expect(r"switch_start\+0x")


def test_all_cpus_at_once(machine):
    """One reports, and sees the others in their own panics or stops them."""
    m = machine(kernel=DEBUG, smp=4, append='quiet run="panic everywhere"')
    assert m.exit_status() == PANIC
    assert len(re.findall(r"\bpanic: asked for on CPU \d\n", m.log)) == 1
    (lines, whole), = reports(m.log, "bundle")
    assert whole
    assert [line.split()[1:3] for line in lines if line.startswith("cpu ")] == [
        [str(cpu), "stopped"] for cpu in range(4)]


def test_decode(machine, kernel, tmp_path):
    """The bundle with sources; the trace's last records are among it."""
    m = machine(kernel=kernel, append='quiet seed=7 trace=all run="panic divide"')
    assert m.exit_status() == PANIC
    log = tmp_path / "log"
    log.write_text(m.log)
    said = subprocess.run([sys.executable, "scripts/decode.py", log], check=True,
                          capture_output=True, text=True).stdout
    assert re.search(r"Octavo 0\.1\.0, build/\w+/octavo\.elf \(build ", said)
    assert re.search(r"crash_divide  \./kernel/debug/crash.c:\d+  <- here", said)
    assert "panic: divide error\n" in said and "\nseed 7\n" in said
    assert re.search(r"\nMemory, in pages: .*, [1-9]\d* allocations, \d+ frees, "
                     r"0 failures\n", said)
    assert re.search(r"cpu 0 task \d+ +new task 'panic'", said)
    log.write_text(re.sub("build [0-9a-f]{4}", "build 0000", m.log))
    done = subprocess.run([sys.executable, "scripts/decode.py", log], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 1 and "another build's" in done.stderr


def test_stack_overflow_is_named(machine, kernel):
    m = machine(kernel=kernel, append='quiet run="panic stack"')
    assert m.exit_status() == PANIC
    assert "(panic): stack overflow" in m.log


def test_all_ways_are_tested(machine):
    """The monitor lists them."""
    m = machine(kernel=RELEASE, append="monitor")
    m.expect_prompt()
    listed = re.findall(r"(?m)^  ([a-z-]+) ", m.command("panic ?"))
    assert sorted(listed) == sorted([*WAYS, *DEBUG_WAYS, *LOCK_UPS, *OTHER_WAYS])


def test_non_maskable_interrupt(machine, kernel):
    m = machine(kernel=kernel, append="panic=exit monitor")
    m.expect_prompt()
    m.monitor.execute("inject-nmi")
    assert m.exit_status() == PANIC
    assert "trap: non-maskable interrupt (vector 2, error 0) in " in m.log


@pytest.mark.parametrize("how, words", [
    ({"kernel": RELEASE}, ""),
    ({"kernel": RELEASE, "type": "microvm"}, ""),
    ({"kernel": RELEASE}, "panic=halt"),
], ids=["default", "microvm", "asked-for"])
def test_a_person_sees_a_halt(machine, how, words):
    m = machine(append=f"monitor {words}", **how)
    m.expect_prompt()
    m.send("panic\r")
    m.expect_exact("panic: halted\r\n")
    m.wait_for(lambda: "HLT=1" in m.monitor.human("info registers"), "it did not halt")


def test_halt_in_a_script_when_asked_for(machine):
    m = machine(kernel=RELEASE, append='panic=halt run="panic"')
    m.expect_exact("panic: halted\r\n")


def test_reboot_after_a_panic(machine):
    """-no-reboot turns the reset into an end."""
    m = machine(kernel=RELEASE, append='panic=reboot run="panic"')
    assert m.exit_status() == 0
    assert "panic: asked for at the monitor" in m.log


def test_unknown_end(machine):
    m = machine(kernel=RELEASE, append='panic=dance run="help"')
    m.exit_status()
    assert "bad value of parameter 'panic'" in m.log
