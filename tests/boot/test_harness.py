"""The harness itself, on a kernel that says one line and ends: what the other tests
say about Octavo stands on this."""
import os

import pytest

from machine import SUCCESS, Line

EMPTY_ELF = "build/empty/empty.elf"
EMPTY_ISO = "build/empty/empty.iso"


@pytest.mark.parametrize("how", [
    {"kernel": EMPTY_ELF},
    {"kernel": EMPTY_ELF, "type": "microvm"},
    {"iso": EMPTY_ISO},
    {"iso": EMPTY_ISO, "uefi": True, "memory": "256M"},
    {"extra": ["-drive", f"file={EMPTY_ISO},format=raw,snapshot=on"]},
], ids=["pvh", "microvm", "bios-iso", "uefi-iso", "stick"])
def test_empty_kernel(machine, how):
    m = machine(**how)
    m.expect_exact("empty kernel: up\r\n")
    assert m.exit_status() == SUCCESS


def test_line_takes_much_unread(tmp_path):
    """Single bytes, as QEMU writes them, more than a menu or a game says; see Machine."""
    line = Line(tmp_path / "serial")
    end = os.open(f"{line.path}.out", os.O_WRONLY | os.O_NONBLOCK)
    assert sum(os.write(end, b"x") for _ in range(100000)) == 100000
    os.close(end)
    assert len(os.read(line.output, 1 << 20)) == 100000
    line.send(b"abc")
    line.take_back()
    line.send(b"d")
    assert os.read(line.input, 16) == b"d"
    line.close()
