"""Several processors: by every way to boot, one that is silent, and as many as can be."""
import re

import pytest

from machine import CHECK, DEBUG, ISO, SUCCESS


@pytest.mark.parametrize("options, processors", [
    ({"iso": ISO, "smp": 4}, 4),
    ({"iso": ISO, "smp": 2, "uefi": True, "memory": "256M"}, 2),
], ids=["bios-iso", "uefi-iso"])
def test_loader(machine, options, processors):
    """Under firmware that has started them before us. They end with the machine."""
    m = machine(**options)
    m.expect_exact("Piece (1-16): ")
    m.send("quit\r")
    m.expect_prompt()
    assert m.command("cat /proc/cpuinfo").count("processor") == processors
    m.send("poweroff\r")
    assert m.exit_status() == 0


def test_silent_processor(machine):
    """It is reported and left out; the others get numbers without a hole, and work."""
    m = machine(kernel=DEBUG, smp=4, append='silent=2 run="selftest smp"')
    m.expect_exact("smp: processor with APIC id 2 does not answer, left out")
    m.expect_exact("smp: 3 processors")
    assert m.exit_status() == SUCCESS


def test_64_processors(machine):
    """As many as there can be; one more than the machine has may be asked for."""
    m = machine(kernel=CHECK, smp=64, memory="128M",
                append='maxcpus=65 run="selftest smp"')
    m.expect_exact("param: bad value of parameter 'maxcpus'")
    status = m.exit_status()
    assert re.search("smp: 64 processors", m.log)
    assert not re.findall(r"(?:.*\n){0,5}not ok.*", m.log)
    assert status == SUCCESS
