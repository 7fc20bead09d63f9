"""Reads text back from a framebuffer: every cell is compared with the console's font."""
import gzip
import pathlib
import struct

FONT = "/usr/share/consolefonts/Uni2-Fixed16.psf.gz"
PSF1_MAGIC, PSF2_MAGIC = b"\x36\x04", b"\x72\xb5\x4a\x86"
COLUMNS = 8


def load_font():
    """Rows of bits -> character, for a PSF font of 8 columns with a Unicode table."""
    data = gzip.decompress(pathlib.Path(FONT).read_bytes())
    if data[:2] == PSF1_MAGIC:
        mode, size = data[2], data[3]
        count, start = (512 if mode & 1 else 256), 4
        table = struct.unpack(f"<{(len(data) - start - count * size) // 2}H",
                              data[start + count * size:])
        entries, current = [], []
        for code in table:
            if code == 0xffff:
                entries.append(current)
                current = []
            else:
                current.append(code)
        names = [[c for c in entry if c < 0xfffe] for entry in entries]
    else:
        _, header, flags, count, size, _, width = struct.unpack("<7I", data[4:32])
        assert width == COLUMNS and flags & 1
        start = header
        names = [[ord(c) for c in entry.split(b"\xfe")[0].decode("utf-8", "replace")]
                 for entry in data[start + count * size:].split(b"\xff")]
    font = {}
    for index in range(count):
        glyph = data[start + index * size:start + (index + 1) * size]
        for code in names[index] if index < len(names) else []:
            # Blanks of several kinds look the same; the plain one wins.
            font.setdefault(glyph, chr(code))
    font[bytes(size)] = " "
    return font, size


def framebuffer_text(machine):
    """The lines of text in the guest's framebuffer. Unknown cells are shown as "?"."""
    path = pathlib.Path(machine.folder.name) / "screen.ppm"
    machine.screendump(path)
    magic, size, _, pixels = path.read_bytes().split(b"\n", 3)
    assert magic == b"P6"
    width, height = map(int, size.split())
    font, rows = load_font()
    lines = []
    for top in range(0, height - rows + 1, rows):
        inked = [ink(pixels[y * width * 3:(y + 1) * width * 3], width)
                 for y in range(top, top + rows)]
        line = []
        for column in range(width // COLUMNS):
            glyph = bytes(row[column] for row in inked)
            line.append(font.get(glyph)
                        or cell(pixels, width, column * COLUMNS, top, rows, font))
        lines.append("".join(line).rstrip())
    return lines


NOT_BLACK = bytes([ord("0")] + [ord("1")] * 255)


def ink(row, width):
    """A row of pixels, a bit each: whether any of its colours is there. On black, which
    most text stands on, that is the glyph."""
    bits = 0
    for colour in range(3):
        bits |= int(row[colour::3].translate(NOT_BLACK), 2)
    spare = -width % COLUMNS
    return (bits << spare).to_bytes((width + spare) // COLUMNS, "big")


def cell(pixels, width, left, top, rows, font):
    """The character of one cell: the brighter of its two colours is the ink; inverse
    cells (the cursor) are tried the other way round."""
    grid = []
    for y in range(top, top + rows):
        at = (y * width + left) * 3
        row = pixels[at:at + COLUMNS * 3]
        grid.append([sum(row[i:i + 3]) for i in range(0, len(row), 3)])
    darkest = min(min(row) for row in grid)
    glyph = bytes(sum((value > darkest) << (7 - x) for x, value in enumerate(row))
                  for row in grid)
    inverse = bytes(~row & 0xff for row in glyph)
    return font.get(glyph) or font.get(inverse, "?")
