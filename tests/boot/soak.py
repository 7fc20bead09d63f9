#!/usr/bin/python3
"""Everything at once, for some minutes: see mk/soak.mk.

    tests/boot/soak.py MINUTES SEED

Prints the seed first. The kernel's `soak` ends with a check that no memory is left over;
then a game is played, and nothing may have been reported on the way.
"""
import os
import pathlib
import re
import sys

os.chdir(pathlib.Path(__file__).parents[2])
# What is known after the seconds are over is known: a guard against hangs only.
os.environ.setdefault("HANG_GUARD", str(float(sys.argv[1]) * 60 * 3 + 300))

from machine import DEBUG, Machine  # noqa: E402  (the guard comes first)

BAD = re.compile(r"lockdep:|BUG|panic:|watchdog: .* (?:lock-up|hangs)|LEFT OVER")


def main():
    seconds, seed = round(float(sys.argv[1]) * 60), int(sys.argv[2], 0)
    print(f"soak: SEED={seed} for {seconds} s", flush=True)
    log = pathlib.Path("build/results/soak.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with Machine("soak", kernel=DEBUG, smp=4, memory="128M",
                 append=f"monitor panic=exit seed={seed} schedfuzz={seed}") as m:
        try:
            m.expect_prompt()
            said = m.command(f"soak {seconds} {seed}")
            said += m.command("quarto -a=1 -s=1")
            said += m.command("ps")
        finally:
            log.write_text(m.record(), "utf-8")
    found = BAD.findall(m.log)
    if "; clean" not in said or "Simulation of 1" not in said or found:
        print(said, *found, f"soak: FAILED: {log}", sep="\n")
        sys.exit(1)
    print(*(line for line in said.splitlines() if line.startswith("soak:")), sep="\n")


main()
