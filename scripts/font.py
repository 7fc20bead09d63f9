#!/usr/bin/python3
"""Makes the font of text on framebuffers (lib/screen) from a console font of Debian's.

    scripts/font.py FONT.psf.gz >font.list

Reads a PSF version 1 font of 8 x 16 pixels with a Unicode table (kbd's psf(5)) and
writes C initialisers: the glyphs, a line each, in the order of the code points that
use them first, and the ranges of code points whose glyphs follow each other. Only
what a console needs is kept, so that the kernel stays small.
"""
import gzip
import struct
import sys

WANTED = [
    (0x0020, 0x007e), (0x00a0, 0x00ff),  # ASCII and Latin-1
    (0x2010, 0x2026), (0x20ac, 0x20ac),  # punctuation, the euro
    (0x2122, 0x2122), (0x2190, 0x2193),  # arrows
    (0x221e, 0x221e), (0x2248, 0x2265), (0x2299, 0x2299), (0x03c0, 0x03c0),
    (0x2500, 0x259f), (0x25a0, 0x25ff),  # boxes, blocks, geometric shapes
    (0x2610, 0x2612), (0x2666, 0x2666), (0xfffd, 0xfffd),
]
HEIGHT = 16

# The font shows these small, or as something else. From row 4 on; the rest is empty.
ROUND_FULL = """ .####.. ######. ######. ######. ######. ######. .####.. """
ROUND_DOT = """ .####.. #....#. #.##.#. #.##.#. #.##.#. #....#. .####.. """
ROUND_HOLLOW = """ .####.. #....#. #....#. #....#. #....#. #....#. .####.. """
SQUARE_FULL = """ ######. ######. ######. ######. ######. ######. ######. """
SQUARE_HOLLOW = """ ######. #....#. #....#. #....#. #....#. #....#. ######. """
OWN_TOP = 4
OWN = {
    0x25cf: ROUND_FULL, 0x25c9: ROUND_DOT, 0x2299: ROUND_DOT, 0x25cb: ROUND_HOLLOW,
    0x25a0: SQUARE_FULL, 0x25a1: SQUARE_HOLLOW, 0x2610: SQUARE_HOLLOW,
}


def drawn(art):
    """The glyph of a drawing."""
    rows = [int(row.replace("#", "1").replace(".", "0").ljust(8, "0"), 2)
            for row in art.split()]
    return bytes(OWN_TOP) + bytes(rows) + bytes(HEIGHT - OWN_TOP - len(rows))


def read_psf1(data):
    """Returns the glyphs (bytes each) and a dict from code point to glyph number."""
    magic, mode, height = struct.unpack_from("<HBB", data)
    if magic != 0x0436 or not mode & 2 or height != HEIGHT:
        sys.exit("not a PSF 1 font of 16 lines with a Unicode table")
    count = 512 if mode & 1 else 256
    glyphs = [data[4 + i * height:4 + (i + 1) * height] for i in range(count)]
    table, codes, glyph, in_sequence = data[4 + count * height:], {}, 0, False
    for (value,) in struct.iter_unpack("<H", table[:len(table) & ~1]):
        if value == 0xffff:
            glyph, in_sequence = glyph + 1, False
        elif value == 0xfffe:
            in_sequence = True
        elif not in_sequence:
            codes.setdefault(value, glyph)
    return glyphs, codes


def main():
    with gzip.open(sys.argv[1]) as font:
        glyphs, codes = read_psf1(font.read())
    wanted = [c for first, last in WANTED for c in range(first, last + 1) if c in codes or c in OWN]
    number, lines, ranges = {}, [], []
    for code in sorted(wanted):
        glyph = drawn(OWN[code]) if code in OWN else glyphs[codes[code]]
        if glyph not in number:
            number[glyph] = len(number)
            lines.append(f"GLYPH({', '.join(f'0x{b:02x}' for b in glyph)})")
        last = ranges[-1] if ranges else None
        if last and last[1] == code - 1 and number[glyph] == last[2] + code - last[0]:
            last[1] = code
        else:
            ranges.append([code, code, number[glyph]])
    print("\n".join(lines))
    print("\n".join(f"RANGE(0x{a:04x}, 0x{b:04x}, {n})" for a, b, n in ranges))


main()
