"""What is built: its size, and that the same sources make the same bytes."""
import pathlib
import re
import shutil
import subprocess

import pexpect

from machine import HANG_GUARD_S, ISO, PROMPT, RELEASE, UNPACKED

KIB, MIB = 1 << 10, 1 << 20
SOURCES = ("Makefile", "mk", "scripts", "boot", "kernel", "drivers", "lib", "programs",
           "iso", "tests", "linker.ld")


def copy_sources(to):
    for name in SOURCES:
        if pathlib.Path(name).is_dir():
            shutil.copytree(name, to / name)
        else:
            shutil.copy(name, to / name)


DEBUG_OBJECTS = [f"build/debug/obj/{name}.o" for name in (
    "boot/entry.asm", "kernel/main", "kernel/sync/lockdep", "lib/printf",
    "programs/quarto/search", "tests/self/self")]


def test_reproducible(tmp_path):
    """A build elsewhere, from a copy of the sources, gives the same kernel and image. Of
    the debug kernel, some objects are built, and the image takes the one that is here."""
    copy_sources(tmp_path)
    stripped, debug = "build/iso/octavo.elf", "build/iso/octavo-debug.elf"
    same = [UNPACKED, RELEASE, stripped, *DEBUG_OBJECTS]
    done = subprocess.run(["make", "-j2", *same], cwd=tmp_path, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    image = ["scripts/mkiso", "build/octavo.iso", "iso/grub.cfg",
             f"boot/octavo.elf={stripped}",
             f"boot/octavo-debug.elf={pathlib.Path(debug).resolve()}"]
    subprocess.run(image, cwd=tmp_path, check=True)
    for name in (*same, ISO):
        same = (tmp_path / name).read_bytes() == pathlib.Path(name).read_bytes()
        assert same, f"{name} differs"


def test_sizes():
    assert pathlib.Path("build/iso/octavo.elf").stat().st_size <= 160 * KIB
    assert pathlib.Path(ISO).stat().st_size <= 5 * MIB


def test_layout():
    """GRUB's reading of the ISO is slow, and in units of 16 blocks: few are needed."""
    report = subprocess.run(["xorriso", "-indev", ISO, "-find", "/boot", "-exec",
                             "report_lba", "--"], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.DEVNULL, check=True).stdout
    start = {name: int(lba) for lba, name in
             re.findall(r"^File data lba: *\d+ , *(\d+) ,.* , '(.*)'$", report, re.M)}
    kernel = start["/boot/octavo.elf"]
    assert kernel % 16 == 0
    size = pathlib.Path("build/iso/octavo.elf").stat().st_size
    assert start["/boot/grub/grub.cfg"] == kernel + -(-size // 2048)


def build_id(elf):
    text = subprocess.run(["readelf", "-n", elf], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return re.search(r"Build ID: (\w+)", text).group(1)


def test_build_id():
    """The packed image says which kernel is in it."""
    assert build_id(RELEASE) == build_id("build/release/octavo.elf")


def test_nothing_to_do():
    """A second make has nothing to build."""
    done = subprocess.run(["make", "iso"], text=True, stdout=subprocess.PIPE, check=True)
    assert not [line for line in done.stdout.splitlines() if line.startswith("  ")]


def test_make_run():
    """What a person types: a game on this terminal, until Ctrl-A X."""
    make = pexpect.spawn("make run", timeout=HANG_GUARD_S)
    make.expect_exact("Piece (1-16): ")
    make.send("1\r")
    make.expect_exact("Square (x,y): ")
    make.send("\x03")
    make.expect_exact(PROMPT)
    make.send("\x01x")
    make.expect(pexpect.EOF)
    make.close()
    assert make.exitstatus == 0


# Stands in for the compiler and the linker: makes an empty file.
TOUCH = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
: >"$2"
"""


def test_removed_file(tmp_path):
    """A source that goes away goes out of what was linked of it."""
    copy_sources(tmp_path)
    tool = tmp_path / "touch"
    tool.write_text(TOUCH)
    tool.chmod(0o755)
    make = ["make", "-j2", f"CC={tool}", f"LD={tool}", "build/user/quarto"]
    inputs = tmp_path / "build/user/obj/quarto/inputs"
    extra = tmp_path / "programs/quarto/extra.c"
    extra.write_text("int extra(void);\n")
    subprocess.run(make, cwd=tmp_path, stdout=subprocess.DEVNULL, check=True)
    assert "quarto/extra.o" in inputs.read_text()
    extra.unlink()
    done = subprocess.run(make, cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                          check=True)
    assert "LINK    build/user/quarto" in done.stdout
    assert "quarto/extra.o" not in inputs.read_text()
