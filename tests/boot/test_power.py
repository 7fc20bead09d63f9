"""How a machine ends, and which interrupt controller it has, on every kind of machine."""
import pytest

from machine import FAILURE, RELEASE, SUCCESS


@pytest.fixture(params=["pc", "q35", "microvm"])
def how(request):
    return {"type": request.param}


def test_power_off(machine, how):
    m = machine(kernel=RELEASE, append="quiet monitor", **how)
    m.expect_prompt()
    m.send("poweroff\r")
    assert m.exit_status() == 0
    assert "does not power off" not in m.log


def test_reboot(machine, how):
    """-no-reboot turns the reset into an end."""
    m = machine(kernel=RELEASE, append="quiet monitor", **how)
    m.expect_prompt()
    m.send("reboot\r")
    assert m.exit_status() == 0


def test_power_off_unknown(machine):
    """Where nothing helps, it says so and halts."""
    m = machine(kernel=RELEASE, append="quiet monitor", type="microvm",
                extra=["-machine", "acpi=off"])
    m.expect_prompt()
    m.send("poweroff\r")
    m.expect_exact("power: this machine does not power off; halted")
    m.wait_for(lambda: "HLT=1" in m.monitor.human("info registers"), "it did not halt")


def test_power_off_fails_run(machine):
    """A script whose machine stays on has failed."""
    m = machine(kernel=RELEASE, append='quiet run="poweroff"', type="microvm",
                extra=["-machine", "acpi=off"])
    assert m.exit_status() == FAILURE


@pytest.mark.parametrize("words, extra, controller, other", [
    ("", [], "IO-APIC", "XT-PIC"),
    ("noapic", [], "XT-PIC", "IO-APIC"),
    ("", ["-machine", "acpi=off"], "XT-PIC", "IO-APIC"),
], ids=["ioapic", "noapic", "no-acpi"])
def test_interrupt_controller(machine, kernel, words, extra, controller, other):
    """Interrupts arrive: the serial port's came, or nothing had been read."""
    m = machine(kernel=kernel, append=f"{words} monitor", extra=extra)
    m.expect_prompt()
    table = m.command("cat /proc/interrupts")
    assert controller in table and other not in table
    serial = next(row for row in table.splitlines() if "ttyS0" in row)
    assert int(serial.split()[1]) > 0


def test_no_interrupt_controller(machine, kernel):
    """Without any, the console still says everything, polled."""
    m = machine(kernel=kernel, append='run="cat /proc/interrupts"', type="microvm",
                extra=["-machine", "acpi=off,pic=off"])
    m.expect_exact("irqchip: no controller")
    m.expect_exact("output only")
    m.expect_exact("timer")
    assert m.exit_status() == SUCCESS
