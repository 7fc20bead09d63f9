"""The consoles: serial line editing and floods, the screen and the keyboard."""
import os
import select
import string

import pytest

from machine import HANG_GUARD_S, PROMPT, RELEASE
from screen import framebuffer_text

PIECE = "Piece (1-16): "
XON, XOFF = 0x11, 0x13


def cat_console(machine, kernel):
    """A machine on which `cat` repeats each line that is typed."""
    m = machine(kernel=kernel, append="monitor quiet")
    m.expect_prompt()
    m.send("cat /dev/tty\r")
    m.expect_exact("\n")
    return m


@pytest.mark.parametrize("typed, line", [
    ("hello", "hello"),
    ("helo\x7flo", "hello"),                      # erase
    ("nothing\x15hello", "hello"),                # kill
    ("hello world \x17there", "hello there"),     # word erase
    ("h\u00e9\x7fello", "hello"),                 # erase of a whole UTF-8 character
    ("\u2191\u25a0\u2591\x7f\x7f\x7fhello", "hello"),
    ("\x7f\x7fhello", "hello"),                   # nothing to erase
    ("a" * 4000, "a" * 4000),
], ids=["plain", "erase", "kill", "word", "utf8", "utf8-three", "empty", "long"])
def test_line_editing(machine, kernel, typed, line):
    m = cat_console(machine, kernel)
    m.send(typed + "\r")
    m.expect_exact("\n")  # the echo's end
    assert m.expect_exact("\n") == line


def test_end_of_file(machine, kernel):
    m = cat_console(machine, kernel)
    m.send("\x04")
    m.expect_prompt()


def test_interrupt(machine, kernel):
    """^C ends a program that computes, and one that waits."""
    m = machine(kernel=kernel, append="monitor")
    m.expect_prompt()
    m.send("quarto -a=1000000 -s=1\r")
    m.expect_exact("\n")
    m.repeat(lambda: m.send("\x03"), PROMPT)

    def tasks():
        """The list, once the ^Cs that came too late have had their prompts."""
        listed = m.command("ps")
        return listed if "idle" in listed else None

    assert "quarto" not in m.wait_for(tasks, "no list of tasks", pace_s=0)
    m.send("quarto\r")
    m.expect_exact(PIECE)
    m.send("\x03")
    m.expect_prompt()


def test_end_of_file_in_a_game(machine, kernel):
    m = machine(kernel=kernel)
    m.expect_exact(PIECE)
    m.send("\x04")
    m.expect_exact("End of input.")
    m.expect_prompt()


def send_as_terminal(m, data):
    """Sends data as a terminal with flow control does: not between XOFF and XON.
    Returns what came back until all was sent."""
    received, at, held = bytearray(), 0, False
    while at < len(data):
        readable, writable, _ = select.select([m.line.output],
                                              [] if held else [m.line.input], [],
                                              HANG_GUARD_S)
        assert readable or writable, "neither side moves"
        if readable:
            new = os.read(m.line.output, 65536)
            m.log_file.write(new)
            received += new
            for byte in new:
                held = byte == XOFF or (held and byte != XON)
        elif writable:
            at += os.write(m.line.input, data[at:at + 64])
    return received


def test_paste_64_kib(machine, kernel):
    """Pasted text arrives complete and in order. Echo and cat's output mix, and an echo
    may be cut where nobody reads it in time, but cat prints every line whole."""
    alphabet = string.ascii_letters + string.digits
    lines = [f"{n:04}:" + "".join(alphabet[(n * 7 + i * (1 + n % 5)) % len(alphabet)]
                                  for i in range(58)) for n in range(1024)]
    m = cat_console(machine, kernel)
    received = send_as_terminal(m, "".join(line + "\r" for line in lines).encode())
    m.send("\x04")
    m.serial.expect_exact(b"octavo> ")
    text = (received + m.serial.before).decode("ascii", "replace")
    assert [line for line in lines if line + "\r\n" not in text] == []
    last = [text.rindex(line) for line in lines]
    assert last == sorted(last)


def test_screen_game(machine, kernel):
    """On the machine's own screen and keyboard: text as in VGA memory."""
    m = machine(kernel=kernel, append="console=tty1 quarto.seed=42")
    m.wait_for_screen(PIECE.strip())
    screen = m.text_screen()
    assert "+------+------+------+------+" in "\n".join(screen)
    m.press("1", "ret")
    m.wait_for_screen("Square (x,y):")
    screen = "\n".join(m.text_screen())
    assert "(the computer) places 1" in screen


def test_screen_without_serial(machine, kernel):
    """No serial port: the screen is the console by itself."""
    m = machine(kernel=kernel, serial=False)
    m.wait_for_screen(PIECE.strip())


def test_keyboard_modifiers(machine, kernel):
    m = machine(kernel=kernel, append="console=tty1 monitor")
    m.wait_for_screen("octavo>")
    m.press("shift-h", "e", "l", "p", "backspace", "p", "spc", "shift-1", "shift-minus")
    m.wait_for_screen("octavo> Help !_")
    m.press("ctrl-u", "h", "e", "l", "p", "ret")
    m.wait_for_screen("Boot parameters:")


def test_framebuffer_game(machine):
    """UEFI: the framebuffer, read back glyph by glyph in the console's font."""
    from machine import ISO
    m = machine(iso=ISO, uefi=True, memory="256M", serial=False)

    def look():
        text = framebuffer_text(m)
        return text if any(PIECE.strip() in row for row in text) else None

    screen = "\n".join(m.wait_for(look, "no game in the framebuffer"))
    assert "+-----+-----+-----+-----+" in screen


def test_release_image_is_what_boots(machine):
    m = machine(kernel=RELEASE, append="monitor")
    m.expect_prompt()
    assert "octavo> " not in m.command("cat /proc/cmdline")


def test_second_seat_starts_afresh(machine):
    """What was typed before Enter at the screen is not the game's."""
    m = machine(kernel=RELEASE, append="quiet")
    m.wait_for_screen("Press Enter to play here.")
    m.press("3", "ret")
    m.wait_for_screen(PIECE.strip())
    m.press("s", "a", "v", "e", "ret")
    m.wait_for_screen("/-/1")
    assert not any("is not a piece" in line for line in m.text_screen())


def test_two_seats(machine):
    """Where the console is a serial port, somebody else can play on the screen."""
    m = machine(kernel=RELEASE, append="quiet")
    m.expect_exact(PIECE)
    m.wait_for_screen("The console is ttyS0. Press Enter to play here.")
    m.press("ctrl-d")
    m.press("x", "ret")
    m.wait_for_screen(PIECE.strip())
    m.press("q", "u", "i", "t", "ret")
    m.wait_for_screen(PROMPT.strip())
    m.send("quit\r")
    m.expect_prompt()
