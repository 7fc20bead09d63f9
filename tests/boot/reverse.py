"""Stands between gdb and QEMU's gdb stub, and finds its way backwards.

QEMU steps an instruction backwards by itself (bs): it goes to the last snapshot before,
and replays up to there. To continue backwards (bc), QEMU 7.2 loads a snapshot while the
guest runs, and waits for itself for ever. So that is done here, with stops in between:
from a snapshot forwards to where we were, noting the last breakpoint on the way, then
there; when there was none, from the snapshot before. Snapshots (points()) bound the cost:
a search replays what is between two of them twice. All that gdb does backwards is made of
these two.
"""
import re
import select
import socket

SLICE = 200_000_000  # instructions from one snapshot to the next: some seconds
BEGIN = "T05replaylog:begin;"


class Reverse:
    def __init__(self, gdb):
        self.gdb = gdb          # a Gdb, of tests/boot/gdb.py
        self.snapshots = [self.now()]

    # What QEMU is asked.

    def monitor(self, line):
        """A command of QEMU's monitor; what it says."""
        said = ""
        answer = self.gdb.ask("qRcmd," + line.encode().hex())
        while answer != "OK":
            if not answer.startswith("O"):
                raise RuntimeError(f"{line}: {answer}")
            said += bytes.fromhex(answer[1:]).decode()
            answer = self.gdb.answer()
        return said

    def now(self):
        """Instructions since the start."""
        return int(re.search(r"count = (\d+)", self.monitor("info replay")).group(1))

    def seek(self, count):
        """Goes to a moment; QEMU takes the nearest snapshot before it."""
        if count != self.now():
            self.monitor(f"replay_seek {count}")
            self.gdb.answer()

    # Forwards.

    def run(self, until=None):
        """Runs to the next stop, or until a moment; how it stopped, and when."""
        if until is not None:
            self.monitor(f"replay_break {until}")
        stop = self.gdb.ask("c")
        when = self.now()
        if until is not None and when < until:
            self.monitor("replay_delete_break")
        return stop, when

    def run_with_points(self):
        """Runs to the next stop that is not ours, and takes snapshots on the way."""
        while True:
            until = self.snapshots[-1] + SLICE
            stop, when = self.run(until)
            if when != until:
                return stop
            self.monitor(f"savevm at{when}")
            self.snapshots.append(when)

    # Backwards.

    def back(self):
        """The stop before this one; what gdb is told of it."""
        end = self.now()
        for start in reversed([s for s in self.snapshots if s < end]):
            self.seek(start)
            found = self.last_stop(end)
            if found:
                self.seek(found[1])
                return found[0]
            end = start
        self.seek(self.snapshots[0])
        return BEGIN

    def last_stop(self, end):
        """The last stop before end, from here on."""
        found = None
        while True:
            stop, when = self.run(end)
            if when >= end:
                return found
            found = stop, when
            # A step is not held up by the breakpoint that stands here.
            self.gdb.ask("s")
            if self.now() >= end:
                return found

    # In the middle.

    def serve(self, connection):
        """Lets gdb, at the other end of connection, work with QEMU until it leaves."""
        with connection:  # closed also when the guest is gone, so that gdb notices
            self.serve_until_closed(connection, self.gdb.connection)

    def serve_until_closed(self, connection, guest):
        buffer = b""
        while True:
            ready, _, _ = select.select([connection, guest], [], [])
            if guest in ready:
                data = guest.recv(65536)
                if not data:
                    return
                connection.sendall(data)
            if connection in ready:
                data = connection.recv(65536)
                if not data:
                    return
                buffer = self.pass_on(buffer + data, connection, guest)

    def pass_on(self, data, connection, guest):
        """Hands what gdb says on to QEMU, but for bc; what is not whole yet."""
        while data:
            if data[:1] != b"$":
                guest.sendall(data[:1])  # acknowledgements; ^C
                data = data[1:]
                continue
            end = data.find(b"#")
            if end < 0 or len(data) < end + 3:
                return data
            packet, data = data[:end + 3], data[end + 3:]
            if packet[1:end] != b"bc":
                guest.sendall(packet)
                continue
            connection.sendall(b"+" + frame(self.back()))
            # gdb acknowledges what QEMU did not say; QEMU does not mind.
        return b""


def frame(text):
    return f"${text}#{sum(text.encode()) & 0xff:02x}".encode()


def listen(path):
    """A socket for gdb."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)
    return server
