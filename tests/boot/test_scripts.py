"""Scripted runs: run= and what QEMU's exit status says; boot parameters; power."""
import re
import subprocess

import pytest

from machine import FAILURE, PANIC, RELEASE, SUCCESS


def scripted(machine, kernel, script, parameters=""):
    """(exit status, the log) of a run."""
    m = machine(kernel=kernel, append=f'{parameters} run="{script}"')
    return m.exit_status(), m.log


@pytest.mark.parametrize("script, status", [
    ("help", SUCCESS),
    ("help; ps; mem; dmesg; ls /dev; cat /proc/uptime", SUCCESS),
    ("cat /nonexistent", FAILURE),
    ("nonsense", FAILURE),
    ("cat /nonexistent; help", FAILURE),
    ("help; cat /nonexistent", FAILURE),
    ("quarto --nonsense", FAILURE),
    ("panic", PANIC),
    ("help; panic; help", PANIC),
    ("write /tmp/x hello; cat /tmp/x", SUCCESS),
    ("", SUCCESS),
])
def test_exit_status(machine, kernel, script, status):
    found, log = scripted(machine, kernel, script)
    assert found == status, log


@pytest.mark.parametrize("parameters", ['run="help', "run='help; ps", '"run=help', "run"])
def test_unreadable_script_fails(machine, kernel, parameters):
    m = machine(kernel=kernel, append=parameters)
    assert m.exit_status() == FAILURE
    assert "parameter 'run'" in m.log


def test_self_tests_are_elsewhere(machine):
    status, log = scripted(machine, RELEASE, "selftest")
    assert status == FAILURE
    assert "build/check/octavo.elf" in log


def test_panic_reports_once(machine, kernel):
    status, log = scripted(machine, kernel, "panic")
    assert status == PANIC
    assert len(re.findall(r"panic: asked for", log)) == 1
    assert len(re.findall(r"backtrace", log)) == 1
    assert "run_command+0x" in log


def simulation(text):
    """A simulation's report without the one line that depends on speed."""
    lines = text.replace("\r", "").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Simulation of"))
    return [line for line in lines[start:] if not line.startswith("Games per second")]


@pytest.mark.parametrize("options", ["-a=10 -s=42", "-a=5 -s=7 -q -m", "-a=2 -s=1 -r"])
def test_simulation_as_on_host(machine, kernel, options):
    """A run in the kernel prints what the program prints on the host."""
    host = subprocess.run(["build/host/quarto", *options.split()], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    status, log = scripted(machine, kernel, f"quarto {options}", "quiet")
    assert status == SUCCESS
    assert simulation(log)[:len(simulation(host))] == simulation(host)


def test_unknown_parameters_are_reported(machine, kernel):
    _, log = scripted(machine, kernel, "dmesg", "frobnicate=1 splines loglevel=99")
    assert re.search(r"unknown parameter 'frobnicate'", log)
    assert re.search(r"unknown parameter 'splines'", log)
    assert re.search(r"bad value of parameter 'loglevel'", log)


def test_known_parameters_are_not(machine, kernel):
    _, log = scripted(machine, kernel, "dmesg",
                      "quiet loglevel=7 console=ttyS0 seed=1 quarto.seed=4")
    assert "unknown parameter" not in log and "bad value" not in log


def test_write_is_one_message(machine, kernel):
    """A line written to the log is one message, however many words it has."""
    _, log = scripted(machine, kernel, "write /dev/kmsg two words; dmesg", "quiet")
    assert re.search(r"\] two words$", log, re.M)
    assert not re.search(r"\] *$", log, re.M)


def test_quiet(machine, kernel):
    """No message of the kernel's on the console, but the command's output is."""
    _, log = scripted(machine, kernel, "cat /proc/cmdline", "quiet")
    assert "quiet run=" in log
    assert not re.search(r"^\[ *\d+\.\d+\]", log, re.M)


def test_open_quote(machine, kernel):
    """An unfinished quote is reported and does not hang the boot."""
    m = machine(kernel=kernel, append='monitor run="help')
    m.expect("quote|octavo> ")


def first_seed(machine, kernel, append):
    m = machine(kernel=kernel, append=append)
    m.expect_exact("Quarto, seed ")
    seed = m.expect_exact(".")
    m.close()
    return seed


def test_seed_decides(machine, kernel):
    assert first_seed(machine, kernel, "seed=5") == first_seed(machine, kernel, "seed=5")
    assert first_seed(machine, kernel, "seed=5") != first_seed(machine, kernel, "seed=6")


def test_program_option(machine, kernel):
    assert first_seed(machine, kernel, "quarto.seed=1234") == "1234"


@pytest.mark.parametrize("type", ["pc", "q35", "microvm"])
@pytest.mark.parametrize("command", ["poweroff", "reboot"])
def test_power(machine, kernel, type, command):
    """QEMU ends by itself: it was told not to start again."""
    m = machine(kernel=kernel, type=type, append="monitor")
    m.expect_prompt()
    m.send(command + "\r")
    assert m.exit_status() == 0


def test_power_without_acpi(machine, kernel):
    """The fallbacks. A machine without ACPI cannot be switched off, and says so."""
    m = machine(kernel=kernel, append="monitor", extra=["-machine", "acpi=off"])
    m.expect_prompt()
    m.send("reboot\r")
    assert m.exit_status() == 0
