"""Fixtures of the boot tests: machines that end with their test, and logs that stay
when it failed (build/results/boot/NAME.log)."""
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from machine import DEBUG, ISO, RELEASE, Machine  # noqa: E402  (the path comes first)

RESULTS = pathlib.Path("build/results/boot")
os.chdir(pathlib.Path(__file__).parents[2])  # wherever pytest was started


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
    name = re.sub(r"[^\w.=-]+", "_", request.node.name)
    log = RESULTS / f"{name}.log"
    RESULTS.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)

    def start(**options):
        started.append(Machine(name, **options))
        return started[-1]

    yield start
    if getattr(request.node, "failed", True):
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
