"""The debugger's script: our symbols, the tasks, a sleeping task's stack, the log."""
import subprocess

from machine import DEBUG, HANG_GUARD_S

COMMANDS = ["octavo tasks", "octavo log", "octavo backtrace quarto",
            "octavo backtrace 99"]


def test_script(machine):
    m = machine(kernel=DEBUG, gdb="also")
    m.expect_exact("Piece (1-16): ")
    words = ["gdb", "-q", "-batch", "-x", "scripts/gdb/octavo.py"]
    for command in COMMANDS:
        words += ["-ex", command]
    done = subprocess.run(words, env={"OCTAVO_GDB": str(m.gdb_path), "PATH": "/usr/bin"},
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=HANG_GUARD_S, check=False)
    assert "idle" in done.stdout and "quarto" in done.stdout
    assert "octavo: started by pvh" in done.stdout
    assert "quarto_main" in done.stdout and "programs/quarto/" in done.stdout
    assert "there is no task '99'" in done.stdout
