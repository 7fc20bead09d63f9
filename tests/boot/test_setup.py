"""scripts/setup without its tools: what it says, and that it only lists when told so."""
import pathlib
import subprocess

import pytest


@pytest.fixture
def bin_without(tmp_path):
    """A PATH with all of this system's commands but some, and others put in front."""
    def make(*missing, **scripts):
        folder = tmp_path / "bin"
        folder.mkdir()
        for path in pathlib.Path("/usr/bin").iterdir():
            if path.name not in missing:
                (folder / path.name).symlink_to(path)
        for name, text in scripts.items():
            name = name.replace("_", "-")
            (folder / name).unlink(missing_ok=True)
            (folder / name).write_text("#!/bin/bash\n" + text)
            (folder / name).chmod(0o755)
        return folder
    return make


def setup(folder, *words, **environment):
    return subprocess.run(["/bin/bash", "scripts/setup", *words], text=True,
                          env={"PATH": str(folder), **environment}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_all_there(bin_without):
    done = setup(bin_without(apt_get="echo called; exit 1"), "run")
    assert (done.returncode, done.stdout) == (0, "")


def test_only_lists(bin_without):
    folder = bin_without("nasm", "xorriso", apt_get="echo called")
    done = setup(folder, "run", NO_INSTALL="1")
    assert done.returncode == 1
    assert "nasm" in done.stdout and "xorriso" in done.stdout
    assert "called" not in done.stdout


def test_installs_and_says_so(bin_without, tmp_path):
    """As root and not: what apt-get would be asked for."""
    log = tmp_path / "apt.log"
    fake = f'echo "$@" >>{log}; case "$*" in *install*) touch {tmp_path}/bin/nasm; ' \
           f'chmod +x {tmp_path}/bin/nasm;; esac'
    folder = bin_without("nasm", apt_get=fake, sudo='exec "$@"')
    done = setup(folder, "build")
    assert done.returncode == 0, done.stdout
    assert "installing: nasm" in done.stdout
    assert "install --no-install-recommends nasm" in log.read_text()


def test_installing_fails(bin_without):
    folder = bin_without("nasm", apt_get="exit 100", sudo='exec "$@"')
    assert setup(folder, "build").returncode == 1


def test_another_system(bin_without):
    done = setup(bin_without("nasm", "apt-get"), "build")
    assert done.returncode == 1
    assert "not a Debian system" in done.stdout
    found = {line.split()[-2]: line for line in done.stdout.splitlines()[1:]}
    assert "NOT FOUND" in found["nasm"] and "NOT FOUND" not in found["gcc"]


def test_make_stops(bin_without, tmp_path):
    """make says it and ends before anything is built."""
    folder = bin_without("nasm", apt_get="echo called")
    done = subprocess.run(["make", f"BUILD={tmp_path}/build", "kernel"], text=True,
                          env={"PATH": str(folder), "NO_INSTALL": "1"}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0 and "missing packages" in done.stdout
    assert not list((tmp_path / "build").rglob("*.o"))
