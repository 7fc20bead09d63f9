"""Fixtures of the boot tests: machines that end with their test, and logs that stay
when it failed (build/results/boot/NAME.log). A failed test runs again with --record, up
to RECORD_TRIES times (3; 0: never), until it fails again: then the recordings of its
machines stay in build/results/replay/NAME/, for make replay TEST=NAME."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from machine import DEBUG, HANG_GUARD_S, ISO, RELEASE, Machine  # noqa: E402
from recording import KEPT, Recording, unrecordable  # noqa: E402

RESULTS = pathlib.Path("build/results/boot")
RECORD_TRIES = int(os.environ.get("RECORD_TRIES", "3"))
RECORD_MOST = 3  # failed tests of one process: more have one cause, and take time
os.chdir(pathlib.Path(__file__).parents[2])  # wherever pytest was started


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true",
                     help="record the machines: build/results/replay/TEST/N")


def name_of(nodeid):
    """A test's name as a file's."""
    return re.sub(r"[^\w.=-]+", "_", nodeid.split("::")[-1])


def record_again(nodeid):
    """Runs a failed test until it fails again while it is recorded; what came of it."""
    folder = KEPT / name_of(nodeid)
    for _ in range(RECORD_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            status = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 "--record", nodeid], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                timeout=3 * HANG_GUARD_S, check=False).returncode
        except subprocess.TimeoutExpired:
            return "not recorded: it takes too long"
        if status:
            why = folder / "unrecordable"
            if not any(folder.glob("*/machine.json")):
                return "not recorded: " + (why.read_text("utf-8") if why.exists() else
                                           "it has no machine of the fixture's")
            return f"recorded: make replay TEST={folder.name}"
    shutil.rmtree(folder, ignore_errors=True)
    return f"not recorded: it passes when it is recorded ({RECORD_TRIES} times)"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    yield
    counted = item.session
    counted.recorded = getattr(counted, "recorded", 0)
    if not getattr(item, "failed", False) or item.config.option.record or \
       not RECORD_TRIES or counted.recorded == RECORD_MOST:
        return
    counted.recorded += 1
    said = RESULTS / f"{name_of(item.nodeid)}.recording"
    said.parent.mkdir(parents=True, exist_ok=True)
    said.write_text(record_again(item.nodeid), "utf-8")


def pytest_terminal_summary(terminalreporter, config):
    """A line for each failed test whose recording was tried, by whatever process."""
    if config.option.record:
        return
    for report in terminalreporter.stats.get("failed", []):
        said = RESULTS / f"{name_of(report.nodeid)}.recording"
        if said.exists():
            terminalreporter.write_line(f"{report.nodeid}: {said.read_text('utf-8')}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets fixtures see whether their test failed."""
    outcome = yield
    if call.when == "call":
        item.failed = outcome.get_result().failed


@pytest.fixture
def machine(request):
    """Starts machines: machine(kernel=..., ...), as many as a test needs."""
    started = []
    name = name_of(request.node.name)
    log, kept = RESULTS / f"{name}.log", KEPT / name
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in (log, RESULTS / f"{name}.recording"):
        if not request.config.option.record:
            old.unlink(missing_ok=True)

    def start(**options):
        if request.config.option.record:
            why = unrecordable(options)
            if why is None:
                options["recording"] = Recording(kept / str(len(started)))
            else:
                kept.mkdir(parents=True, exist_ok=True)
                (kept / "unrecordable").write_text(why, "utf-8")
        started.append(Machine(name, **options))
        return started[-1]

    yield start
    if getattr(request.node, "failed", True) and not request.config.option.record:
        log.write_text("\n\n".join(m.record() for m in started), "utf-8")
    for m in started:
        m.close()


@pytest.fixture(params=["release", "debug"])
def kernel(request):
    """Both variants of the kernel."""
    return {"release": RELEASE, "debug": DEBUG}[request.param]


def options_of(loader):
    """How a way to boot is asked of Machine: its options, without a command line."""
    return {
        "bios-iso": {"iso": ISO},
        "uefi-iso": {"iso": ISO, "uefi": True, "memory": "256M"},
        "stick": {"extra": ["-drive", f"file={ISO},format=raw,snapshot=on"]},
        "pvh": {"kernel": RELEASE},
        "pvh-q35": {"kernel": RELEASE, "type": "q35"},
        "pvh-debug": {"kernel": DEBUG},
        "microvm": {"kernel": RELEASE, "type": "microvm"},
        "microvm-debug": {"kernel": DEBUG, "type": "microvm"},
    }[loader]
