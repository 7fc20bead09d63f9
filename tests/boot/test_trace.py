"""A run that is traced from its start on: the records, and what scripts make of them."""
import collections
import itertools
import json
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from machine import RELEASE, SUCCESS

sys.path.append("scripts")
from kernel_elf import reports  # pylint: disable=wrong-import-position
from trace_records import (  # pylint: disable=wrong-import-position
    ALLOC, BEGIN, DEVICE, END, IRQ, IRQ_EXIT, SAMPLE, SWITCH, TIMER, WAKE, Trace)

CPUS, TASKS, WORK = 1, 2, 3


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What `trace save` printed, and the files that were made of it."""
    from machine import Machine  # pylint: disable=import-outside-toplevel
    folder = tmp_path_factory.mktemp("trace")
    with Machine("trace", kernel=RELEASE, smp=2,
                 append='quiet trace=all,profile trace_size=1M '
                        'run="quarto -a=40 -s=1; ls /dev; trace stop; trace save; '
                        'trace clear; trace show; trace start wake,bogus"') as m:
        status = m.exit_status()
        log = m.log
    (folder / "log").write_text(log)
    said = subprocess.run(
        [sys.executable, "scripts/trace.py", folder / "log", "--json", folder / "json",
         "--folded", folder / "folded", "--svg", folder / "svg", "--text"],
        check=True, capture_output=True, text=True)
    (lines, whole), = reports(log, "trace")
    assert whole and not said.stderr
    return collections.namedtuple("Run", "status log trace folder text")(
        status, log, Trace(lines), folder, said.stdout)


def test_commands(run):
    """An unknown kind fails the run, after all that worked; clear leaves nothing."""
    assert run.status != SUCCESS
    after = run.log[run.log.index("octavo-trace-end"):]
    assert "bogus: " in after or "no such kind" in after
    assert " us cpu " not in after


def test_records(run):
    """What must have happened did, in the order of time on each CPU."""
    kinds = collections.Counter(r.kind for r in run.trace.records)
    for kind in (SWITCH, WAKE, IRQ, TIMER, ALLOC, DEVICE, BEGIN, SAMPLE):
        assert kinds[kind] > 0, kind
    assert kinds[BEGIN] == kinds[END]
    assert {r.cpu for r in run.trace.records} == {0, 1}
    assert not any(run.trace.lost.values())
    for cpu in (0, 1):
        own = [r for r in run.trace.records if r.cpu == cpu]
        assert all(a.tsc <= b.tsc for a, b in itertools.pairwise(own))
        switches = [r for r in own if r.kind == SWITCH]
        assert all(a.b == b.a & 0xFFFFFFFF for a, b in itertools.pairwise(switches))
        open_ = 0
        for r in own:
            open_ += (r.kind == IRQ) - (r.kind == IRQ_EXIT)
            assert 0 <= open_ <= 1
    assert "quarto" in run.trace.names.values()
    assert re.search(r"quarto \d+: write of console", run.text)
    assert re.search(r"init \d+: allocates \d+ bytes at 0xffff8\w+, by \w+\+0x", run.text)


def test_json(run):
    """The Chrome trace event format, as the Perfetto viewer reads it."""
    events = json.loads((run.folder / "json").read_text())["traceEvents"]
    phases = {"M": {"name", "args"}, "X": {"ts", "dur", "tid", "name", "args"},
              "i": {"ts", "tid", "name", "s"}, "C": {"ts", "name", "args"},
              "s": {"ts", "id", "tid"}, "f": {"ts", "id", "tid", "bp"}}
    for event in events:
        assert phases[event["ph"]] <= set(event) and event["pid"] in (CPUS, TASKS, WORK)
        assert event.get("dur", 0) >= 0 and event.get("ts", 0) >= 0
    tracks = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            tracks[event["pid"], event["tid"]].append(event)
    for (process, _), spans in tracks.items():
        spans.sort(key=lambda e: (e["ts"], -e["dur"]))
        for a, b in itertools.pairwise(spans):
            after = b["ts"] >= a["ts"] + a["dur"] - 1e-6
            # What a task does nests; a CPU runs one task, a task is in one state.
            assert after or (process == WORK and
                             b["ts"] + b["dur"] <= a["ts"] + a["dur"] + 1e-6), (a, b)
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    ends = {e["id"]: e for e in events if e["ph"] == "f"}
    assert starts and starts.keys() == ends.keys()
    assert all(starts[i]["ts"] <= ends[i]["ts"] for i in starts)
    names = {e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert {"CPU 0", "CPU 1", "interrupts"} <= names
    assert any(e["name"] == "fs_start" for e in tracks[WORK, max(
        task for task, name in run.trace.names.items() if name == "init")])


def test_picture(run):
    root = xml.etree.ElementTree.parse(run.folder / "svg").getroot()
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"CPU 0", "CPU 1", "WHAT EACH TASK DOES"} <= set(words)


def test_folded_stacks(run):
    lines = (run.folder / "folded").read_text().splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w/.-]+(;[\w.]+)+ \d+", line), line
    samples = sum(r.kind == SAMPLE for r in run.trace.records)
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines) == samples
    assert any(line.startswith("quarto;switch_start;begin;") for line in lines)
