"""Whole games in the kernel, byte for byte as the golden transcripts have them."""
import pathlib
import re
import sys

import pytest

from machine import DEBUG, ISO, PROMPT
from stacks import check_stacks

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "golden"))
import run as golden  # noqa: E402  (tests/golden/run.py)

QUESTION = rb"(?:Square \(x,y\)|Piece \((?:1-16|0-15)\)): "


def play(m, case):
    """Types a case's command and lines as a person does, each after its prompt, and
    then the end of file; what the terminal showed of it."""
    m.send(f"quarto {' '.join(case.options)}\r")
    m.expect_exact("\n")
    lines = iter(case.input.split(b"\n")[:-1])
    shown = bytearray()
    while m.serial.expect([QUESTION, PROMPT.encode()]) == 0:
        shown += m.serial.before + m.serial.after
        line = next(lines, None)
        m.send(b"\x04" if line is None else line + b"\r")
    shown += m.serial.before
    return bytes(shown).replace(b"\r", b"")


def playable(case):
    """A terminal hands on the input as it is, and the game ends by itself."""
    return case.input == b"" or case.typeable


def test_all_transcripts(machine, kernel):
    """On the serial console, one after the other: each game's end is clean."""
    m = machine(kernel=kernel, append="monitor quiet")
    m.expect_prompt()
    wrong = {}
    cases = [case for case in golden.cases() if playable(case)]
    for case in cases:
        difference = golden.difference(golden.on_terminal(case), play(m, case))
        if difference:
            wrong[case.name] = "\n".join(difference)
    if kernel == DEBUG:
        check_stacks(m.command("cat /proc/stacks"))
    assert len(cases) >= 10
    assert not wrong, "\n".join(f"{name}:\n{text}" for name, text in wrong.items())


@pytest.mark.parametrize("name", ["pvp-sixteenth-wins", "computer"])
def test_game_from_the_image(machine, name):
    """The same from GRUB, by way of the menu's monitor."""
    (case,) = golden.cases([name])
    m = machine(iso=ISO, typed="\x1b")
    m.expect_exact("Self-tests")
    m.send("m")
    m.expect_prompt()
    assert golden.difference(golden.on_terminal(case), play(m, case)) == []


@pytest.mark.parametrize("loader", [{"iso": ISO}, {"iso": ISO, "uefi": True,
                                                   "memory": "256M"}],
                         ids=["bios", "uefi"])
def test_to_the_end(machine, loader):
    """What a person gets who just starts the image: a whole game against the computer,
    answering with the first square and piece that the game accepts."""
    m = machine(**loader)
    patterns = [rb"Square \(x,y\): ", rb"Piece \(1-16\): ", rb"This is the monitor"]
    choices = [[f"{x},{y}" for y in range(1, 5) for x in range(1, 5)],
               [str(n) for n in range(1, 17)]]
    asked = None
    while True:
        found = m.serial.expect(patterns)
        if found == 2:
            break
        if found != asked or b"Round" in m.serial.before:
            answers = iter(choices[found])
        asked = found
        m.send(next(answers) + "\r")
    assert re.search(r"(player \d|draw|wins)", m.log.rsplit("Round", 1)[1], re.I)
    m.expect_prompt()
