"""What cannot boot says why in one line, on serial and on the screen, and halts."""
import contextlib

import pytest

import gdb
from machine import ISO, RELEASE
from screen import framebuffer_text

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


MEMORY_MAP = 6
UNKNOWN_TAG = 0x7777


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


def multiboot2_damage(guest):
    """What is done to the loader's information, by name, and what must come of it: the
    register or the bytes to change, and a complaint, or None where a complaint and a
    game are both right."""
    base = guest.register(gdb.RBX)
    tags = list(multiboot2_tags(guest))
    yield "no loader", gdb.RAX, 0x2badb002, "neither multiboot2 nor PVH"
    for name, offset, data in [("size-small", MB2_SIZE, b"\x04\0\0\0"),
                               ("size-huge", MB2_SIZE, b"\xff\xff\xff\xff"),
                               ("tag-small", MB2_FIRST_TAG + 4, b"\x03\0\0\0"),
                               ("tag-huge", MB2_FIRST_TAG + 4, b"\xf0\xff\xff\xff")]:
        yield name, base + offset, data, "multiboot2: "
    (memory_map,) = [at for at, kind, _ in tags if kind == MEMORY_MAP]
    yield "no map", memory_map, UNKNOWN_TAG.to_bytes(4, "little"), "no memory map"
    for at, kind, _ in tags:
        yield f"tag {kind} cut short", at + 4, b"\x09\0\0\0", None


def test_damaged_multiboot2(machine):
    """One machine, which goes back to the kernel's entry for each kind of damage."""
    m = machine(iso=ISO, gdb=True, snapshots=True)
    guest = gdb.connect(m.gdb_path)
    guest.run_to(gdb.symbol(RELEASE, "boot_multiboot2"))
    m.save_state()
    damages = list(multiboot2_damage(guest))
    assert len(damages) >= 12
    for name, place, value, complaint in damages:
        m.load_state()
        if isinstance(value, int):
            guest.set_register(place, value)
        else:
            guest.write(place, value)
        guest.send("c")
        if complaint:
            expect_complaint(m, complaint)
        else:
            m.expect("octavo: [^\\n]*halted\\r?\\n|Piece \\(1-16\\): ")
        m.monitor.execute("stop")
        guest.answer()
        print(name)


def expect_on_framebuffer(m, start):
    """A line on serial, the same on the framebuffer, and then a halt."""
    m.expect_exact(start)
    line = start + m.expect(r"\r?\n")
    m.wait_for(lambda: "HLT=1" in m.monitor.human("info registers"), "it did not halt")
    assert any(line in row for row in framebuffer_text(m)), line


def test_early_on_framebuffer(machine):
    """UEFI: what fails before there is a console is drawn where the loader says: a boot
    that cannot work, and a panic after paging_init, which unmaps what is no memory."""
    m = machine(iso=ISO, uefi=True, memory="256M", gdb=True, snapshots=True)
    guest = gdb.connect(m.gdb_path)
    guest.run_to(gdb.symbol(RELEASE, "boot_multiboot2"))
    m.save_state()
    for at, kind, _ in multiboot2_tags(guest):
        if kind == MEMORY_MAP:
            guest.write(at, UNKNOWN_TAG.to_bytes(4, "little"))
    guest.send("c")
    expect_on_framebuffer(m, "octavo: the loader gave no memory map; halted")
    m.monitor.execute("stop")
    guest.answer()
    m.load_state()
    guest.run_to(gdb.IMAGE_BASE + gdb.symbol("build/release/octavo.elf", "acpi_init"))
    guest.set_register(gdb.RIP, 0x10)
    guest.send("c")
    expect_on_framebuffer(m, "panic: ")
