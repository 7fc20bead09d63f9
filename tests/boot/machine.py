"""One run of QEMU with its serial port in hand.

    with Machine("name", kernel=RELEASE, append="monitor") as m:
        m.expect_prompt()
        print(m.command("mem"))
        assert m.exit_status() == 0

The serial port is a pair of pipes that are open before the first instruction runs. A pipe
takes a MiB of single bytes before it is full, a socket not 300: when QEMU cannot hand on
what the guest writes, a UEFI firmware drops it after two characters' time, so a test that
is not scheduled for a moment would lose output. Everything that came over the port stays
in Machine.log. QEMU is killed at the end of the with block whatever happens. Timeouts
only guard against hangs: no test says anything about how long a thing takes, and nothing
that a test waits for has a moment that it can miss.
"""
import fcntl
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading

import pexpect
from pexpect import fdpexpect

import qcow2

RELEASE = "build/octavo.elf"
UNPACKED = "build/release/octavo.elf"  # with its symbols
CHECK = "build/check/octavo.elf"
DEBUG = "build/debug/octavo.elf"
ISO = "build/octavo.iso"
OVMF = "/usr/share/OVMF/OVMF_CODE.fd"

# What a scripted run's exit status says (kernel/x86/power.h).
SUCCESS, FAILURE, PANIC = 33, 35, 37

PROMPT = "octavo> "
HANG_GUARD_S = float(os.environ.get("HANG_GUARD", "240"))
PIPE_BYTES = 1 << 20  # the most that pipe(7) gives to everybody

# Time goes by instructions, and does not wait for the host's: docs/debugging.md.
REPEATABLE = ["-icount", "shift=1,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]

TYPES = {  # -M, and what makes the machine bare
    "pc": ["-M", "pc,hpet=on"],
    "q35": ["-M", "q35"],
    "microvm": ["-M", "microvm", "-nodefaults", "-no-user-config"],
}


class Listener:
    """A socket that waits for QEMU to connect."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(1)
        self.socket.settimeout(HANG_GUARD_S)

    def accept(self):
        connection, _ = self.socket.accept()
        self.socket.close()
        return connection


class Line:
    """The two pipes of a serial port, whose names QEMU opens (-chardev pipe)."""

    def __init__(self, path):
        self.path = str(path)
        for end in (".in", ".out"):
            os.mkfifo(self.path + end)
        # Opened for both ways, so that it does not wait for QEMU to open it too; and
        # what QEMU has not read can be taken back.
        self.input = os.open(self.path + ".in", os.O_RDWR)
        self.output = os.open(self.path + ".out", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(self.output, True)
        fcntl.fcntl(self.output, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def send(self, data):
        while data:
            data = data[os.write(self.input, data):]

    def take_back(self):
        """Throws away what was sent and not yet read."""
        os.set_blocking(self.input, False)
        try:
            while os.read(self.input, PIPE_BYTES):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(self.input, True)

    def close(self):
        os.close(self.input)
        os.close(self.output)


class Monitor:
    """QEMU's own monitor (QMP)."""

    def __init__(self, connection):
        connection.settimeout(HANG_GUARD_S)
        self.stream = connection.makefile("rw", encoding="utf-8")
        self.stream.readline()
        self.asked = 0
        self.execute("qmp_capabilities")

    def send(self, name, **arguments):
        """Asks without waiting for the answer; its number."""
        self.asked += 1
        json.dump({"execute": name, "arguments": arguments, "id": self.asked},
                  self.stream)
        self.stream.flush()
        return self.asked

    def execute(self, name, **arguments):
        number = self.send(name, **arguments)
        while True:
            answer = json.loads(self.stream.readline())
            if answer.get("id") != number:
                continue
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            return answer["return"]

    def human(self, line):
        return self.execute("human-monitor-command", **{"command-line": line})

    def close(self):
        self.stream.close()


class Machine:
    """See the module. kernel: an ELF file for -kernel; iso: an image to boot from; typed:
    what waits at the serial port before the first instruction runs; recording: a
    Recording."""

    def __init__(self, name, *, kernel=None, iso=None, append="", uefi=False, type="pc",
                 memory="64M", cpu="max", smp=1, gdb=False, typed="",
                 serial=True, snapshots=False, repeatable=False, recording=None,
                 extra=()):
        self.folder = tempfile.TemporaryDirectory(prefix="octavo-")
        folder = pathlib.Path(self.folder.name)
        self.line, listener = Line(folder / "serial"), Listener(folder / "qmp")
        self.send(typed)
        words = ["qemu-system-x86_64", "-accel", "tcg", *TYPES[type], "-cpu", cpu,
                 "-m", memory, "-smp", str(smp), "-nic", "none", "-no-reboot",
                 "-display", "none",
                 "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        self.has_screen = type != "microvm" and not uefi  # of text
        if uefi:
            words += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}"]
        if append:
            words += ["-append", append]
        self.recording = recording
        if recording:
            words += recording.words(kernel=kernel, iso=iso, extra=extra)
            recording.started(words, serial)
        else:
            words += self.words_of(kernel, iso, repeatable, snapshots, extra)
        words += ["-S", "-chardev", f"pipe,id=serial,path={self.line.path}",
                  "-serial", "chardev:serial" if serial else "none",
                  "-qmp", f"unix:{listener.path}"]
        self.gdb_path = folder / "gdb"
        if gdb:
            words += ["-gdb", f"unix:{self.gdb_path},server=on,wait=off"]
        self.words = words
        self.name, self.log_path = name, folder / "log"
        self.log_file = open(self.log_path, "wb")
        self.qemu = subprocess.Popen(self.words, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            # The serial port is there before the monitor answers.
            self.monitor = Monitor(listener.accept())
        except Exception:
            self.qemu.kill()
            self.line.close()
            raise RuntimeError(self.qemu.communicate()[0].decode()) from None
        self.serial = fdpexpect.fdspawn(self.line.output, timeout=HANG_GUARD_S,
                                        maxread=65536, searchwindowsize=65536)
        self.serial.logfile_read = self.log_file
        # Not before we can listen; and a short run is over before it could answer. A
        # debugger lets it go by itself, unless it only comes later.
        if gdb is not True:
            self.monitor.send("cont")

    def words_of(self, kernel, iso, repeatable, snapshots, extra):
        words = []
        if kernel:
            words += ["-kernel", str(kernel)]
        if repeatable:
            words += REPEATABLE
        if snapshots:
            disk = pathlib.Path(self.folder.name) / "state.qcow2"
            qcow2.create(disk)
            words += ["-drive", f"if=none,format=qcow2,file={disk}"]
        if iso:
            words += ["-cdrom", str(iso)]
        return [*words, *map(str, extra)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends QEMU; what was said stays in log."""
        if self.log_file.closed:
            return
        if self.recording:
            self.end_recording()
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.communicate()
        self.line.close()
        self.monitor.close()
        self.said = self.log
        self.log_file.close()
        self.folder.cleanup()

    def end_recording(self):
        """A recording is whole when QEMU ends by itself."""
        try:
            if self.qemu.poll() is None:
                self.monitor.send("quit")
            self.exit_status()
        except (OSError, pexpect.TIMEOUT, subprocess.TimeoutExpired):
            pass  # what there is of it is replayed
        self.recording.ended(self.qemu.poll(), self.log)

    @property
    def log(self):
        """All that came over the serial port so far, without carriage returns."""
        if self.log_file.closed:
            return self.said
        self.log_file.flush()
        return self.log_path.read_bytes().decode("utf-8", "replace").replace("\r", "")

    def record(self):
        """What a failed test keeps: how to run it again, and what it said."""
        return " ".join(self.words) + "\n\n" + self.log

    # The serial port.

    def expect(self, pattern):
        """Waits for a regular expression; what came before it, as text."""
        self.serial.expect(pattern.encode() if isinstance(pattern, str) else pattern)
        return self.serial.before.decode("utf-8", "replace").replace("\r", "")

    def expect_exact(self, text):
        self.serial.expect_exact(text.encode())
        return self.serial.before.decode("utf-8", "replace").replace("\r", "")

    def expect_end(self):
        """Waits until QEMU ends; everything that was still said."""
        self.serial.expect(pexpect.EOF)
        return self.serial.before.decode("utf-8", "replace").replace("\r", "")

    def expect_prompt(self):
        return self.expect_exact(PROMPT)

    def send(self, data):
        """Types. Bytes that the kernel does not take yet wait in the pipe."""
        self.line.send(data.encode() if isinstance(data, str) else data)

    def discard(self):
        """Forgets what came and was not waited for; with the guest stopped."""
        while self.serial.expect([pexpect.TIMEOUT, b".+"], timeout=0) != 0:
            pass

    def send_meanwhile(self, data):
        """Types from a thread, for more than fits into buffers both ways."""
        thread = threading.Thread(target=self.send, args=(data,), daemon=True)
        thread.start()
        return thread

    def command(self, line):
        """Runs one line at the monitor's prompt; its output, without the echo."""
        self.send(line + "\r")
        self.expect_exact("\n")
        return plain(self.expect_prompt())

    def exit_status(self):
        """QEMU's, once it ends by itself."""
        self.expect_end()
        return self.qemu.wait(HANG_GUARD_S)

    # Going back to a moment: a machine with a disk for its state (snapshots=True).

    def save_state(self):
        self.must(self.monitor.human("savevm moment"))

    def load_state(self):
        """The guest as it was at save_state; what it said since is forgotten."""
        self.discard()
        self.must(self.monitor.human("loadvm moment"))

    @staticmethod
    def must(complaint):
        if complaint:
            raise RuntimeError(complaint)

    # The screen and the keyboard.

    def text_screen(self):
        """The 25 lines of VGA text memory that are shown, without trailing blanks."""
        start = self.folder.name + "/vga"
        self.monitor.execute("pmemsave", val=0xb8000, size=0x8000, filename=start)
        cells = pathlib.Path(start).read_bytes()
        rows = [cells[i * 160:(i + 1) * 160:2] for i in range(25)]
        return [row.decode("cp437").rstrip() for row in rows]

    def screendump(self, path, form="ppm"):
        self.monitor.execute("screendump", filename=str(path), format=form)

    def press(self, *keys):
        """Presses keys of QEMU's names one after another; "shift-a" together."""
        for key in keys:
            self.monitor.execute("send-key", keys=[
                {"type": "qcode", "data": part} for part in key.split("-")])

    def hold(self, key, down):
        """Holds a key down, or lets it go."""
        self.monitor.execute("input-send-event", events=[{"type": "key", "data": {
            "down": down, "key": {"type": "qcode", "data": key}}}])

    def repeat(self, press, until):
        """Calls press again and again, as fast as a key that is held repeats, until text
        comes over the serial port."""
        def look():
            press()
            return self.serial.expect_exact([until.encode(), pexpect.TIMEOUT],
                                            timeout=0.03) == 0

        self.wait_for(look, f"{until!r} never came", pace_s=0)

    def wait_for(self, look, what, pace_s=0.05):
        """Calls look until it gives something true, and returns that. Each call is
        paced by a question to QEMU, which lets the guest run."""
        guard = threading.Event()
        timer = threading.Timer(HANG_GUARD_S, guard.set)
        timer.start()
        try:
            while not guard.is_set():
                seen = look()
                if seen:
                    return seen
                guard.wait(pace_s)
        finally:
            timer.cancel()
        raise TimeoutError(what)

    def wait_for_screen(self, text):
        """Waits until a line of the text screen holds text; the whole screen."""
        def look():
            screen = self.text_screen()
            return screen if any(text in row for row in screen) else None
        return self.wait_for(look, f"{text!r} never came on the screen")


ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")


def plain(text):
    """Text without terminal sequences and carriage returns."""
    return ANSI.sub("", text).replace("\r", "")
