"""GRUB's menu: a key pressed while the machine starts shows it, on both consoles."""
import pexpect
import pytest

from machine import ISO, PROMPT, SUCCESS, plain

PIECE = "Piece (1-16): "
ENTRIES = ("Quarto", "Monitor", "Self-tests")


def start_menu(machine):
    """Escape is typed before anything runs; the menu waits for an answer then."""
    m = machine(iso=ISO)
    m.send("\x1b")
    m.expect_exact("GNU GRUB")
    text = plain(m.expect_exact("Self-tests") + "Self-tests")
    assert all(entry in text for entry in ENTRIES)
    return m


def test_entry_quarto(machine):
    m = start_menu(machine)
    m.send("q")
    m.expect_exact(PIECE)


def test_entry_monitor(machine):
    m = start_menu(machine)
    m.send("m")
    m.expect_prompt()
    assert "monitor" in m.command("cat /proc/cmdline")


def test_entry_self_tests(machine):
    m = start_menu(machine)
    m.send("t")
    assert m.exit_status() == SUCCESS
    assert "\nok 1 " in m.log and "not ok" not in m.log


def test_arrows_and_enter(machine):
    m = start_menu(machine)
    m.send("\x1b[B")
    m.expect_exact("*Monitor")
    m.send("\r")
    m.expect_prompt()


@pytest.mark.parametrize("key", ["esc", "shift"])
def test_keyboard_and_screen(machine, key):
    """The machine's own keyboard shows the same menu on its screen. The key is held:
    pressed again until the menu is there."""
    m = machine(iso=ISO)

    def look():
        m.press(key)
        screen = "\n".join(m.text_screen())
        return screen if "Self-tests" in screen else None

    screen = m.wait_for(look, "no menu on the screen")
    assert all(entry in screen for entry in ENTRIES)
    repeat(m, lambda: m.press("m"), PROMPT)


def repeat(m, press, until):
    """Presses a key again and again until text comes over the serial port."""
    def look():
        press()
        return m.serial.expect_exact([until.encode(), pexpect.TIMEOUT], timeout=0.2) == 0

    m.wait_for(look, f"{until!r} never came")


def test_uefi_menu(machine):
    m = machine(iso=ISO, uefi=True, memory="256M")
    repeat(m, lambda: m.send("s"), "Self-tests")
    repeat(m, lambda: m.send("m"), PROMPT)
