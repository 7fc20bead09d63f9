"""What cannot boot says why in one line, on serial and on the screen, and halts."""
import contextlib

import pytest

import gdb
from machine import ISO, RELEASE

NOT_64_BIT = "octavo: this processor has no 64-bit mode (long mode); halted"
HALT = "halted"

# PVH: struct hvm_start_info (xen/include/public/arch-x86/hvm/start_info.h).
PVH_CMDLINE, PVH_MEMMAP, PVH_MEMMAP_COUNT = 24, 40, 48
# Multiboot2: the information's size, then the first tag's type and size (3.6).
MB2_SIZE, MB2_FIRST_TAG = 0, 8


def expect_complaint(m, text):
    """The line on serial, then on the screen, and then nothing happens any more."""
    m.expect_exact("octavo: ")
    line = "octavo: " + m.expect(r"\r?\n")
    assert text in line and line.endswith(HALT)
    if m.has_screen:
        m.wait_for_screen(line[:80].rstrip())
    m.wait_for(lambda: "HLT=1" in m.monitor.human("info registers"), "it did not halt")


@contextlib.contextmanager
def stopped_at(m, entry):
    """The guest at its entry, in the debugger's hands; runs on afterwards."""
    guest = gdb.connect(m.gdb_path)
    guest.run_to(gdb.symbol(RELEASE, entry))
    yield guest
    guest.detach()


@pytest.mark.parametrize("cpu", ["qemu32", "pentium3"])
@pytest.mark.parametrize("how", [{"kernel": RELEASE}, {"iso": ISO}], ids=["pvh", "iso"])
def test_no_long_mode(machine, how, cpu):
    expect_complaint(machine(cpu=cpu, **how), "no 64-bit mode")


def test_no_long_mode_microvm(machine):
    """Without a screen, the serial port says it."""
    expect_complaint(machine(cpu="qemu32", kernel=RELEASE, type="microvm"),
                     "no 64-bit mode")


@pytest.mark.parametrize("cpu", ["max,-tsc", "max,-sse2"])
def test_no_feature(machine, cpu):
    """Long mode without what always comes with it."""
    expect_complaint(machine(kernel=RELEASE, cpu=cpu), "lacks PAE, MSRs, TSC or SSE2")


@pytest.mark.parametrize("memory", ["2M", "3M"])
def test_too_little_memory(machine, memory):
    expect_complaint(machine(kernel=RELEASE, memory=memory), "too little memory")


def test_no_loader(machine):
    """The entry of a loader that is neither."""
    m = machine(iso=ISO, gdb=True)
    with stopped_at(m, "boot_multiboot2") as guest:
        guest.set_register(gdb.RAX, 0x2badb002)
    expect_complaint(m, "neither multiboot2 nor PVH")


@pytest.mark.parametrize("how", [{"kernel": RELEASE}, {"iso": ISO}], ids=["pvh", "iso"])
def test_damaged_image(machine, how):
    """One bit of the packed kernel is another when it comes to unpacking."""
    m = machine(gdb=True, **how)
    with stopped_at(m, "boot_pvh" if "kernel" in how else "boot_multiboot2") as guest:
        at = gdb.symbol(RELEASE, "payload") + 50000
        guest.write(at, bytes([guest.read(at, 1)[0] ^ 0x10]))
    expect_complaint(m, "the packed kernel is damaged")


def test_misplaced_information(machine):
    """What unpacking would destroy is not read afterwards."""
    m = machine(kernel=RELEASE, gdb=True)
    with stopped_at(m, "boot_pvh") as guest:
        guest.set_register(gdb.RBX, gdb.symbol(RELEASE, "payload") - 64)
    expect_complaint(m, "is where the kernel goes")


@pytest.mark.parametrize("damage", [
    (0, bytes(4)),                                  # the magic number
    (PVH_MEMMAP_COUNT, b"\xff\xff\xff\xff"),        # more than memory can hold
    (PVH_MEMMAP, b"\xf0\xff\xff\xff\xff\xff\xff\xff"),
    (PVH_CMDLINE, b"\0\0\0\0\0\0\0\x40"),
], ids=["magic", "memmap-count", "memmap-address", "cmdline-address"])
def test_damaged_pvh(machine, damage):
    offset, data = damage
    m = machine(kernel=RELEASE, append="quiet", gdb=True)
    with stopped_at(m, "boot_pvh") as guest:
        guest.write(guest.register(gdb.RBX) + offset, data)
    expect_complaint(m, "pvh: the ")


def test_no_memory_map_pvh(machine):
    m = machine(kernel=RELEASE, gdb=True)
    with stopped_at(m, "boot_pvh") as guest:
        guest.write(guest.register(gdb.RBX) + PVH_MEMMAP_COUNT, bytes(4))
    expect_complaint(m, "no memory map")


@pytest.mark.parametrize("damage", [
    (MB2_SIZE, b"\x04\0\0\0"),
    (MB2_SIZE, b"\xff\xff\xff\xff"),
    (MB2_FIRST_TAG + 4, b"\x03\0\0\0"),
    (MB2_FIRST_TAG + 4, b"\xf0\xff\xff\xff"),
], ids=["size-small", "size-huge", "tag-small", "tag-huge"])
def test_damaged_multiboot2(machine, damage):
    offset, data = damage
    m = machine(iso=ISO, gdb=True)
    with stopped_at(m, "boot_multiboot2") as guest:
        guest.write(guest.register(gdb.RBX) + offset, data)
    expect_complaint(m, "multiboot2: ")


def multiboot2_tags(guest):
    """(address, type, size) of each tag."""
    base = guest.register(gdb.RBX)
    size = int.from_bytes(guest.read(base, 4), "little")
    at = base + MB2_FIRST_TAG
    while at < base + size:
        kind = int.from_bytes(guest.read(at, 4), "little")
        length = int.from_bytes(guest.read(at + 4, 4), "little")
        yield at, kind, length
        at += (length + 7) & ~7


MEMORY_MAP = 6
UNKNOWN_TAG = 0x7777


def test_no_memory_map_multiboot2(machine):
    m = machine(iso=ISO, gdb=True)
    with stopped_at(m, "boot_multiboot2") as guest:
        for at, kind, _ in multiboot2_tags(guest):
            if kind == MEMORY_MAP:
                guest.write(at, UNKNOWN_TAG.to_bytes(4, "little"))
    expect_complaint(m, "no memory map")


@pytest.mark.parametrize("kind", range(1, 22))
def test_each_tag_damaged(machine, kind):
    """A tag cut short, whatever it is: refused, or not needed, never a crash."""
    m = machine(iso=ISO, gdb=True)
    with stopped_at(m, "boot_multiboot2") as guest:
        found = [at for at, tag, _ in multiboot2_tags(guest) if tag == kind]
        for at in found:
            guest.write(at + 4, b"\x09\0\0\0")
    m.expect("octavo: [^\\n]*halted\\r?\\n|Piece \\(1-16\\): ")
