#!/usr/bin/python3
"""Prepares the packed release image (boot/packed).

    nm KERNEL | scripts/pack.py IMAGE IMAGE.lz4 DIRECTORY

IMAGE is the kernel as it lies in memory, without .bss; IMAGE.lz4 what `lz4` made of it.
DIRECTORY gets `payload`, the LZ4 block without its frame, `pack.inc`, the numbers that
unpack.asm needs, and `address`, an option for the linker: where the payload goes, behind
all that is unpacked and ending where the kernel does, or after it.
"""
import pathlib
import struct
import sys

IMAGE_BASE = 0xffffffff80000000
# The LZ4 frame format (doc/lz4_Frame_format.md).
FRAME_MAGIC = 0x184d2204
VERSION_MASK, VERSION, HAS_SIZE, HAS_DICTIONARY = 0xc0, 0x40, 0x08, 0x01
HEAD = 7  # the magic, two bytes of flags and a checksum
STORED = 1 << 31
ALIGN = 16


def one_block(frame):
    """The block of a frame that has just one."""
    magic, flags = struct.unpack_from("<IB", frame)
    assert magic == FRAME_MAGIC and flags & VERSION_MASK == VERSION
    assert not flags & (HAS_SIZE | HAS_DICTIONARY)
    (size,) = struct.unpack_from("<I", frame, HEAD)
    assert not size & STORED
    end = HEAD + 4 + size
    assert struct.unpack_from("<I", frame, end) == (0,), "more than one block"
    return frame[HEAD + 4:end]


def sums(payload):
    """The sums of unpack.asm, over little-endian words."""
    total = total_of_totals = 0
    for (word,) in struct.iter_unpack("<I", payload + bytes(-len(payload) % 4)):
        total = total + word & 0xffffffff
        total_of_totals = total_of_totals + total & 0xffffffff
    return total, total_of_totals


def main():
    image, packed, directory = map(pathlib.Path, sys.argv[1:])
    rows = [line.split() for line in sys.stdin]
    symbols = {row[-1]: int(row[0], 16) - IMAGE_BASE for row in rows if len(row) == 3}
    payload = one_block(packed.read_bytes())
    start, end = symbols["kernel_image_start"], symbols["kernel_image_end"]
    assert start + image.stat().st_size <= symbols["kernel_bss_start"]
    total, total_of_totals = sums(payload)
    numbers = {"KERNEL_START": start,
               "KERNEL_ENTRY": symbols["boot_multiboot2"],
               "KERNEL_BOOT_TSC": symbols["boot_tsc"],
               "PAYLOAD_SUM": total,
               "PAYLOAD_SUM_OF_SUMS": total_of_totals}
    address = max(symbols["kernel_bss_start"], end - len(payload)) + ALIGN - 1 & -ALIGN

    (directory / "payload").write_bytes(payload)
    (directory / "pack.inc").write_text(
        "".join(f"{name} equ {value:#x}\n" for name, value in numbers.items()))
    (directory / "address").write_text(f"--defsym=PACKED_ADDRESS={address:#x}\n")


main()
