"""GRUB's menu: a key pressed while the machine starts shows it, on both consoles."""
from machine import ISO, PROMPT, SUCCESS, plain

PIECE = "Piece (1-16): "
# More than the firmware takes until GRUB asks (16 at a time, 50 times a second at most).
KEYS = 60000
ENTRIES = ("Quarto", "Monitor", "Self-tests")


def start_menu(machine):
    """Escape is typed before anything runs; the menu waits for an answer then."""
    m = machine(iso=ISO, typed="\x1b")
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


def menu_on_screen(m, press):
    """The screen, once the menu is there; press is called until then."""
    def look():
        press()
        screen = "\n".join(m.text_screen())
        return screen if "Self-tests" in screen else None

    return m.wait_for(look, "no menu on the screen")


def test_escape_on_the_keyboard(machine):
    m = machine(iso=ISO)
    screen = menu_on_screen(m, lambda: m.press("esc"))
    assert all(entry in screen for entry in ENTRIES)
    m.repeat(lambda: m.press("m"), PROMPT)


def test_shift_held(machine):
    m = machine(iso=ISO)
    menu_on_screen(m, lambda: m.hold("shift", True))
    m.hold("shift", False)
    m.repeat(lambda: m.press("m"), PROMPT)


def test_uefi_menu(machine):
    """GRUB looks for a key at one moment, after the firmware has thrown away keys at
    moments of its own; so there is always another one at the port until the menu is
    there, and then no more."""
    m = machine(iso=ISO, uefi=True, memory="256M", typed="s" * KEYS)
    m.expect_exact("Self-tests")
    m.line.take_back()
    m.send("m")
    m.expect_prompt()
