"""The same run twice is the same on the serial line, byte for byte: with time that goes
by instructions (-icount), a clock and a seed that are given, and input from run=."""
import subprocess

import pytest

from machine import DEBUG, SUCCESS


@pytest.mark.parametrize("cpus", [1, 4])
def test_repeats(machine, cpus):
    script = "ps; quarto -a=1; selftest sched.wait_stress; cat /proc/interrupts; " \
             "cat /proc/uptime; dmesg"
    said = []
    for seed in (7, 7, 8):
        m = machine(kernel=DEBUG, smp=cpus, repeatable=True,
                    append=f'seed={seed} schedfuzz={seed} run="{script}"')
        assert m.exit_status() == SUCCESS
        said.append(m.log)
    assert "not ok" not in said[0] and "ok 1 sched.wait_stress" in said[0]
    assert said[0] == said[1]
    assert said[0] != said[2].replace("=8 ", "=7 ")  # the seed decides


def test_short_soak():
    """Three seconds of make soak."""
    done = subprocess.run(["tests/boot/soak.py", "0.05", "5"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
