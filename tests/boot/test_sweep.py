"""The sweep: everything is done with its 1st, 2nd, ... allocation failing, or operation
of a device: the boot itself from outside, one boot each; all else within one boot, by the
monitor's `faults`. Then: which of the places that allocate (build/debug/alloc-sites.txt)
were made to fail? Those that never are stand in sweep_exceptions.txt, with the reason.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess

from machine import DEBUG, FAILURE, PANIC, PROMPT, SUCCESS, Machine

HERE = pathlib.Path(__file__).parent
SITES = pathlib.Path("build/debug/alloc-sites.txt")
EXCEPTIONS = HERE / "sweep_exceptions.txt"
FIGURE = pathlib.Path("build/results/sweep.txt")
LONG = bool(os.environ.get("SWEEP_LONG"))  # make sweep: every number, every test
BOOTS_MAX = 400

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-M", "pc,hpet=on",
        "-m", "64", "-nic", "none", "-serial", "stdio", "-display", "none", "-no-reboot",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-kernel", DEBUG]
GAME = "quarto -a=1 -s=1"

# What cannot go on without memory says so and ends: page tables, the first task.
DIES = ("no memory for the tables of the direct map",
        "no memory for the tables of the virtual areas",
        "no memory for the first task")
# What makes a script fail, and nothing else: there is no root, the game got no memory, or
# its first words did not come out.
FAILS = ("cannot open /dev/null", "out of memory", "device_write", "device_ioctl")
STRUCK = re.compile(r"fault: made to fail at (0x[0-9a-f]+)")
STRUCK_IN = re.compile(r"fault: made to fail at 0x[0-9a-f]+ (\w+)")
# What is done with failures inside of one boot; a command of the monitor's each.
COMMANDS = {
    "help": ["help"], "ps": ["ps"], "mem": ["mem"], "dmesg": ["dmesg"],
    "leaks": ["leaks"], "time": ["time ls /"],
    "ls": ["ls /", "ls -l /dev /proc /tmp", "ls /none"],
    "cat": ["cat /proc/slabinfo", "cat /proc/meminfo /proc/buddyinfo", "cat /none"],
    "write": ["write /tmp/a some words", "write /dev/kmsg a message", "write /tmp/a"],
    "feed": ["write /tmp/f; feed /dev/quarto /tmp/f"],
    "trace": ["trace", "trace show"],
    "renice": ["renice 0 1"], "taskset": ["taskset 1 1"],
    "chrt": ["chrt -r 1 1; renice 0 1"],
    "quarto": ["quarto -a=10 -s=42", "quarto -l=strong", "quarto --none"],
}
# These end the run, or are how all of this is done.
NOT_SWEPT = {"reboot", "poweroff", "panic", "selftest", "soak", "faults"}
DEVICES = ["ls -l /dev", "cat /dev/null", "write /dev/full x", "write /dev/kmsg x",
           "write /tmp/f; feed /dev/quarto /tmp/f", "feed /dev/kmsg /proc/version", GAME]


def boot(append, cpus=1):
    """One run to its end: its exit status and what it said."""
    done = subprocess.run([*QEMU, "-smp", str(cpus), "-append", append],
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")


def check_boot(append, status, log):
    """Ended well, or says why not."""
    if status == PANIC:
        assert any(text in log for text in DIES), f"{append}\n{log}"
    elif status == FAILURE:
        assert any(text in log for text in FAILS), f"{append}\n{log}"
    else:
        assert status == SUCCESS, f"{append}: {status}\n{log}"


def sweep_boot(parameters):
    """One boot of two CPUs: the places that were struck, and all that it says."""
    append = f'{parameters} run="trace start; trace stop; {GAME}"'
    status, log = boot(append, cpus=2)
    check_boot(append, status, log)
    return STRUCK.findall(log), log


def sweep_boots(parameter):
    """The 1st, 2nd, ... of a boot and a game fails; the places. The end is where nothing
    is struck any more, a few times since what strikes the serial port stays unsaid."""
    places, last, silent, number, boots = set(), [], 0, 0, 0
    second_try = []  # a screen that gets no memory with history tries without
    while silent < 3:
        # The pages of the screen's memory are one like another: some of them will do.
        alike = last == 3 * ["screen_added"] and not LONG
        number += 4 if alike else 1
        assert number < BOOTS_MAX
        struck, log = sweep_boot(f"{parameter}={number}")
        boots += 1
        functions = STRUCK_IN.findall(log)
        if alike and functions != last[:1]:
            number, last = number - 4, []
            continue
        last = [*last, *functions][-3:]
        silent = 0 if struck else silent + 1
        places.update(struck)
        if "screen_added" in functions and not second_try:
            second_try, _ = sweep_boot(f"{parameter}={number}:2")
            places.update(second_try)
    return places, number, boots


def sweep_prompt(first):
    """The same for the last steps to the monitor's prompt, where a person sits."""
    places, number = set(), first
    while True:
        assert number < BOOTS_MAX
        with Machine("sweep", kernel=DEBUG, smp=2,
                     append=f"monitor fail_nth={number}") as m:
            found = m.serial.expect_exact([PROMPT.encode(), b"console: none",
                                           b"no memory for the first task"])
            if found == 0:
                assert "play" not in m.command(GAME)
            struck = STRUCK.findall(m.log)
            places.update(struck)
        if not struck:
            return places
        number += 1


def sweep_inside():
    """All that one boot can do: the places that were struck, and in how many runs."""
    lines = [line for lines in COMMANDS.values() for line in lines]
    script = [f"faults {'-a ' if LONG else ''}'{line}'" for line in lines]
    script += [f"faults -d '{line}'" for line in DEVICES]
    # The tests that make allocations fail by themselves count, too.
    script += [f"selftest {test}.failing" for test in ("fs", "process", "syscall")]
    script += ["faults -a -t" if LONG else "faults -t", "faults -s", "help"]
    status, log = boot(f'quiet run="{"; ".join(script)}"')
    assert status == SUCCESS and "not ok" not in log, log
    runs = re.findall(r"^ok (.*): (\d+) runs, (\d+) failures, status (-?\d+)", log, re.M)
    done = {name: int(failures) for name, _, failures, _ in runs}
    for line in lines + DEVICES:
        assert line in done, line
    known = set(re.findall(r"^  (\w+) ", log[log.rindex("Commands, "):
                                            log.rindex("Boot parameters")], re.M))
    assert known == set(COMMANDS) | NOT_SWEPT
    return (set(re.findall(r"^struck (0x[0-9a-f]+)", log, re.M)),
            sum(int(count) for _, count, _, _ in runs))


def named_sites():
    """Address -> "function allocator", numbered where a function has several of one."""
    sites, seen = {}, {}
    for line in SITES.read_text().splitlines():
        _, address, allocator, function, _ = line.split()
        name = f"{function} {allocator}"
        seen[name] = seen.get(name, 0) + 1
        sites[address] = name if seen[name] == 1 else f"{name} {seen[name]}"
    return sites


def exceptions():
    """Name of a place -> why it never fails."""
    lines = EXCEPTIONS.read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and line[0] != "#")


def test_sweep():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        inside = pool.submit(sweep_inside)
        memory = pool.submit(sweep_boots, "fail_nth")
        device = pool.submit(sweep_boots, "fail_device")
        places, last, boots = memory.result()
        prompt = pool.submit(sweep_prompt, last - 30)
        inside_places, runs = inside.result()
        places |= inside_places | prompt.result()
        boots += device.result()[2]
    sites, excepted = named_sites(), exceptions()
    covered = {name for address, name in sites.items() if address in places}
    missed = set(sites.values()) - covered
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    FIGURE.write_text(
        f"sweep: {len(covered)} of {len(sites)} places that allocate were made to fail, "
        f"{len(missed)} are excepted; {boots} boots, {runs} runs in one\n")
    assert missed == set(excepted), (
        f"never made to fail: {sorted(missed - set(excepted))}; excepted without need: "
        f"{sorted(set(excepted) - missed)}")

