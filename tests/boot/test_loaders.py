"""Every way to start it, on machines small and large, ends at the game's prompt."""
import re

import pytest

from conftest import options_of
from machine import CHECK, DEBUG, ISO, RELEASE, SUCCESS
from stacks import check_stacks

PIECE = "Piece (1-16): "

LOADERS = ["bios-iso", "uefi-iso", "stick", "pvh", "pvh-q35", "pvh-debug", "microvm",
           "microvm-debug"]


@pytest.mark.parametrize("loader", LOADERS)
def test_plays(machine, loader):
    """The game takes a move and answers it."""
    m = machine(**options_of(loader))
    m.expect_exact(PIECE)
    m.send("1\r")
    m.expect_exact("(the computer) places 1")
    m.expect_exact("Square (x,y): ")


@pytest.mark.parametrize("memory", ["4M", "5M", "16M", "1G", "3G", "3585M", "5G", "8G"])
def test_memory(machine, kernel, memory):
    """All sizes play, and the kernel finds all memory that there is."""
    size_kib = int(memory[:-1]) << {"M": 10, "G": 20}[memory[-1]]
    m = machine(kernel=kernel, memory=memory, append="monitor")
    m.expect_prompt()
    total = m.command("cat /proc/meminfo").split("MemTotal:")[1].split()
    assert total[1] == "kB"
    # What is gone: the first MiB's holes and the kernel's image.
    assert size_kib - 1600 <= int(total[0]) <= size_kib
    m.send("quarto\r")
    m.expect_exact(PIECE)


def test_smallest_memory_iso(machine):
    m = machine(iso=ISO, memory="10M")
    m.expect_exact(PIECE)
    m.send("16\r")
    m.expect_exact("Square (x,y): ")


@pytest.mark.parametrize("cpu", ["qemu64", "max", "qemu64,-nx", "qemu64,-apic",
                                 "max,-rdrand,-rdseed", "Nehalem", "EPYC"])
def test_cpu(machine, kernel, cpu):
    m = machine(kernel=kernel, cpu=cpu)
    m.expect_exact(PIECE)
    m.send("1\r")
    m.expect_exact("Square (x,y): ")


@pytest.mark.parametrize("options", [
    ["-machine", "hpet=off"], ["-machine", "acpi=off"], ["-smp", "4"],
    ["-m", "64M,slots=2,maxmem=1G"], ["-vga", "none"],
], ids=["no-hpet", "no-acpi", "smp", "hotplug-map", "no-vga"])
def test_devices(machine, options):
    m = machine(kernel=RELEASE, extra=options)
    m.expect_exact(PIECE)


@pytest.mark.parametrize("elf, type", [(CHECK, "pc"), (CHECK, "microvm"),
                                       (DEBUG, "microvm")],
                         ids=["release", "release-microvm", "debug-microvm"])
def test_self_tests(machine, elf, type):
    """The tests in the kernel, of both variants; debug on a PC is in GRUB's menu."""
    stacks = "; cat /proc/stacks" if elf == DEBUG else ""
    m = machine(kernel=elf, type=type, append=f'run="selftest{stacks}"')
    status = m.exit_status()
    assert not re.findall(r"(?:.*\n){0,5}not ok.*", m.log)
    assert status == SUCCESS
    if stacks:  # of what only the tests do to the monitor's task, nothing is computed
        check_stacks(m.log.rpartition("passed, 0 failed\n")[2], but=("run_command",))
