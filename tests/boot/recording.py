"""A machine's run that is recorded (QEMU's record and replay), and what is kept of it.

A recording is a folder: what came from outside and when (events), the machine's state at
its start (state.qcow2), copies of what it ran, its serial log, and how to start it again
(machine.json). With the same QEMU it repeats instruction for instruction: scripts/replay.
"""
import json
import pathlib
import shutil

import qcow2

KEPT = pathlib.Path("build/results/replay")
# The packed kernel's symbols are in the one that it unpacks, as are the image's.
UNPACKED = "build/release/octavo.elf"
PACKED = ("build/octavo.elf", "build/octavo.iso")
HERE = "@"  # the recording's folder, in machine.json


def unrecordable(options):
    """Why a machine with these options (of Machine) cannot be recorded; None: it can."""
    if options.get("smp", 1) != 1:
        return "QEMU records machines of one CPU alone"
    if options.get("gdb"):
        return "a debugger stops and changes it"
    if options.get("snapshots"):
        return "it goes back to moments of its own"
    if "-drive" in map(str, options.get("extra", ())):
        return "it has a drive of its own"
    return None


class Recording:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).absolute()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        qcow2.create(self.folder / "state.qcow2")
        self.facts = {}

    def keep(self, path):
        """The name of a copy."""
        copy = self.folder / pathlib.Path(path).name
        shutil.copyfile(path, copy)
        return str(copy)

    def words(self, *, kernel, iso, extra):
        """The part of QEMU's command line that differs from a machine's without it."""
        elf = UNPACKED if str(kernel or iso) in PACKED else kernel
        if elf:
            shutil.copyfile(elf, self.folder / "symbols")
        # QEMU 7.2 resets a machine before it loads a snapshot, and the reset of this
        # ROM for other systems waits for a CPU that waits for a lock of the reset's
        # thread: reverse-continue would never come back.
        words = ["-global", "apic-common.vapic=off",
                 "-icount", "shift=1,rr=record,"
                 f"rrfile={self.folder}/events,rrsnapshot=start",
                 "-rtc", "base=2026-01-01,clock=vm",
                 "-drive", f"if=none,format=qcow2,file={self.folder}/state.qcow2"]
        if kernel:
            words += ["-kernel", self.keep(kernel)]
        if iso:
            words += ["-drive", "if=none,id=disc,format=raw,readonly=on,"
                      f"file={self.keep(iso)}",
                      "-drive", "if=none,id=replayed,driver=blkreplay,readonly=on,"
                      "image=disc", "-device", "ide-cd,drive=replayed"]
        return words + [self.keep(w) if pathlib.Path(w).is_file() else str(w)
                        for w in extra]

    def started(self, words, serial):
        """words: the machine's, without what is the host's end of it."""
        self.facts = {"serial": serial,
                      "words": [w.replace(str(self.folder), HERE) for w in words]}

    def ended(self, status, log):
        self.facts["status"] = status
        (self.folder / "serial").write_text(log, "utf-8")
        (self.folder / "machine.json").write_text(json.dumps(self.facts, indent=1),
                                                  "utf-8")


def replay_words(folder):
    """QEMU's command line that replays a recording, but for its gdb stub."""
    folder = pathlib.Path(folder).absolute()
    facts = json.loads((folder / "machine.json").read_text("utf-8"))
    words = [w.replace(HERE, str(folder)).replace("rr=record", "rr=replay")
             for w in facts["words"]]
    return [*words, "-S", "-no-shutdown", "-monitor", "none",
            "-serial", f"file:{folder}/serial-again" if facts["serial"] else "none"]
