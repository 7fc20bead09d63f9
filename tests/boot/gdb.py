"""Just enough of GDB's remote protocol to stop a guest at its first instruction and
change what the loader hands over. QEMU's end is -gdb; see "GDB Remote Serial Protocol"
in GDB's manual, appendix E.
"""
import socket
import subprocess

IMAGE_BASE = 0xffffffff80000000
# Registers of a 64-bit target, in the order of the g packet.
RAX, RBX, RSI, RIP = 0, 1, 4, 16


def symbols(elf, names):
    """The addresses of those of the names that are there."""
    rows = subprocess.run(["nm", elf], stdout=subprocess.PIPE, text=True, check=True)
    found = {row.split()[-1]: row for row in rows.stdout.splitlines()}
    return [int(found[name].split()[0], 16) for name in names if name in found]


def symbol(elf, name):
    """The physical address of a symbol of the kernel's image."""
    for address in symbols(elf, [name]):
        return address - IMAGE_BASE if address >= IMAGE_BASE else address
    raise KeyError(name)


class Gdb:
    def __init__(self, connection):
        self.connection = connection
        self.stream = connection.makefile("rb")

    def ask(self, packet):
        self.send(packet)
        return self.answer()

    def send(self, packet):
        """A packet whose answer comes later: "c" is answered when the guest stops."""
        checksum = sum(packet.encode()) & 0xff
        self.connection.sendall(f"${packet}#{checksum:02x}".encode())

    def answer(self):
        while (byte := self.stream.read(1)) != b"$":
            if not byte:
                raise EOFError("the guest is gone")
        body = bytearray()
        while (byte := self.stream.read(1)) != b"#":
            body += byte
        self.stream.read(2)
        self.connection.sendall(b"+")
        return body.decode()

    def run_to(self, address):
        """Runs until the instruction at a (then physical) address is next."""
        assert self.ask(f"Z1,{address:x},1") == "OK"
        self.ask("c")
        assert self.ask(f"z1,{address:x},1") == "OK"

    def register(self, number):
        """The low 32 bits of a general register."""
        registers = self.ask("g")
        return int.from_bytes(bytes.fromhex(registers[number * 16:number * 16 + 8]),
                              "little")

    def set_register(self, number, value):
        registers = self.ask("g")
        at = number * 16
        new = value.to_bytes(8, "little").hex()
        assert self.ask("G" + registers[:at] + new + registers[at + 16:]) == "OK"

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def write(self, address, data):
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def detach(self):
        """Lets the guest run on."""
        self.ask("D")
        self.close()

    def close(self):
        """Leaves the guest as it is, for the next debugger."""
        self.stream.close()
        self.connection.close()


def connect(path):
    """QEMU's gdb stub, behind -gdb unix:PATH,server=on,wait=off."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    return Gdb(connection)
