"""The harness itself, on a kernel that says one line and ends: what the other tests
say about Octavo stands on this."""
import pytest

from machine import SUCCESS

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
