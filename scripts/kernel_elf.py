"""What scripts that read the kernel's reports share: the lines of a report in a serial
log, and the kernel that wrote them, found by its build id, to turn its numbers into names.
"""
import bisect
import glob
import re
import subprocess
import sys


class Bad(Exception):
    """What was given is not a whole report, or its kernel is not here."""


def reports(text, name):
    """Each report of this name in a log: its lines as lists of words, begin and end not
    among them, and whether it is whole."""
    found, lines, count = [], None, 0
    for line in text.replace("\r", "").split("\n"):
        begins = line.rfind(f"octavo-{name}-begin")
        if begins >= 0:
            lines, count = [], 1
        elif lines is not None and (end := re.match(rf"octavo-{name}-end (\w+)", line)):
            found.append((lines, int(end[1], 16) == count))
            lines = None
        elif lines is not None:
            lines.append(line)
            count += 1
    if lines is not None:
        found.append((lines, False))
    return found


def build_of(lines):
    for line in lines:
        if match := re.match(r"build (\w+) (\S+)", line):
            return match[1], match[2]
    raise Bad("the report does not say which kernel wrote it")


class Kernel:
    """An ELF file of the kernel."""

    def __init__(self, path):
        self.path = path
        self.symbols = []  # (address, name), in order
        self.sections = []  # (address, size, offset in the file)
        self.places = {}
        out = subprocess.run(["nm", "-n", path], capture_output=True, text=True,
                             check=True).stdout
        for line in out.splitlines():
            words = line.split()
            if len(words) == 3 and words[1] not in "aA":
                self.symbols.append((int(words[0], 16), words[2]))
        self.addresses = [address for address, _ in self.symbols]
        out = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True,
                             check=True).stdout
        for words in re.findall(r"\] \.\S+ +PROGBITS +(\w+) (\w+) (\w+)", out):
            self.sections.append((int(words[0], 16), int(words[2], 16),
                                  int(words[1], 16)))
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.text = {name: address for address, name in self.symbols
                     if name in ("kernel_text_start", "kernel_text_end")}

    @staticmethod
    def build_id(path):
        out = subprocess.run(["readelf", "-n", path], capture_output=True, text=True,
                             check=False).stdout
        match = re.search(r"Build ID: (\w+)", out)
        return match[1] if match else ""

    @classmethod
    def find(cls, build, folder="build"):
        """The kernel under folder whose build id begins so, and that has symbols: the
        packed and the stripped ones have the same id."""
        for path in sorted(glob.glob(f"{folder}/*/octavo.elf")):
            if cls.build_id(path).startswith(build):
                kernel = cls(path)
                if kernel.text:
                    return kernel
        raise Bad(f"no {folder}/*/octavo.elf has the build id {build}...: the log is "
                  "another build's")

    def is_text(self, address):
        return self.text["kernel_text_start"] <= address < self.text["kernel_text_end"]

    def symbol(self, address):
        """"name+0x12", or the number where there is no name."""
        at = bisect.bisect_right(self.addresses, address) - 1
        if at < 0 or address > self.addresses[-1] + 0x10000:
            return f"{address:#x}"
        offset = address - self.addresses[at]
        name = self.symbols[at][1]
        return f"{name}+{offset:#x}" if offset else name

    def returns_to(self, address):
        """The same of a return address: it may stand at the end of the one that called."""
        before = self.symbol(address - 1)
        name, plus, offset = before.partition("+")
        return f"{name}+{int(offset or '0', 16) + 1:#x}" if name[0] != "0" else before

    def function(self, address):
        """The name alone, of the function that holds an address."""
        return re.sub(r"[+.].*", "", self.symbol(address))

    def string(self, address):
        """The constant string at an address, or None."""
        for start, size, offset in self.sections:
            if start <= address < start + size:
                at = offset + address - start
                text = self.bytes[at:self.bytes.index(b"\0", at)]
                return text.decode("ascii", "replace")
        return None

    def lines_of(self, addresses):
        """Asks addr2line for all of them at once; see place()."""
        wanted = sorted({a for a in addresses if a not in self.places})
        if not wanted:
            return
        out = subprocess.run(
            ["addr2line", "-e", self.path, "-a", "-i", "-f"], text=True,
            input="\n".join(map(hex, wanted)), capture_output=True, check=True).stdout
        rows, address = out.splitlines(), None
        for row in rows:
            if re.fullmatch(r"0x[0-9a-f]{16}", row):
                address = int(row, 16)
                self.places[address] = []
            else:
                self.places[address].append(re.sub(r" \(discriminator \d+\)", "", row))

    def place(self, address):
        """[(function, file:line)], the innermost of what was inlined first."""
        self.lines_of([address])
        rows = self.places[address]
        return list(zip(rows[::2], rows[1::2]))


def fail(error):
    print(f"{sys.argv[0]}: {error}", file=sys.stderr)
    return 1
